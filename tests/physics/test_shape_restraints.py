"""Restraints on distances and dihedral angles in compiled minimization: exact gradients, no energy where they hold."""

import math

import numpy as np
import pytest
import torch
from small_molecules import embedded

from molgen.chem.atom_types.mmff_terms import mmff_terms
from molgen.geometry.torsions import dihedral_angles
from molgen.physics.mmff import MMFFEnergy
from molgen.physics.mmff.lanes import minimize_in_lanes
from molgen.physics.shape_restraints import ShapeRestraints

PAIRS = np.array([[0, 4], [1, 5], [0, 3]])
TORSIONS = np.array([(0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5)])
STIFF, TWIST = 50.0, 20.0


@pytest.fixture(scope="module")
def mol():
    return embedded("CCCCCO", 4)


@pytest.fixture(scope="module")
def positions(mol) -> torch.Tensor:
    """float32 [n, 3, 4]."""
    return torch.from_numpy(np.stack([c.GetPositions() for c in mol.GetConformers()], -1)).float()


@pytest.fixture(scope="module")
def field(mol):
    return MMFFEnergy(mmff_terms(mol))


def angles(x: torch.Tensor) -> torch.Tensor:
    """[B, t], radian."""
    return dihedral_angles(x.permute(2, 0, 1), torch.from_numpy(TORSIONS))


def springs(x: torch.Tensor, restraints: ShapeRestraints) -> torch.Tensor:
    """The energies [B] by their definition, double precision."""
    first, second = x[restraints.pairs[:, 0]], x[restraints.pairs[:, 1]]
    excess = (first - second).norm(dim=1) - torch.from_numpy(restraints.lengths)[:, None]
    low, high = torch.from_numpy(restraints.ranges).T
    away = torch.remainder(angles(x) - (low + high) / 2 + math.pi, 2 * math.pi) - math.pi
    outside = (away.abs() - (high - low) / 2).clamp(min=0)
    along, around = excess.square().sum(0), outside.square().sum(1)
    return 0.5 * (restraints.stiffness * along + restraints.torsional_stiffness * around)


def minimized(field, x, steps, restraints, start):
    """Minimized with a preconditioner that is a number times the identity."""
    return minimize_in_lanes(field, x, steps, start * torch.eye(len(x)), 0.0, restraints)


@pytest.fixture(scope="module")
def restraints():
    ranges = np.array([(-0.2, 0.3), (2.9, 3.4), (-2.0, -1.5)])
    return ShapeRestraints(PAIRS, np.array([2.0, 3.0, 4.0]), STIFF, TORSIONS, ranges, TWIST)


def test_the_energy_is_that_of_the_springs(field, positions, restraints):
    _, bare = minimized(field, positions, 0, None, 1.0)
    _, energies = minimized(field, positions, 0, restraints, 1.0)
    expected = springs(positions.double(), restraints)
    assert (expected > 1).all()
    torch.testing.assert_close((energies - bare).double(), expected, rtol=1e-4, atol=1e-3)


def test_the_first_step_is_down_the_derivative_of_the_energy(field, positions, restraints):
    x = positions.double().requires_grad_()
    own = MMFFEnergy.__call__(field, positions)[1].double()
    (pull,) = torch.autograd.grad(springs(x, restraints).sum(), x)
    start = 1e-4
    moved, _ = minimized(field, positions, 1, restraints, start)
    torch.testing.assert_close(((positions - moved) / start).double(), own + pull, rtol=2e-3, atol=0.05)


@pytest.mark.parametrize("turns", [-1, 0, 1])
def test_there_is_no_energy_where_the_restraints_hold(field, positions, turns):
    x = positions[..., :1]
    lengths = (x[PAIRS[:, 0]] - x[PAIRS[:, 1]]).norm(dim=1)[:, 0].double().numpy()
    middle = angles(x)[0].double().numpy() + 2 * math.pi * turns
    restraints = ShapeRestraints(PAIRS, lengths, STIFF, TORSIONS, np.stack([middle - 0.1, middle + 0.1], 1), TWIST)
    (energy,), (bare,) = (minimized(field, x, 0, given, 1.0)[1] for given in (restraints, None))
    assert energy.item() == pytest.approx(bare.item(), abs=1e-4)


def test_the_energy_grows_by_the_shorter_way_around(field, positions):
    x = positions[..., :1]
    angle = float(angles(x)[0, 0])
    ranges = np.array([[angle + 6.0, angle + 6.0]])
    restraints = ShapeRestraints(PAIRS[:0], np.zeros(0), 0.0, TORSIONS[:1], ranges, 2.0)
    (energy,), (bare,) = (minimized(field, x, 0, given, 1.0)[1] for given in (restraints, None))
    assert (energy - bare).item() == pytest.approx((2 * math.pi - 6.0) ** 2, rel=1e-3)
