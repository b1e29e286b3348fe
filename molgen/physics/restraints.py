"""Restraints: energies that keep atoms where the user wants them; any sampler or minimizer can add them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.graphs.tensor_record import TensorRecord

STIFFNESS = 5.0
"""kcal/mol/Angstrom^2 beyond the free radius."""
LINEAR = 4.0
"""Angstrom beyond the free radius from which the energy grows linearly, so that far starts are not torn in."""


@dataclass(frozen=True)
class PointRestraint(TensorRecord):
    """Each of k atoms moves freely within a radius of its point and is pulled back from outside it.

    With several alternatives (symmetric matches of a pattern) the one of lowest energy counts.

    Attributes:
        atoms: int64 [a, k], the atoms of each alternative.
        points: float32 [k, 3], Angstrom.
        radius: float32 [k], Angstrom.
        stiffness: kcal/mol/Angstrom^2.
    """

    atoms: Tensor
    points: Tensor
    radius: Tensor
    stiffness: float = STIFFNESS

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Poses [n, 3, B] -> (energies [B] in kcal/mol, gradients [n, 3, B])."""
        picked = positions[self.atoms]
        away = picked - self.points[:, :, None].to(positions)
        distance = torch.linalg.vector_norm(away, dim=2)
        excess = (distance - self.radius[:, None].to(positions)).clamp(min=0)
        near = excess.clamp(max=LINEAR)
        energies = self.stiffness * (near * near + 2 * LINEAR * (excess - near)).sum(1)
        best = energies.argmin(0)
        poses = torch.arange(positions.shape[2], device=positions.device)
        pull = (2 * self.stiffness * near / distance.clamp(min=1e-9))[:, :, None] * away
        chosen = self.atoms[best]
        forces = pull[best, :, :, poses]
        gradient = positions.new_zeros(positions.shape[2], positions.shape[0], 3)
        gradient.scatter_add_(1, chosen[:, :, None].expand(-1, -1, 3), forces)
        return energies[best, poses], gradient.permute(1, 2, 0)


@dataclass(frozen=True)
class OfOneLigand(TensorRecord):
    """A restraint of one of several ligands side by side, whose poses are [n, 3, L * C].

    Attributes:
        place: which of the ``ligands`` it is.
        atoms: that this one has; those of others may be more.
        restraint: of its poses.
    """

    place: int
    ligands: int
    atoms: int
    restraint: PointRestraint

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Poses [n, 3, B] of all -> (energies [B] in kcal/mol, gradients [n, 3, B])."""
        count = positions.shape[2] // self.ligands
        own = slice(self.place * count, (self.place + 1) * count)
        energies, gradient = positions.new_zeros(positions.shape[2]), torch.zeros_like(positions)
        energies[own], gradient[: self.atoms, :, own] = self.restraint(positions[: self.atoms, :, own])
        return energies, gradient
