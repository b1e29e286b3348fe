"""The order of the poses of a ligand: by confidence, by energy, over all sites."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from complexes import TYROSINE, site_in
from small_molecules import embedded
from small_pockets import blind, confidence_model, elsewhere, motions, physics_of, pose_model

from molgen.docking.ligand import Ligand, ligand_of
from molgen.docking.ranking import (
    SURROUNDINGS,
    alternatives,
    chosen_poses,
    confidences,
    ranked_poses,
    surroundings,
)
from molgen.docking.refine import Refined
from molgen.docking.site import Site
from molgen.geometry.rotations import random_rotation
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.models.pose_confidence.model import ConfidenceModel

UNIT = 3.0  # kcal/mol, of the energy gap as the networks see it


@pytest.fixture(scope="module")
def ligand() -> Ligand:
    return ligand_of(embedded(TYROSINE))


def refined_in(site: Site, ligand: Ligand, energies: list[float], seed: int = 0) -> Refined:
    """Poses about the center of a site, with energies of our choice."""
    count = len(energies)
    rng = torch.Generator().manual_seed(seed)
    shape = ligand.templates[0] - ligand.templates[0].mean(0)
    place = torch.from_numpy(site.pocket.center).float() + torch.randn(count, 1, 3, generator=rng)
    positions = shape @ random_rotation((count,), rng) + place
    zero = torch.zeros(count)
    return Refined(
        positions, torch.zeros(count, dtype=torch.long), torch.tensor(energies) - 1.0, zero + 1.0, zero, zero
    )


def test_without_a_model_poses_are_ordered_by_energy(ligand):
    site = site_in("1of6")
    found = ranked_poses(ligand, [(site, refined_in(site, ligand, [-3.0, -7.0, 2.0]))], None)
    assert [choice.row for choice in found] == [1, 0, 2]
    assert [choice.confidence for choice in found] == [None] * 3


def test_with_a_model_poses_are_ordered_by_its_logits(ligand):
    site, model = site_in("1of6"), confidence_model()
    refined = refined_in(site, ligand, [-7.0, -6.99, -6.98, -6.97, -6.96], seed=3)
    logits, probabilities = confidences(model, ligand, [(site, refined)])
    found = ranked_poses(ligand, [(site, refined)], model)
    order = logits.argsort(descending=True).tolist()
    assert order != [0, 1, 2, 3, 4], "the network does not matter: nothing was tested"
    assert [choice.row for choice in found] == order
    assert [choice.confidence for choice in found] == pytest.approx(probabilities[order].tolist())
    torch.testing.assert_close(probabilities, model.probability(logits))


def test_where_the_curve_is_flat_the_logit_still_decides(ligand):
    site, model = site_in("1of6"), blind(confidence_model())
    found = ranked_poses(ligand, [(site, refined_in(site, ligand, [40.0, 90.0, 60.0, -1000.0]))], model)
    assert [choice.row for choice in found] == [3, 0, 2, 1]
    assert len({choice.confidence for choice in found[1:]}) == 1


def test_sites_share_the_lowest_energy(ligand):
    """The gap of a pose is to the best pose of all sites; without the network this is the whole of the logit."""
    first = site_in("1of6")
    second = replace(first, pocket=replace(first.pocket, name="second"))
    model = blind(confidence_model())
    energies = [-5.0, -2.0], [-9.0, -4.0, -8.0]
    places = [(site, refined_in(site, ligand, e)) for site, e in zip((first, second), energies, strict=True)]
    found = ranked_poses(ligand, places, model)
    assert [(choice.site.pocket.name == "second", choice.row) for choice in found] == [
        (True, 0),
        (True, 2),
        (False, 0),
        (True, 1),
        (False, 1),
    ]
    gaps = torch.tensor([0.0, 1.0, 4.0, 5.0, 7.0])
    slope, offset = physics_of(model)
    logits = offset + slope * gaps / UNIT
    assert [choice.confidence for choice in found] == pytest.approx(model.probability(logits).tolist(), abs=1e-5)
    assert [choice.row for choice in ranked_poses(ligand, places, None)] == [0, 2, 0, 1, 1]


def test_moving_the_protein_and_the_poses_changes_no_logit(ligand):
    site, model = site_in("1of6"), confidence_model()
    refined = refined_in(site, ligand, [-7.0, -6.0, -5.0])
    turn, shift = motions()[0], np.array([50.0, -20.0, 7.0])
    other = replace(refined, positions=(refined.positions.double() @ turn.T + torch.from_numpy(shift)).float())
    here, _ = confidences(model, ligand, [(site, refined)])
    there, _ = confidences(model, ligand, [(elsewhere(site, turn, shift), other)])
    torch.testing.assert_close(there, here, atol=1e-3, rtol=0)
    stayed, _ = confidences(model, ligand, [(elsewhere(site, turn, shift * 0), refined)])
    assert (stayed - here).abs().max() > 0.02, "the protein does not matter: nothing was tested"


def test_the_networks_read_every_pose_on_its_own(ligand):
    """All at the lowest energy; a meta-classifier that looks at the networks' logit alone, as before it is fitted."""
    site, model = site_in("1of6"), confidence_model()
    refined = refined_in(site, ligand, [-7.0, -7.0, -7.0])
    together, _ = confidences(model, ligand, [(site, refined)])
    assert together.std() > 0.02, "the poses do not matter: nothing was tested"
    for row in range(3):
        alone, _ = confidences(model, ligand, [(site, refined.pick(torch.tensor([row])))])
        torch.testing.assert_close(alone[0], together[row], atol=2e-3, rtol=0)


