"""Canonical shapes of rings: bonds, angles and torsions of cycloalkanes, and every shape turned around the ring."""

import numpy as np
import pytest
import torch

from molgen.conformers.templates.puckers import canonical_heights, ring_of_heights
from molgen.geometry.torsions import dihedral_angles


def ring_torsions(shapes: np.ndarray) -> np.ndarray:
    """[k, n], degrees."""
    size = shapes.shape[1]
    along = torch.tensor([[(k + shift) % size for shift in range(4)] for k in range(size)])
    return np.degrees(dihedral_angles(torch.from_numpy(shapes), along).numpy())


@pytest.mark.parametrize("size", [5, 6, 7, 8])
@pytest.mark.parametrize("planar", [True, False])
def test_heights_are_over_the_mean_plane_and_bonds_have_their_length(size, planar):
    heights = canonical_heights(size, planar)
    j = 2 * np.pi * np.arange(size) / size
    for wave in (np.ones(size), np.cos(j), np.sin(j)):  # the three conditions of Cremer and Pople
        np.testing.assert_allclose(heights @ wave, 0.0, atol=1e-9)
    shapes = ring_of_heights(heights, 1.53)
    squared = ((shapes - np.roll(shapes, 1, axis=1)) ** 2).sum(-1)
    np.testing.assert_allclose(np.sqrt(squared.mean(1)), 1.53, atol=1e-6)


def test_six_atoms_make_two_chairs_and_six_twist_boats():
    torsions = ring_torsions(ring_of_heights(canonical_heights(6, False), 1.53))
    chairs = (np.abs(np.abs(torsions) - 55.9) < 3).all(1)
    assert chairs.sum() == 2
    assert len(torsions) == 8
    largest = np.abs(torsions).max(1)
    assert ((largest > 40) & ~chairs).sum() == 6
    assert len({tuple(row) for row in np.round(torsions)}) == 8


def test_the_envelopes_of_five_atoms_go_once_around():
    torsions = ring_torsions(ring_of_heights(canonical_heights(5, False), 1.53))
    assert (np.abs(torsions) < 1e-6).sum(1).tolist() == [1] * 10
    assert len({tuple(row) for row in np.round(torsions)}) == 10


@pytest.mark.parametrize("size", [6, 7])
def test_every_bond_can_be_the_flat_one_in_two_mirror_images(size):
    torsions = ring_torsions(ring_of_heights(canonical_heights(size, True), 1.5))
    for bond in range(size):
        flat = torsions[np.abs(torsions[:, bond]) < 20]
        assert (flat[:, bond - 1] > 10).any()
        assert (flat[:, bond - 1] < -10).any()


def test_a_twist_chair_of_seven_atoms_has_the_torsions_of_cycloheptane():
    """39, 39, -88, 72, -54, 72, -88 degrees (Hendrickson 1961, doi:10.1021/ja01483a011)."""
    torsions = ring_torsions(ring_of_heights(canonical_heights(7, False), 1.53))
    known = np.array([39, 39, -88, 72, -54, 72, -88])
    turned = [np.roll(known, shift) for shift in range(7)]
    assert min(np.abs(torsions - row).max(1).min() for row in turned) < 15
