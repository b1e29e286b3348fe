"""The share of a ligand's volume inside the receptor."""

import numpy as np
import pytest
import torch
from rdkit import Chem

from molgen.metrics.validity.overlap import volume_overlap


def overlap(*shifts: float, scale: float = 1.0) -> np.ndarray:
    """Of one carbon with another so far away."""
    positions = torch.tensor([[[shift, 0.0, 0.0]] for shift in shifts], dtype=torch.float64)
    atoms = torch.zeros(1, 3, dtype=torch.float64)
    return volume_overlap(
        Chem.MolFromSmiles("C"), positions, np.array([6]), atoms, torch.cdist(positions, atoms[None]), scale
    )


def test_an_atom_on_another_is_inside_and_one_far_away_is_not() -> None:
    inside, touching, outside = overlap(0.0, 3.3, 5.0)
    assert inside == pytest.approx(1.0)
    assert 0.0 <= touching < 0.1
    assert outside == 0.0


def test_two_spheres_share_the_lens_of_geometry() -> None:
    """Two spheres of radius r, d apart: (1 - d / 2 r)^2 (1 + d / 4 r) of each lies in the other."""
    radius, distance = Chem.GetPeriodicTable().GetRvdw(6), 1.5
    exact = (1 - distance / (2 * radius)) ** 2 * (1 + distance / (4 * radius))
    assert overlap(distance)[0] == pytest.approx(exact, abs=0.08)  # on a grid of 0.5 A


def test_smaller_radii_overlap_less() -> None:
    assert overlap(1.5, scale=0.5)[0] < overlap(1.5, scale=0.8)[0] < overlap(1.5)[0]


def test_a_pose_that_came_apart_counts_as_inside() -> None:
    positions = torch.tensor([[[0.0, 0.0, 0.0], [500.0, 0.0, 0.0]]], dtype=torch.float64)
    atoms = torch.full((1, 3), 50.0, dtype=torch.float64)
    mol = Chem.MolFromSmiles("CC")
    assert volume_overlap(mol, positions, np.array([6]), atoms, torch.cdist(positions, atoms[None]), 1.0) == [1.0]
