"""Restraints on distances and dihedral angles: exact gradients, no energy where they hold."""

import math

import pytest
import torch
from small_molecules import embedded

from molgen.physics.dihedrals import dihedrals
from molgen.physics.shape_restraints import ShapeRestraints

PAIRS = torch.tensor([[0, 4], [1, 5], [0, 3]])
TORSIONS = [(0, 1, 2, 3), (1, 2, 3, 4)]


def positions() -> torch.Tensor:
    """[n, 3, 4], float64."""
    mol = embedded("CCCCCO", 4)
    return torch.stack([torch.from_numpy(c.GetPositions()) for c in mol.GetConformers()], -1)


def angles(x: torch.Tensor) -> torch.Tensor:
    found = dihedrals(x, torch.tensor(TORSIONS).T)
    return torch.atan2(found.sine, found.cosine)


def test_gradients_are_those_of_the_energies():
    x = positions().requires_grad_()
    ranges = [(-0.2, 0.3), (2.9, 3.4)]
    restraints = ShapeRestraints(PAIRS, torch.tensor([2.0, 3.0, 4.0]), 50.0, TORSIONS, ranges, 20.0)
    energy, gradient = restraints(x)
    (expected,) = torch.autograd.grad(energy.sum(), x)
    torch.testing.assert_close(gradient, expected)
    assert (energy > 0).all()


@pytest.mark.parametrize("turns", [-1, 0, 1])
def test_there_is_no_energy_where_the_restraints_hold(turns):
    x = positions()[..., :1]
    lengths = (x[PAIRS[:, 0]] - x[PAIRS[:, 1]]).norm(dim=1)[:, 0]
    ranges = [(a - 0.1 + 2 * math.pi * turns, a + 0.1 + 2 * math.pi * turns) for a in angles(x)[:, 0].tolist()]
    energy, gradient = ShapeRestraints(PAIRS, lengths, 50.0, TORSIONS, ranges, 20.0)(x)
    assert energy.item() == pytest.approx(0, abs=1e-9)
    assert gradient.abs().max().item() == pytest.approx(0, abs=1e-6)


def test_the_energy_grows_by_the_shorter_way_around():
    x = positions()[..., :1]
    (angle, _) = angles(x)[:, 0].tolist()
    restraints = ShapeRestraints(PAIRS[:0], torch.zeros(0), 0.0, TORSIONS[:1], [(angle + 6.0, angle + 6.0)], 2.0)
    assert restraints(x)[0].item() == pytest.approx((2 * math.pi - 6.0) ** 2, rel=1e-5)
