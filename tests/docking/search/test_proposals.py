"""Poses that the model proposes in a site."""

import numpy as np
import pytest
import torch
from complexes import TYROSINE, site_in
from small_molecules import embedded
from small_pockets import elsewhere, motions, pose_model
from torch import Tensor

from molgen.docking import proposals as proposing
from molgen.docking.ligand import Ligand, ligand_of
from molgen.docking.proposals import pocket_batch, propose
from molgen.docking.site import Site
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.sample import prior_states

COUNT, STEPS = 3, 4


@pytest.fixture(scope="module", params=["flow", "diffusion"])
def model(request) -> PoseModel:
    return pose_model(request.param).double()


@pytest.fixture(scope="module")
def ligand() -> Ligand:
    return ligand_of(embedded(TYROSINE))


@pytest.fixture(scope="module")
def float_model() -> PoseModel:
    return pose_model()


def proposed(model: PoseModel, site: Site, ligand: Ligand, seed: int = 0, count: int = 8) -> Tensor:
    """[count, n, 3]."""
    found = propose(model, site, ligand, count, STEPS, torch.Generator().manual_seed(seed))
    return found.positions.permute(2, 0, 1)


def test_moving_the_protein_and_the_pocket_moves_the_proposals(float_model, ligand):
    site = site_in("1of6")
    shift = np.array([12.0, -30.0, 7.0])
    before = proposed(float_model, site, ligand)
    after = proposed(float_model, elsewhere(site, torch.eye(3), shift), ligand)
    np.testing.assert_allclose(after, before.numpy() + shift, atol=1e-3)


def test_turning_the_protein_and_the_noise_turns_the_proposals(float_model, ligand, monkeypatch):
    site, turn, shift = site_in("1of6"), motions()[0], np.array([4.0, 2.0, -9.0])
    before = proposed(float_model, site, ligand).double()

    def turned(*args):
        start = prior_states(*args)
        q = turn.float()
        return {**start, "translation": start["translation"] @ q.T, "rotation": q @ start["rotation"]}

    monkeypatch.setattr(proposing, "prior_states", turned)
    after = proposed(float_model, elsewhere(site, turn, shift), ligand)
    np.testing.assert_allclose(after, before @ turn.T + torch.from_numpy(shift), atol=1e-2)


def test_the_seed_decides_the_proposals(float_model, ligand):
    site = site_in("1of6")
    first, again, other = (proposed(float_model, site, ligand, seed) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert (first - other).abs().max() > 0.1


def test_proposals_lie_about_the_pocket_over_template_conformers_in_turn(float_model, ligand):
    site = site_in("1of6")
    count = len(ligand.templates) + 2
    steps = []
    found = propose(
        float_model,
        site,
        ligand,
        count,
        STEPS,
        torch.Generator().manual_seed(0),
        on_step=lambda step, positions: steps.append((step, positions)),
    )
    assert found.template.tolist() == [*range(count - 2), 0, 1]
    assert found.positions.shape == (ligand.graph.n_atoms, 3, count)
    assert found.positions.dtype == torch.float32
    away = found.positions.mean(0) - torch.from_numpy(site.pocket.center)[:, None]
    assert away.norm(dim=0).max() < 25
    start, end = torch.from_numpy(ligand.graph.bond_index.astype(np.int64))
    made, local = found.positions.permute(2, 0, 1), ligand.templates[found.template]
    lengths = [(x[:, start] - x[:, end]).norm(dim=-1) for x in (made, local)]
    torch.testing.assert_close(*lengths, atol=1e-3, rtol=0)
    assert [step for step, _ in steps] == list(range(STEPS))
    torch.testing.assert_close(steps[-1][1], made)


def test_the_network_sees_the_atoms_around_the_center_of_the_pocket():
    site, radius = site_in("1of6"), 9.0
    batch = pocket_batch(site, radius)
    atoms = site.network_atoms
    near = np.linalg.norm(atoms.positions - site.pocket.center, axis=1) < radius
    assert 20 < near.sum() < len(atoms)
    assert batch.mask.all()
    np.testing.assert_allclose(batch.positions[0], atoms.positions[near] - site.pocket.center, atol=1e-5)
    assert np.array_equal(batch.atoms[0], atoms.atoms[near])