def test_the_meta_classifier_ranks_and_the_poses_of_all_sites_count(ligand):
    """A meta-classifier of the energy's vote alone: two poses of different sites nearly agree, a third is apart."""
    first = site_in("1of6")
    second = replace(first, pocket=replace(first.pocket, name="second"))
    model = confidence_model()
    model.meta_weights = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    pair = refined_in(first, ligand, [-5.0, -5.2])
    apart = replace(pair, positions=pair.positions + torch.tensor([0.0, 9.0])[:, None, None])
    twin = replace(pair.pick(torch.tensor([0])), positions=pair.positions[:1] + 0.1)
    found = ranked_poses(ligand, [(first, apart), (second, twin)], model)
    assert [(choice.site.pocket.name == "second", choice.row) for choice in found] == [
        (False, 0),
        (True, 0),
        (False, 1),
    ]


def test_surroundings_are_the_atoms_near_any_pose(ligand):
    site = site_in("1of6")
    poses = refined_in(site, ligand, [0.0, 1.0]).positions.numpy()
    atoms = site.network_atoms
    near, center = surroundings(atoms, poses)
    away = np.linalg.norm(atoms.positions[:, None] - poses.reshape(-1, 3), axis=-1).min(1)
    inside = away < SURROUNDINGS
    assert 10 < inside.sum() < len(atoms)
    np.testing.assert_allclose(near.positions + center, atoms.positions[inside], atol=1e-9)
    assert np.array_equal(near.atoms, atoms.atoms[inside])
    np.testing.assert_allclose(center, poses.reshape(-1, 3).mean(0), atol=1e-4)


def test_rating_leaves_no_gradient(ligand):
    site = site_in("1of6")
    found = [(site, refined_in(site, ligand, [-7.0, -6.0]))]
    first, second = (confidences(confidence_model(), ligand, found) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not first[0].requires_grad


def crowd_and_others() -> tuple[np.ndarray, np.ndarray]:
    """Logits, and distances of six poses in a crowd about the first and of four elsewhere, less likely."""
    places = np.array([0.0, 0.6, 1.0, -0.5, -1.0, 0.8, 6.0, 12.0, 18.0, 24.0])
    logits = np.array([3.0, 2.8, 2.6, 2.4, 2.2, 2.0, 1.5, 1.3, 1.2, -3.0])
    return logits, np.abs(places[:, None] - places)


def test_the_first_pose_stays_and_a_crowd_about_it_leaves_room_for_others():
    logits, rmsds = crowd_and_others()
    chosen = alternatives(logits, rmsds, 4)
    assert chosen[0] == 0
    assert chosen == [0, 6, 7, 8]


def test_chosen_poses_are_in_the_order_of_their_logits_and_none_is_lost():
    logits, rmsds = crowd_and_others()
    for n in range(1, 15):
        chosen = alternatives(logits, rmsds, n)
        assert len(set(chosen)) == min(n, len(logits))
        assert (np.diff(logits[chosen]) <= 0).all()


def test_poses_far_apart_are_chosen_by_their_logits_alone():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=30)
    apart = np.full((30, 30), 20.0)
    np.fill_diagonal(apart, 0.0)
    assert alternatives(logits, apart, 9) == np.argsort(-logits)[:9].tolist()


def test_a_lead_that_is_large_enough_outweighs_the_crowd():
    logits, rmsds = crowd_and_others()
    logits[6:] -= 12.0
    assert set(alternatives(logits, rmsds, 3)) <= set(range(6))


def test_shown_poses_are_apart_and_begin_with_the_best(ligand):
    site, model = site_in("1of6"), confidence_model()
    ranked = ranked_poses(ligand, [(site, refined_in(site, ligand, [-7.0 + 0.01 * k for k in range(12)]))], model)
    twice = [pose for pose in ranked for _ in range(2)]
    shown = chosen_poses(ligand, twice, 9, 1.0)
    assert shown[0] is ranked[0]
    heavy = torch.stack([pose.positions for pose in shown])
    gaps = pose_rmsd_matrix(heavy, heavy, automorphisms(ligand.mol, 256).permutations).numpy()
    assert gaps[~np.eye(len(shown), dtype=bool)].min() >= 1.0


