"""Poses as states, and the symmetries of the whole sampler."""

import pytest
import torch
from equivariance import mirror_image
from small_molecules import batch_of
from small_pockets import motions, moved, pose_model, random_pocket
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.errors import ConfigError
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import batch_pockets
from molgen.models.pose_flow import sample as sampling
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.models.pose_flow.model import PoseModel, pose_positions, pose_process
from molgen.models.pose_flow.sample import prior_states, sample_poses, time_grid

LIGAND = "C[C@H](N)C(=O)OCCF"
POCKET = random_pocket(40, seed=1)
COUNT, STEPS = 3, 4


def started(model: PoseModel, smiles: str = LIGAND, count: int = COUNT) -> tuple[GraphBatch, Tensor, dict[str, Tensor]]:
    """Graph, template conformers and states of the prior, float64."""
    graph, positions = batch_of(smiles, count=count)
    rng = torch.Generator().manual_seed(11)
    return graph, positions[0], prior_states(model, positions[0], graph.torsions.shape[1], rng)


def sampled(
    model: PoseModel, graph: GraphBatch, pocket: PocketAtoms, template: Tensor, start: dict[str, Tensor]
) -> Tensor:
    return sample_poses(model, graph, batch_pockets([pocket], torch.float64), template, start, time_grid(STEPS))


@pytest.fixture(scope="module", params=["flow", "diffusion"])
def model(request) -> PoseModel:
    return pose_model(request.param).double()


def test_a_state_keeps_bonds_and_angles():
    graph, positions = batch_of(LIGAND, count=3)
    model = pose_model()
    state = prior_states(model, positions[0], graph.torsions.shape[1], torch.Generator().manual_seed(0))
    made = pose_positions(batch_coordinates(positions, graph), {k: v[None] for k, v in state.items()}, graph)
    change = torch.cdist(made[0], made[0]) - torch.cdist(positions[0], positions[0])
    assert change[:, graph.path_length[0] <= 2].abs().max() < 1e-6
    assert change.abs().max() > 0.5


def test_turning_the_pocket_and_the_noise_turns_the_poses(model):
    graph, template, start = started(model)
    before = sampled(model, graph, POCKET, template, start)
    begun = pose_positions(batch_coordinates(template[None], graph), {k: v[None] for k, v in start.items()}, graph)[0]
    assert (before - begun).norm(dim=-1).max() > 0.01, "nothing moved: nothing was tested"
    for turn in motions()[:2]:
        turned = {**start, "translation": start["translation"] @ turn.T, "rotation": turn @ start["rotation"]}
        after = sampled(model, graph, moved(POCKET, turn), template, turned)
        torch.testing.assert_close(after, before @ turn.T, atol=1e-6, rtol=0)
    still = sampled(model, graph, POCKET, template, turned)
    assert (still - before @ turn.T).abs().max() > 1e-4, "the pocket does not matter: nothing was tested"


def test_a_mirrored_pocket_with_mirrored_starts_has_mirrored_poses(model):
    graph, template, start = started(model)
    before = sampled(model, graph, POCKET, template, start)
    image = {"translation": -start["translation"], "rotation": start["rotation"], "torsion": -start["torsion"]}
    mirrored = moved(POCKET, -torch.eye(3, dtype=torch.float64))
    after = sampled(model, mirror_image(graph), mirrored, -template, image)
    torch.testing.assert_close(after, -before, atol=1e-6, rtol=0)
    labels_kept = sampled(model, graph, mirrored, -template, image)
    assert (labels_kept + before).abs().max() > 1e-5, "the labels do not matter: nothing was tested"


def test_the_field_of_a_pose_does_not_depend_on_its_template_conformers_orientation(model):
    graph, template, start = started(model)
    before = sampled(model, graph, POCKET, template, start)
    turn = motions()[0]
    lying = {**start, "rotation": start["rotation"] @ turn.T}
    after = sampled(model, graph, POCKET, template @ turn.T + 5.0, lying)
    torch.testing.assert_close(after, before, atol=1e-6, rtol=0)


def test_chunks_do_not_matter(model, monkeypatch):
    graph, template, start = started(model)
    whole = sampled(model, graph, POCKET, template, start)
    seen = []
    monkeypatch.setattr(sampling, "CHUNK", 2)
    pieces = sample_poses(
        model,
        graph,
        batch_pockets([POCKET], torch.float64),
        template,
        start,
        time_grid(STEPS),
        on_step=lambda step, t, positions: seen.append((step, float(t), positions)),
    )
    torch.testing.assert_close(pieces, whole, atol=1e-9, rtol=0)
    assert [(step, len(x)) for step, _, x in seen] == [(k, size) for size in (2, 1) for k in range(STEPS)]
    assert [t for _, t, _ in seen[:STEPS]] == pytest.approx([0.75, 0.5, 0.25, 0.0])
    torch.testing.assert_close(torch.cat([seen[STEPS - 1][2], seen[-1][2]]), pieces)


def test_other_poses_do_not_matter(model):
    graph, template, start = started(model)
    together = sampled(model, graph, POCKET, template, start)
    for row in range(COUNT):
        alone = sampled(model, graph, POCKET, template[row : row + 1], {k: v[row : row + 1] for k, v in start.items()})
        torch.testing.assert_close(alone[0], together[row], atol=1e-9, rtol=0)


@pytest.mark.parametrize("smiles", ["c1ccccc1", "O"])
def test_rigid_ligands_and_single_atoms_are_sampled(model, smiles):
    graph, template, start = started(model, smiles)
    assert start["torsion"].shape == (COUNT, 0)
    found = sampled(model, graph, POCKET, template, start)
    assert found.isfinite().all()
    torch.testing.assert_close(torch.cdist(found, found), torch.cdist(template, template), atol=1e-6, rtol=0)


def test_the_prior_is_centered_uniform_and_as_wide_as_the_model_says(model):
    _, positions = batch_of("CCOC")
    states = prior_states(model, positions[0].expand(4000, -1, -1), 2, torch.Generator().manual_seed(0))
    spread = states["translation"].std(0)
    assert (spread / model.config.spread - 1).abs().max() < 0.05
    assert states["translation"].mean(0).abs().max() < 0.3
    assert states["rotation"].mean(0).abs().max() < 0.05
    assert states["torsion"].abs().max() <= torch.pi + 1e-6
    assert (torch.histc(states["torsion"], 8, -torch.pi, torch.pi) - 1000).abs().max() < 150


def test_another_process_is_refused():
    with pytest.raises(ConfigError, match='"flow" or "diffusion", not "walk"'):
        pose_process(PoseModelConfig("walk"))
