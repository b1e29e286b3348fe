"""The energy that docking minimizes: receptor, ligand pairs, walls of the box, and whatever a caller adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from molgen.physics.intramolecular import Pairs, pair_energy
from molgen.physics.side_by_side import weighted
from molgen.physics.torsion_terms import TorsionTerms, torsion_energy
from molgen.physics.torsion_tree import Tree, generalized_gradient

Field = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Poses [n, 3, B] -> (energy of each atom [n, B] in kcal/mol, gradients [n, 3, B])."""
Restraint = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Poses [n, 3, B] -> (energies [B] in kcal/mol, gradients [n, 3, B])."""

_WALL = 10.0
"""kcal/mol/Angstrom^2 outside the box."""


@dataclass(frozen=True)
class DockingEnergy:
    """Energy of poses of one ligand in one receptor, or of several side by side (`molgen.physics.side_by_side`).

    Attributes:
        tree: rigid fragments and axes of the ligand.
        field: of the receptor: maps (`maps.MapField`) or pair sums (`direct.DirectEnergy`).
        pairs: of the ligand.
        lower, upper: [3], corners of the box, Angstrom.
        restraints: further energies, e.g. of an atom to a point.
        ceiling: kcal/mol; positive energies e of single atoms count e c / (e + c), so that atoms pass through each
            other at the start of a search; None: as they are.
        counted: [n], or [n, L] of L ligands, 1 for atoms whose energy with the receptor and the walls counts, else 0;
            None: all do.
        torsions: energies of the ligand's torsions; None for none.
    """

    tree: Tree
    field: Field
    pairs: Pairs
    lower: Tensor
    upper: Tensor
    restraints: tuple[Restraint, ...] = ()
    ceiling: float | None = None
    counted: Tensor | None = None
    torsions: TorsionTerms | None = None

    def softened(self, ceiling: float | None) -> DockingEnergy:
        """The same energy with another ceiling."""
        return replace(self, ceiling=ceiling)

    def with_field(self, field: Field) -> DockingEnergy:
        """The same energy with another field of the receptor."""
        return replace(self, field=field)

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Poses [n, 3, B] -> (energies [B], gradients along the tangent vectors [6 + m, B])."""
        energy, gradient = self.cartesian(positions)
        return energy, generalized_gradient(self.tree, positions, gradient)

    def cartesian(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Poses [n, 3, B] -> (energies [B], gradients by the coordinates [n, 3, B])."""
        energy, gradient = self.intermolecular(positions)
        for part in (lambda x: pair_energy(self.pairs, x), self.torsional, self.walls, *self.restraints):
            extra, extra_gradient = part(positions)
            energy, gradient = energy + extra, gradient + extra_gradient
        return energy, gradient

    def intermolecular(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Energy with the receptor [B] and its gradient [n, 3, B]."""
        energy, gradient = self.field(positions)
        if self.counted is not None:
            energy, gradient = weighted(energy, self.counted), weighted(gradient, self.counted)
        if self.ceiling is not None:
            share = self.ceiling / (self.ceiling + energy.clamp(min=0))
            energy, gradient = energy * share, gradient * (share * share)[:, None]
        return energy.sum(0), gradient

    def torsional(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Energy of the ligand's torsions [B] and its gradient [n, 3, B]."""
        if self.torsions is None:
            return positions.new_zeros(positions.shape[2]), torch.zeros_like(positions)
        return torsion_energy(self.torsions, positions)

    def walls(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Harmonic energy [B] of atoms outside the box and its gradient [n, 3, B]."""
        above = (positions - self.upper[:, None]).clamp(min=0)
        outside = above - (self.lower[:, None] - positions).clamp(min=0)
        if self.counted is not None:
            outside = weighted(outside, self.counted)
        return _WALL * (outside * outside).sum((0, 1)), 2 * _WALL * outside
