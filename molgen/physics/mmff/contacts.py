"""The buffered 14-7 potential of MMFF94s and, where charges take part, its buffered Coulomb term."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.physics.mmff.vectors import dot, scale

_VDW_SHIFT, _VDW_POWER = 0.07, 0.12
_CHARGE_SHIFT = 0.05
WELL = (1 + _VDW_SHIFT) ** 7
_NEAREST = 0.1
"""Angstrom; two atoms count as no nearer."""
_PIECE, _GPU_PIECE = 49_152, 100_000_000
"""Pairs times conformers that are looked at together: what the cache of a core holds, or keeps a GPU busy."""


def add_contacts(pairs: Tensor, contact: Tensor, charges: bool, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
    """Add the contacts of conformers [n, 3, B] to ``energy`` [n, B], of an atom of each, and to ``gradient``.

    Args:
        pairs: int64 [2, p].
        contact: [3, p, 1], 1 / radius sum (1/Angstrom), well depth times WELL and Coulomb prefactor (kcal/mol).
        charges: whether the Coulomb term takes part.
    """
    rows = max(16, (_PIECE if x.device.type == "cpu" else _GPU_PIECE) // max(1, x.shape[2]))
    on_second = torch.zeros_like(gradient)  # of its own, so that pieces do not change the order of additions
    for begin in range(0, pairs.shape[1], rows):
        piece = slice(begin, begin + rows)
        _add_piece(pairs[:, piece], contact[:, piece], charges, x, energy, gradient, on_second)
    gradient.sub_(on_second)


def _add_piece(
    pairs: Tensor, contact: Tensor, charges: bool, x: Tensor, energy: Tensor, on_first: Tensor, on_second: Tensor
) -> None:
    i, j = pairs
    over_radius, depth, charge = contact
    difference = x.index_select(0, i).sub_(x.index_select(0, j))
    square = dot(difference, difference).clamp_(min=_NEAREST**2)
    inverse = square.rsqrt()
    distance = square.mul_(inverse)
    ratio = distance * over_radius
    near = (ratio + _VDW_SHIFT).reciprocal_()
    well = near * near
    well.mul_(near)
    well.mul_(well).mul_(near).mul_(depth)
    sixth = (ratio * ratio).pow_(3)
    wide = ratio.mul_(sixth).add_(_VDW_POWER).reciprocal_()
    wall = well * wide
    own = well.mul_(-2).add_(wall, alpha=1 + _VDW_POWER)
    slope = near.mul_(own).add_(wall.mul_(wide).mul_(sixth), alpha=1 + _VDW_POWER).mul_(over_radius).mul_(-7)
    if charges:
        close = distance.add_(_CHARGE_SHIFT).reciprocal_()
        coulomb = charge * close
        own.add_(coulomb)
        slope.addcmul_(coulomb, close, value=-1)
    scale(difference, slope.mul_(inverse))
    on_first.index_add_(0, i, difference)
    on_second.index_add_(0, j, difference)
    energy.index_add_(0, i, own)
