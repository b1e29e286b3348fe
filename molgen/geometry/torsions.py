"""Torsion angles and torsion kinematics for batches of molecules, without a Python loop over molecules."""

from __future__ import annotations

import numpy as np  # whose broadcast_shapes, unlike that of torch, imports no computer algebra
import torch
from torch import Tensor


def dihedral_angles(positions: Tensor, quadruples: Tensor) -> Tensor:
    """Signed dihedral angles (IUPAC sign: positive when the far bond turns clockwise seen along the axis).

    Args:
        positions: [..., n, 3], Angstrom.
        quadruples: integer [..., m, 4], atoms (a, b, c, d); leading axes broadcast against those of ``positions``.

    Returns:
        [..., m] in [-pi, pi], radian. Degenerate quadruples (three atoms on a line, or two in one place) give 0, with
        the derivative 0; elsewhere derivatives are finite.

    Source: the atan2 form, e.g. Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996).
    """
    a, b, c, d = (gather_atoms(positions, quadruples[..., k]) for k in range(4))
    b1, b2, b3 = b - a, c - b, d - c
    n1 = torch.linalg.cross(b1, b2)
    n2 = torch.linalg.cross(b2, b3)
    length = torch.linalg.vector_norm(b2, dim=-1)
    sine, cosine = length * (b1 * n2).sum(-1), (n1 * n2).sum(-1)
    with torch.no_grad():  # sine^2 + cosine^2 = |n1|^2 |n2|^2; below this it is rounding
        largest = torch.linalg.vector_norm(b1, dim=-1) * length**2 * torch.linalg.vector_norm(b3, dim=-1)
        is_degenerate = torch.hypot(sine, cosine) <= torch.finfo(positions.dtype).eps * largest
    return torch.atan2(torch.where(is_degenerate, 0.0, sine), torch.where(is_degenerate, 1.0, cosine))


def gather_atoms(positions: Tensor, index: Tensor) -> Tensor:
    """Positions [..., n, 3] of the atoms ``index`` [..., m] -> [..., m, 3]; leading axes broadcast."""
    if index.dim() < positions.dim() and index.numel() == index.shape[-1]:  # the same atoms everywhere
        return positions.index_select(-2, index.flatten().long())
    lead = np.broadcast_shapes(positions.shape[:-2], index.shape[:-1])
    index = index.long().expand(*lead, index.shape[-1])
    return torch.take_along_dim(positions.expand(*lead, *positions.shape[-2:]), index[..., None], dim=-2)


def apply_torsions(positions: Tensor, changes: Tensor, torsions: Tensor, moving: Tensor) -> Tensor:
    """Turn m torsions of every conformer of a batch by given angles.

    Every axis (b, c) turns the atoms on its c side by the right-hand rule about b -> c, which adds ``changes`` to the
    dihedral of that torsion and leaves the other torsions as they are (next to a chain of sp atoms to first order in
    its bend, since the chain itself stays). All rotations are taken about the axes of the input and applied from the
    ends inwards: an atom first turns about the nearest axis, so the result does not depend on the order in which the
    torsions are listed.

    Args:
        positions: [..., n, 3], Angstrom.
        changes: [..., m], radian. Leading axes of all arguments broadcast.
        torsions: integer [..., m, 4]; padded rows may hold any valid indices when their ``moving`` row is False.
        moving: bool [..., m, n].

    Returns:
        [..., n, 3]; differentiable in ``positions`` and ``changes``.
    """
    m = torsions.shape[-2]
    if m == 0:
        return positions
    order = _ends_first(torsions, moving)
    torsions = torch.take_along_dim(torsions, order[..., None], dim=-2)
    moving = torch.take_along_dim(moving, order[..., None], dim=-2)
    lead = np.broadcast_shapes(changes.shape[:-1], order.shape[:-1])
    changes = torch.take_along_dim(changes.expand(*lead, m), order.expand(*lead, m), dim=-1)[..., None]
    origin = gather_atoms(positions, torsions[..., 2])
    axis = torch.nn.functional.normalize(origin - gather_atoms(positions, torsions[..., 1]), dim=-1)
    cos, sin = changes.cos(), changes.sin()
    for k in range(m):
        row = slice(k, k + 1)
        turned = _rotate(positions, origin[..., row, :], axis[..., row, :], cos[..., row, :], sin[..., row, :])
        positions = torch.where(moving[..., k, :, None], turned, positions)
    return positions


def _ends_first(torsions: Tensor, moving: Tensor) -> Tensor:
    """Order [..., m] in which every axis comes after those that it carries along.

    Axis k carries axis j when both atoms of j's axis lie on k's moving side. Sides are nested or apart, so the number
    of axes that carry j is larger than that of any axis that carries it: sort by that number, descending.
    """
    index = torsions[..., None, :, 1:3].long()
    carries = torch.take_along_dim(moving[..., None], index, dim=-2).all(-1)
    return torch.argsort(carries.sum(-2), dim=-1, descending=True, stable=True)


def _rotate(x: Tensor, origin: Tensor, axis: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rodrigues' rotation of points x [..., n, 3] about the lines (origin, axis) [..., 1, 3]."""
    r = x - origin
    across = torch.linalg.cross(axis.expand_as(r), r)
    along = axis * (axis * r).sum(-1, keepdim=True)
    return origin + along + cos * (r - along) + sin * across
