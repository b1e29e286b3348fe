"""From internal coordinates to Cartesian ones: a template conformer, the torsions set on it, and where it lies.

The template conformer holds bond lengths, angles and rings; torsions are absolute dihedral angles; a rigid motion about
the centroid puts the whole in place. Every state of a model becomes coordinates here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from molgen.geometry import rigid
from molgen.geometry.rigid import RigidMotion
from molgen.geometry.torsions import apply_torsions, dihedral_angles


class TorsionTopology(Protocol):
    """Which torsions B molecules have, padded: a batch of molecular graphs is one."""

    @property
    def torsions(self) -> Tensor:
        """int64 [B, m, 4], the four atoms of each torsion."""
        ...

    @property
    def moving(self) -> Tensor:
        """bool [B, m, n], the atoms that each torsion turns; False in padded rows."""
        ...


@dataclass(frozen=True)
class InternalCoordinates:
    """Template conformers and the torsions that can be set on them. Leading axes of all fields broadcast.

    Attributes:
        template: [..., n, 3], Angstrom.
        torsions: int64 [..., m, 4], the four atoms of each torsion.
        moving: bool [..., m, n], the atoms that each torsion turns; False in padded rows.
        start: [..., m], the torsions of the template, radian.
    """

    template: Tensor
    torsions: Tensor
    moving: Tensor
    start: Tensor

    def positions(self, angles: Tensor) -> Tensor:
        """Coordinates [..., n, 3] of the template conformers with torsions [..., m] set, radian; in their own frame."""
        return apply_torsions(self.template, angles - self.start, self.torsions, self.moving)

    def pose(self, angles: Tensor, rotation: Tensor, translation: Tensor, mask: Tensor | None = None) -> Tensor:
        """Coordinates [..., n, 3] with torsions set, rotated about the centroid and translated.

        Args:
            angles: [..., m], radian.
            rotation: [..., 3, 3], from the frame of the template.
            translation: [..., 3], the centroid of the result, Angstrom.
            mask: bool [..., n], real atoms; others are left out of the centroid and put at the origin. None: all.
        """
        centered = self.positions(angles)
        centered = centered - centroid(centered, mask)[..., None, :]
        moved = rigid.apply(RigidMotion(rotation, translation), centered)
        return moved if mask is None else torch.where(mask[..., None], moved, torch.zeros_like(moved))


def internal_coordinates(template: Tensor, torsions: Tensor, moving: Tensor) -> InternalCoordinates:
    """Take template conformers [..., n, 3] apart; arguments as the fields of :class:`InternalCoordinates`."""
    return InternalCoordinates(template, torsions, moving, dihedral_angles(template, torsions))


def batch_coordinates(template: Tensor, graph: TorsionTopology) -> InternalCoordinates:
    """:func:`internal_coordinates` of S template conformers [B, S, n, 3] of each of B molecules."""
    return internal_coordinates(template, graph.torsions[:, None], graph.moving[:, None])


def centroid(positions: Tensor, mask: Tensor | None = None) -> Tensor:
    """[..., 3], the mean of the real atoms of [..., n, 3]; mask bool [..., n], None for all."""
    if mask is None:
        return positions.mean(-2)
    weight = mask[..., None].to(positions.dtype)
    return (positions * weight).sum(-2) / weight.sum(-2)
