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
        quadruples: int64 [m, 4, L], the atoms of each dihedral angle; padded ones name an atom four times.
        energy: float32 [m, BINS, L], kcal/mol at angles -pi + 2 pi k / BINS, linear in between.
    """

    quadruples: Tensor
    energy: Tensor


def torsion_terms(quadruples: np.ndarray, energy: np.ndarray) -> TorsionTerms:
    """The terms of one ligand: quadruples [m, 4], and tables [m, BINS] in kcal/mol."""
    atoms = torch.from_numpy(quadruples.astype(np.int64)).reshape(-1, 4, 1)
    return TorsionTerms(atoms, torch.from_numpy(energy).float().reshape(-1, BINS, 1))


def terms_side_by_side(terms: Sequence[TorsionTerms]) -> TorsionTerms:
    """The terms of several ligands as one."""
    m = max(len(own.quadruples) for own in terms)
    quadruples = torch.zeros(m, 4, len(terms), dtype=torch.int64)
    energy = torch.zeros(m, BINS, len(terms))
    for k, own in enumerate(terms):
        quadruples[: len(own.quadruples), :, k] = own.quadruples[..., 0]
        energy[: len(own.energy), :, k] = own.energy[..., 0]
    return TorsionTerms(quadruples, energy)


def torsion_energy(terms: TorsionTerms, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Energy [B] in kcal/mol and its gradient [n, 3, B] for poses [n, 3, B].

    Source: the gradient of a dihedral angle, Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996), equations 27.
    """
    gradient = torch.zeros_like(positions)
    m, _, ligands = terms.quadruples.shape
    if not m:
        return positions.new_zeros(positions.shape[2]), gradient
    each = positions.unflatten(2, (ligands, -1))
    rows = [terms.quadruples[:, k][:, None, :, None].expand(m, 3, ligands, each.shape[3]) for k in range(4)]
    a, b, c, d = (each.gather(0, index) for index in rows)
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
    for index, part in zip(rows, (on_a, on_b, on_c, on_d), strict=True):
        shared.scatter_add_(0, index, slope * part)
    return (low + (place - left) * (high - low)).sum(0).flatten(), gradient


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(1)


def _norm(vectors: Tensor) -> Tensor:
    return torch.linalg.vector_norm(vectors, dim=1)