def test_without_a_confidence_the_lowest_energies_are_shown(ligand):
    site = site_in("1of6")
    ranked = ranked_poses(ligand, [(site, refined_in(site, ligand, [-3.0, -7.0, 2.0, -5.0]))], None)
    assert [pose.row for pose in chosen_poses(ligand, ranked, 2, 0.0)] == [1, 3]


def judged(*weights: float) -> ConfidenceModel:
    """A confidence whose second meta-classifier has these weights for what the pose model says alone."""
    model = ConfidenceModel(replace(confidence_model().config, support=True)).eval()
    assert model.support is not None
    model.support.weights[-3:] = torch.tensor(weights)
    return model


def test_poses_where_the_pose_model_samples_rank_first(ligand):
    site = site_in("1of6")
    refined = refined_in(site, ligand, [-7.0, -6.0, -5.0])
    sampled = replace(refined, sampled=torch.tensor([[9.0, 9.0], [0.5, 1.0], [9.0, 1.0]]))
    model, poses = judged(1.0, 0.0, 0.0), pose_model()
    found = ranked_poses(ligand, [(site, sampled)], model, poses)
    assert [choice.row for choice in found] == [1, 2, 0]
    without, plain = confidences(model, ligand, [(site, refined)], poses), confidences(model, ligand, [(site, sampled)])
    assert torch.equal(without[0], plain[0])
    scores = confidences(model, ligand, [(site, sampled)], pose_model("diffusion"))[0]
    assert torch.equal(scores, plain[0])


def test_the_pose_model_is_asked_in_the_site_of_each_pose(ligand, monkeypatch):
    here, there = site_in("1of6"), site_in("1ia1")
    asked: dict[int, int] = {}

    def denoised(model, site, ligand, positions):
        asked[id(site)] = len(positions)
        return torch.full((len(positions), 2), 0.1 if site is there else 5.0)

    monkeypatch.setattr("molgen.docking.ranking.denoised", denoised)
    places = [
        (site, replace(refined_in(site, ligand, [-7.0, -6.0]), sampled=torch.full((2, 3), 9.0)))
        for site in (here, there)
    ]
    found = ranked_poses(ligand, places, judged(0.0, 1.0, 1.0), pose_model())
    assert [choice.site is there for choice in found] == [True, True, False, False]
    assert asked == {id(here): 2, id(there): 2}


def test_a_pose_has_the_confidence_of_docking_into_its_structure_alone(ligand):
    """The second structure has lower energies, but two places that look as good; the first has one."""
    site, model, poses = site_in("1of6"), judged(4.0, 0.0, 0.0), pose_model()
    assert model.support is not None
    model.support.agreement_weight = torch.tensor(3.0)
    model.support.weights[2] = 1.0
    sure = replace(
        refined_in(site, ligand, [-4.0, -4.0, -4.0]), sampled=torch.tensor([[0.5, 0.5], [9.0, 9.0], [9.0, 9.0]])
    )
    torn = replace(refined_in(site, ligand, [-9.0, -8.9]), sampled=torch.tensor([[0.4, 0.4], [0.4, 0.4]]))
    apart = replace(torn, positions=torn.positions + torch.tensor([0.0, 9.0])[:, None, None])
    places = [(site, sure), (replace(site, structure=1), apart)]
    _, alone = zip(*(confidences(model, ligand, [place], poses) for place in places), strict=True)
    logits, together = confidences(model, ligand, places, poses)
    assert alone[0].max() > alone[1].max() + 0.02, "nothing was tested"
    assert together[logits.argmax()] == alone[0].max()
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-3, rtol=0)
    assert (together[logits.argsort(descending=True)].diff() <= 0).all()
    found = ranked_poses(ligand, places, model, poses)
    assert (found[0].site.structure, found[0].row) == (0, 0)
    pooled = ranked_poses(ligand, [(site, refined) for _, refined in places], model, poses)
    assert pooled[0].refined is apart, "energies of one structure are compared"


def test_the_order_in_a_structure_does_not_depend_on_others(ligand):
    site, model = site_in("1of6"), confidence_model()
    first, second = refined_in(site, ligand, [-7.0, -6.0, -5.0]), refined_in(site, ligand, [-9.0, -8.0], seed=1)
    logits, _ = confidences(model, ligand, [(site, first), (replace(site, structure=1), second)])
    for part, refined in ((logits[:3], first), (logits[3:], second)):
        own, _ = confidences(model, ligand, [(site, refined)])
        torch.testing.assert_close(part, own)
