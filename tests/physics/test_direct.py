"""Sums over pairs from tables against sums without, and their gradients against finite differences."""

import numpy as np
import pytest
import torch
from small_receptors import KINDS, classes_of, pocket_atoms, poses_first, poses_last, receptor_of, slow_energy
from torch import Tensor

from molgen.physics.direct import DirectEnergy, direct_energy, interaction_terms
from molgen.physics.vina import VinaWeights, pair_terms, weight_vector

POCKET = pocket_atoms()
POCKET_KINDS = "".join(list(KINDS)[k % len(KINDS)] for k in range(60))
LIGAND = "CPHNAX"
CLASSES = classes_of(LIGAND)


def poses(count: int, seed: int = 0, spread: float = 2.0) -> np.ndarray:
    """float64 [count, 6, 3] in the hollow."""
    return np.random.default_rng(seed).uniform(-spread, spread, size=(count, len(LIGAND), 3))


def test_terms_are_those_written_out_by_hand() -> None:
    points = poses(5)
    energies = interaction_terms(POCKET, CLASSES, torch.from_numpy(points)) @ weight_vector()
    slow = [slow_energy(LIGAND, pose, POCKET_KINDS, POCKET.positions) for pose in points]
    assert energies.tolist() == pytest.approx(slow, abs=1e-9)


def test_tables_give_the_energy_of_the_terms() -> None:
    points = torch.from_numpy(poses(100))
    energy, _ = direct_energy(POCKET, CLASSES)(poses_last(points).float())
    slow = interaction_terms(POCKET, CLASSES, points) @ weight_vector()
    error = (energy.sum(0) - slow).abs()
    assert energy.shape == (len(LIGAND), 100)
    assert error.max() < 0.01
    assert error.mean() < 0.003


def test_every_atom_has_its_own_energy() -> None:
    points = poses(3)
    energy, _ = direct_energy(POCKET, CLASSES)(poses_last(points).float())
    for k, pose in enumerate(points):
        slow = [
            slow_energy(kind, place[None], POCKET_KINDS, POCKET.positions)
            for kind, place in zip(LIGAND, pose, strict=True)
        ]
        assert energy[:, k].tolist() == pytest.approx(slow, abs=0.01)


def exact(positions: Tensor) -> Tensor:
    """Differentiable sum over all pairs [B] for poses [B, n, 3]."""
    own, other = CLASSES, POCKET.classes
    a, b = own.index[:, None], other.index
    bond = (own.donor[a] & other.acceptor[b]) | (own.acceptor[a] & other.donor[b])
    distance = torch.cdist(positions, torch.from_numpy(POCKET.positions))
    terms = pair_terms(distance, own.radius[a] + other.radius[b], own.hydrophobic[a] & other.hydrophobic[b], bond)
    return (terms @ weight_vector()).sum((1, 2))


def test_the_gradient_is_the_derivative_of_the_exact_sum() -> None:
    positions = torch.from_numpy(poses(20)).requires_grad_()
    (expected,) = torch.autograd.grad(exact(positions).sum(), positions)
    _, gradient = direct_energy(POCKET, CLASSES)(poses_last(positions.detach()).float())
    error = (poses_first(gradient) - expected).abs()
    assert error.max() < 0.01 * (1 + expected.abs().max())
    assert error.mean() < 0.003


def test_the_gradient_is_the_difference_of_exact_energies_over_a_step() -> None:
    points = torch.from_numpy(poses(30))
    # the energy jumps at the cutoff
    smooth = ((torch.cdist(points, torch.from_numpy(POCKET.positions)) - 8).abs() > 0.01).all((1, 2))
    points = points[smooth]
    assert len(points) > 5
    _, gradient = direct_energy(POCKET, CLASSES)(poses_last(points).float())
    rng = torch.Generator().manual_seed(0)
    for _ in range(5):
        way = 1e-3 * torch.randn(points.shape, generator=rng, dtype=torch.float64)
        difference = (exact(points + way) - exact(points - way)) / 2e-3
        along = (poses_first(gradient) * way).sum((1, 2)) / 1e-3
        assert torch.allclose(along.double(), difference, atol=0.03, rtol=0.01)


def field_far_away(shift: tuple[float, float, float]) -> DirectEnergy:
    return direct_energy(receptor_of(POCKET_KINDS, POCKET.positions + shift), CLASSES)


@pytest.mark.parametrize("shift", [(30.0, -40.0, 50.0), (500.0, 300.0, -700.0)])
def test_moving_receptor_and_ligand_together_changes_nothing(shift: tuple[float, float, float]) -> None:
    points = poses(20)
    here, slope = direct_energy(POCKET, CLASSES)(poses_last(points).float())
    there, moved_slope = field_far_away(shift)(poses_last(points + shift).float())
    assert torch.allclose(here, there, atol=0.01)
    assert torch.allclose(slope, moved_slope, atol=0.02, rtol=0.01)


def test_a_ligand_out_of_reach_feels_nothing() -> None:
    energy, gradient = direct_energy(POCKET, CLASSES)(poses_last(poses(4) + np.array([0, 0, 300.0])).float())
    assert not energy.any()
    assert not gradient.any()


def test_atoms_on_top_of_each_other_have_a_finite_energy() -> None:
    spot = torch.from_numpy(POCKET.positions[:1]).float().expand(len(LIGAND), 3)[:, :, None]
    energy, gradient = direct_energy(POCKET, CLASSES)(spot)
    assert energy.isfinite().all()
    assert (energy > 1).all()
    assert gradient.isfinite().all()


def test_weights_are_used() -> None:
    points = torch.from_numpy(poses(5))
    weights = VinaWeights(0.0, 0.0, 1.0, 0.0, 0.0)
    energy, _ = direct_energy(POCKET, CLASSES, weights)(poses_last(points).float())
    assert energy.sum(0).tolist() == pytest.approx(interaction_terms(POCKET, CLASSES, points)[:, 2].tolist(), abs=0.01)


def test_near_keeps_the_atoms_within_the_distance_of_any_point() -> None:
    points = np.array([[6.0, 0, 0], [0, -7.0, 1.0]])
    kept = POCKET.near(points, 4.0)
    mask = [min(np.linalg.norm(atom - point) for point in points) <= 4.0 for atom in POCKET.positions]
    assert 0 < sum(mask) < len(mask)
    assert np.array_equal(kept.positions, POCKET.positions[mask])
    assert kept.classes.index.tolist() == POCKET.classes.index[torch.tensor(mask)].tolist()
    assert len(kept.classes) == len(POCKET.classes)


def test_the_atoms_within_the_cutoff_are_enough() -> None:
    points = poses(10, spread=1.0) + np.array([4.0, 0, 0])
    everything = direct_energy(POCKET, CLASSES)(poses_last(points).float())
    near = POCKET.near(points.reshape(-1, 3), 8.0)
    assert len(near.positions) < 60
    some = direct_energy(near, CLASSES)(poses_last(points).float())
    assert torch.allclose(everything[0], some[0], atol=0.01)
    assert torch.allclose(everything[1], some[1], atol=0.02, rtol=0.01)


def test_with_no_atom_near_the_energy_is_zero() -> None:
    empty = POCKET.near(np.array([[500.0, 0, 0]]), 8.0)
    assert len(empty.positions) == 0
    energy, gradient = direct_energy(empty, CLASSES)(torch.zeros(len(LIGAND), 3, 2))
    assert energy.shape == (len(LIGAND), 2)
    assert not energy.any()
    assert not gradient.any()
