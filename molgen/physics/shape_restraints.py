"""Restraints on the shape of a molecule, wherever it lies: distances, and dihedral angles within ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from molgen.physics.dihedrals import dihedrals, norm


class ShapeRestraints:
    """Energies and gradients of restraints on conformers [n, 3, B].

    Args:
        pairs: int64 [p, 2], atoms whose distance is restrained.
        lengths: [p], Angstrom.
        stiffness: kcal/mol/Angstrom^2 along each distance.
        torsions: four atoms each.
        ranges: lowest and highest angle of each, radian; no energy within.
        torsional_stiffness: kcal/mol/radian^2 outside.
    """

    def __init__(
        self,
        pairs: Tensor,
        lengths: Tensor,
        stiffness: float,
        torsions: Sequence[Sequence[int]] = (),
        ranges: Sequence[tuple[float, float]] = (),
        torsional_stiffness: float = 0.0,
    ) -> None:
        self.pairs, self.stiffness, self.torsional_stiffness = pairs.long().T, stiffness, torsional_stiffness
        self.lengths = lengths[:, None]
        self.torsions = torch.tensor(torsions, dtype=torch.int64).reshape(-1, 4).T
        low, high = torch.tensor(ranges, dtype=lengths.dtype).reshape(-1, 2).T[..., None]
        self.middle, self.half = (low + high) / 2, (high - low) / 2

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Conformers [n, 3, B] -> (energies [B] in kcal/mol, gradients [n, 3, B])."""
        gradient = torch.zeros_like(positions)
        return self._distances(positions, gradient) + self._angles(positions, gradient), gradient

    def _distances(self, x: Tensor, gradient: Tensor) -> Tensor:
        i, j = self.pairs
        difference = x.index_select(0, i) - x.index_select(0, j)
        distance = norm(difference)
        excess = distance - self.lengths.to(x)
        force = difference * (self.stiffness * excess / distance)[:, None]
        gradient.index_add_(0, i, force).index_add_(0, j, force, alpha=-1)
        return 0.5 * self.stiffness * excess.square().sum(0)

    def _angles(self, x: Tensor, gradient: Tensor) -> Tensor:
        angles = dihedrals(x, self.torsions)
        away = torch.atan2(angles.sine, angles.cosine) - self.middle.to(x)
        away = away - 2 * math.pi * torch.round(away / (2 * math.pi))
        outside = (away.abs() - self.half.to(x)).clamp(min=0) * away.sign()
        angles.add_forces(self.torsional_stiffness * outside, gradient)
        return 0.5 * self.torsional_stiffness * outside.square().sum(0)
