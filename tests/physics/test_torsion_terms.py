"""Energies of torsions: their gradient, the compiled code, and ligands side by side."""

import math

import numpy as np
import pytest
import torch

from molgen.geometry.torsions import dihedral_angles
from molgen.physics.torsion_terms import BINS, TorsionTerms, terms_side_by_side, torsion_energy, torsion_terms

QUADRUPLES = np.array([[0, 1, 2, 3], [1, 2, 3, 4], [5, 4, 3, 2]])


def terms(seed: int, count: int = 3) -> TorsionTerms:
    return torsion_terms(QUADRUPLES[:count, [0, 0, 1, 2, 3, 3]], np.random.default_rng(seed).random((count, BINS)))


def positions(poses: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 1.5 * torch.randn(6, 3, poses, dtype=torch.float64, generator=generator)


def test_the_energy_is_that_of_the_table_at_each_angle():
    own, poses = terms(0), positions(20)
    angles = dihedral_angles(poses.permute(2, 0, 1), torch.from_numpy(QUADRUPLES)).numpy()
    grid = np.linspace(-np.pi, np.pi, BINS + 1)
    tables = own.energy[..., 0].double().numpy()
    wanted = sum(np.interp(angles[:, k], grid, np.append(tables[k], tables[k, 0])) for k in range(3))
    np.testing.assert_allclose(torsion_energy(own, poses)[0].numpy(), wanted, atol=1e-9)


@pytest.mark.parametrize("path", [[0, 0, 1, 2, 3, 3], [0, 5, 1, 2, 3, 4]])
def test_the_gradient_is_that_of_finite_differences(path):
    own = torsion_terms(np.array([path, [1, 1, 2, 3, 4, 4]]), np.random.default_rng(1).random((2, BINS)))
    poses, step = positions(4), 1e-6
    _, gradient = torsion_energy(own, poses)
    for index in np.ndindex(6, 3):
        plus, minus = poses.clone(), poses.clone()
        plus[index] += step
        minus[index] -= step
        slope = (torsion_energy(own, plus)[0] - torsion_energy(own, minus)[0]) / (2 * step)
        torch.testing.assert_close(gradient[index], slope, atol=1e-6, rtol=1e-6)


def test_turning_a_whole_pose_changes_nothing_and_feels_no_force():
    own, poses = terms(2), positions(5)
    rotation = torch.linalg.qr(torch.randn(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3)))[0]
    rotation = rotation * torch.linalg.det(rotation)
    energy, gradient = torsion_energy(own, poses)
    turned = torch.einsum("ij,njb->nib", rotation, poses) + 1.0
    torch.testing.assert_close(torsion_energy(own, turned)[0], energy)
    torch.testing.assert_close(gradient.sum(0), torch.zeros(3, 5, dtype=torch.float64), atol=1e-9, rtol=0)
    torque = torch.linalg.cross(poses, gradient, dim=1).sum(0)
    torch.testing.assert_close(torque, torch.zeros(3, 5, dtype=torch.float64), atol=1e-9, rtol=0)


def test_ligands_side_by_side_have_the_energies_that_each_has_alone():
    first, second = terms(4), terms(5, count=1)
    poses = positions(6)
    together = torsion_energy(terms_side_by_side([first, second]), poses)
    alone = [torsion_energy(own, poses[..., part]) for own, part in ((first, slice(3)), (second, slice(3, 6)))]
    for whole, *parts in zip(together, *alone, strict=True):
        torch.testing.assert_close(whole, torch.cat(parts, -1), atol=0, rtol=0)


@pytest.mark.parametrize("count", [0, 3])
def test_straight_chains_and_no_torsions_give_finite_values(count):
    line = torch.zeros(6, 3, 2, dtype=torch.float64)
    line[:, 0] = torch.arange(6)[:, None].double()
    energy, gradient = torsion_energy(terms(6, count), line)
    assert torch.isfinite(energy).all()
    assert torch.isfinite(gradient).all()
    assert math.isclose(float(gradient.sum()), 0.0, abs_tol=1e-9)
