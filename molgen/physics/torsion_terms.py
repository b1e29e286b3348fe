"""The energy of a ligand's torsions, from a table for each: how common the angle is in crystals of like molecules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.graphs.tensor_record import TensorRecord

BINS = 72
"""Values in a turn, from -pi on."""


@dataclass(frozen=True)
class TorsionTerms(TensorRecord):
    """The torsions of L ligands side by side, padded to m each; of one ligand L is 1.

    Attributes:
        paths: int64 [m, 6, L], atoms (a, a', b, c, d, d') of each dihedral angle, whose ends are the middle of a and
            a', and of d and d'; padded ones name one atom.
        energy: float32 [m, BINS, L], kcal/mol at angles -pi + 2 pi k / BINS, linear in between.
    """

    paths: Tensor
    energy: Tensor


def torsion_terms(paths: np.ndarray, energy: np.ndarray) -> TorsionTerms:
    """The terms of one ligand: paths [m, 6], and tables [m, BINS] in kcal/mol."""
    atoms = torch.from_numpy(paths.astype(np.int64)).reshape(-1, 6, 1)
    return TorsionTerms(atoms, torch.from_numpy(energy).float().reshape(-1, BINS, 1))


def terms_side_by_side(terms: Sequence[TorsionTerms]) -> TorsionTerms:
    """The terms of several ligands as one."""
    m = max(len(own.paths) for own in terms)
    paths = torch.zeros(m, 6, len(terms), dtype=torch.int64)
    energy = torch.zeros(m, BINS, len(terms))
    for k, own in enumerate(terms):
        paths[: len(own.paths), :, k] = own.paths[..., 0]
        energy[: len(own.energy), :, k] = own.energy[..., 0]
    return TorsionTerms(paths, energy)


def torsion_energy(terms: TorsionTerms, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Energy [B] in kcal/mol and its gradient [n, 3, B] for poses [n, 3, B].

    Source: the gradient of a dihedral angle, Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996), equations 27.
    """
    gradient = torch.zeros_like(positions)
    m, _, ligands = terms.paths.shape
    if not m:
        return positions.new_zeros(positions.shape[2]), gradient
    each = positions.unflatten(2, (ligands, -1))
    rows = [terms.paths[:, k][:, None, :, None].expand(m, 3, ligands, each.shape[3]) for k in range(6)]
    places = [each.gather(0, index) for index in rows]
    a, b, c, d = (places[0] + places[1]) / 2, places[2], places[3], (places[4] + places[5]) / 2
    first, axis, last = b - a, c - b, d - c
    above, below = torch.linalg.cross(first, axis, dim=1), torch.linalg.cross(axis, last, dim=1)
    length = _norm(axis)
    angle = torch.atan2(length * _dot(first, below), _dot(above, below))
    place = ((angle + math.pi) * (BINS / (2 * math.pi))).clamp(0, BINS * (1 - 1e-7))
    left = place.long()
    table = terms.energy.to(positions).transpose(1, 2)  # [m, L, BINS]
    low, high = table.gather(2, left), table.gather(2, (left + 1) % BINS)
    slope = ((high - low) * (BINS / (2 * math.pi)))[:, None]
    on_a = -(length / _dot(above, above).clamp(min=1e-6))[:, None] * above
    on_d = (length / _dot(below, below).clamp(min=1e-6))[:, None] * below
    square = _dot(axis, axis).clamp(min=1e-6)
    before, after = (_dot(first, axis) / square)[:, None], (_dot(last, axis) / square)[:, None]
    on_b = -(1 + before) * on_a + after * on_d
    on_c = -(1 + after) * on_d + before * on_a
    shared = gradient.unflatten(2, (ligands, -1))
    for index, part in zip(rows, (on_a / 2, on_a / 2, on_b, on_c, on_d / 2, on_d / 2), strict=True):
        shared.scatter_add_(0, index, slope * part)
    return (low + (place - left) * (high - low)).sum(0).flatten(), gradient


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(1)


def _norm(vectors: Tensor) -> Tensor:
    return torch.linalg.vector_norm(vectors, dim=1)
