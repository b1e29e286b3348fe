"""Restraints: free inside, a parabola outside, linear far away; the best of several alternatives."""

import pytest
import torch
from torch import Tensor

from molgen.physics.restraints import STIFFNESS, PointRestraint

N = 5


def restraint(alternatives: list[list[int]], radius: float = 1.0) -> PointRestraint:
    k = len(alternatives[0])
    points = torch.tensor([[1.0, 2.0, 3.0], [-2.0, 0.0, 1.0]])[:k]
    return PointRestraint(torch.tensor(alternatives), points, torch.full((k,), radius))


def at(distance: float) -> Tensor:
    """One pose [5, 3, 1] whose atom 2 is so far from the first point."""
    positions = torch.randn(N, 3, 1, generator=torch.Generator().manual_seed(0))
    positions[2, :, 0] = torch.tensor([1.0, 2.0, 3.0]) + distance * torch.tensor([0.6, 0.0, -0.8])
    return positions


@pytest.mark.parametrize("distance", [0.0, 0.5, 0.999])
def test_inside_the_radius_atoms_are_free(distance: float) -> None:
    energy, gradient = restraint([[2]])(at(distance))
    assert energy.tolist() == [0.0]
    assert not gradient.any()


# beyond the radius x: 5 x^2 up to 4 Angstrom, then 5 (16 + 8 (x - 4))
@pytest.mark.parametrize(("distance", "expected"), [(1.5, 1.25), (3.0, 20.0), (5.0, 80.0), (7.0, 160.0), (101, 3920.0)])
def test_outside_the_energy_is_the_one_worked_out_by_hand(distance: float, expected: float) -> None:
    assert STIFFNESS == 5.0
    energy, gradient = restraint([[2]])(at(distance))
    assert energy.item() == pytest.approx(expected, rel=1e-4)
    assert torch.linalg.vector_norm(gradient[2]).item() == pytest.approx(10 * min(distance - 1, 4.0), rel=1e-4)
    outwards = torch.tensor([0.6, 0.0, -0.8])
    assert (gradient[2, :, 0] @ outwards).item() > 0  # it points uphill, away from the point
    assert not gradient[[0, 1, 3, 4]].any()


def poses(count: int, scale: float) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return scale * torch.randn(N, 3, count, generator=rng, dtype=torch.float64)


@pytest.mark.parametrize("scale", [1.0, 4.0, 12.0])
@pytest.mark.parametrize("alternatives", [[[2]], [[0, 3]], [[0, 3], [3, 0], [4, 1]]])
def test_the_gradient_is_the_derivative(alternatives: list[list[int]], scale: float) -> None:
    held = restraint(alternatives)
    positions = poses(20, scale)
    _, gradient = held(positions)
    assert gradient.dtype == torch.float64
    for atom in range(N):
        for axis in range(3):
            step = torch.zeros_like(positions)
            step[atom, axis] = 1e-6
            slope = (held(positions + step)[0] - held(positions - step)[0]) / 2e-6
            assert torch.allclose(gradient[atom, axis], slope, atol=1e-4)


def test_the_alternative_of_lowest_energy_counts_in_each_pose() -> None:
    alternatives = [[0, 3], [3, 0], [4, 1]]
    positions = poses(50, 3.0)
    singles = torch.stack([restraint([one])(positions)[0] for one in alternatives])
    energy, gradient = restraint(alternatives)(positions)
    assert torch.allclose(energy, singles.amin(0))
    best = singles.argmin(0)
    assert len(best.unique()) == 3
    for k, one in enumerate(best.tolist()):
        _, expected = restraint([alternatives[one]])(positions[..., k : k + 1])
        assert torch.allclose(gradient[..., k], expected[..., 0])


def test_symmetric_matches_make_the_names_of_atoms_irrelevant() -> None:
    held = restraint([[0, 3], [3, 0]])
    positions = poses(10, 3.0)
    swapped = positions[[3, 1, 2, 0, 4]]
    assert torch.allclose(held(positions)[0], held(swapped)[0])


def test_several_atoms_add_up() -> None:
    positions = poses(10, 3.0)
    both = restraint([[0, 3]])(positions)[0]
    first = restraint([[0]])(positions)[0]
    second = PointRestraint(torch.tensor([[3]]), torch.tensor([[-2.0, 0.0, 1.0]]), torch.tensor([1.0]))(positions)[0]
    assert torch.allclose(both, first + second)


def test_a_stiffer_restraint_costs_more() -> None:
    held = PointRestraint(torch.tensor([[2]]), torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([1.0]), stiffness=50.0)
    assert held(at(2.0))[0].item() == pytest.approx(50.0, rel=1e-4)


def test_an_atom_at_its_point_of_radius_zero_has_a_finite_gradient() -> None:
    energy, gradient = restraint([[2]], radius=0.0)(at(0.0))
    assert energy.item() == 0
    assert gradient.isfinite().all()
