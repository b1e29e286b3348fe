"""Distances between ligand and receptor in units of the radii."""

from __future__ import annotations

import torch
from torch import Tensor

CLASH_LIMIT = 0.75  # of the sum of the radii
FAR_LIMIT = 5.0  # Angstrom


def no_clash(distances: Tensor, ligand_radii: Tensor, receptor_radii: Tensor) -> Tensor:
    """Whether no pair comes closer than 0.75 of the sum of its radii.

    Args:
        distances: float64 [B, n, m], Angstrom.
        ligand_radii, receptor_radii: float64 [n], [m], Angstrom.

    Returns:
        bool [B].
    """
    relative = distances / (ligand_radii[:, None] + receptor_radii)
    return ~(relative < CLASH_LIMIT).flatten(1).any(dim=1)


def near_enough(distances: Tensor) -> Tensor:
    """Whether some pair is within 5 A: float64 [B, n, m] in Angstrom -> bool [B]."""
    return (distances <= FAR_LIMIT).flatten(1).any(dim=1)


def pair_distances(ligand: Tensor, receptor: Tensor) -> Tensor:
    """[B, n, 3] and [m, 3] -> [B, n, m]."""
    return torch.cdist(ligand, receptor.expand(len(ligand), -1, -1), compute_mode="donot_use_mm_for_euclid_dist")
