"""Intermolecular energy summed over pairs of atoms: what the grid maps approximate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from molgen.graphs.tensor_record import TensorRecord
from molgen.physics.vina import CUTOFF, TERMS, WEIGHTS, AtomClasses, VinaWeights, energy_tables, pair_terms

BINS = 8192
"""Of the squared distance up to the cutoff; one more is beyond it."""


@dataclass(frozen=True)
class TypedAtoms:
    """Atoms of a receptor with their interaction classes.

    Attributes:
        positions: float64 [N, 3], Angstrom.
        classes: of the atoms.
    """

    positions: np.ndarray
    classes: AtomClasses

    def near(self, points: np.ndarray, distance: float) -> TypedAtoms:
        """The atoms within a distance of any of the points [k, 3]."""
        hits = KDTree(self.positions).query_ball_point(np.asarray(points, dtype=np.float64), distance)
        kept = np.unique(np.concatenate([np.zeros(0, np.int64), *(np.asarray(row, np.int64) for row in hits)]))
        picked = torch.from_numpy(kept)
        own = self.classes
        classes = AtomClasses(own.index[picked], own.radius, own.hydrophobic, own.donor, own.acceptor)
        return TypedAtoms(self.positions[kept], classes)


@dataclass(frozen=True)
class DirectEnergy(TensorRecord):
    """Pair sums by tables of the squared distance (0.002 Angstrom wide at 3 Angstrom).

    Attributes:
        positions: float32 [N, 3], of the receptor relative to ``origin``.
        origin: float32 [3], Angstrom.
        offset: int32 [n, N], or [n, N, L] of L ligands side by side, where the table of each pair begins.
        energy, slope: float32 [tables * (bins + 1)]: E in kcal/mol and dE/dr / r.
    """

    positions: Tensor
    origin: Tensor
    offset: Tensor
    energy: Tensor
    slope: Tensor

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Poses [n, 3, B] -> (energy of each atom [n, B], gradients [n, 3, B])."""
        local = positions - self.origin[:, None]
        squared = (
            (local * local).sum(1)[:, None]
            + (self.positions**2).sum(1)[:, None]
            - 2 * torch.einsum("ncb,kc->nkb", local, self.positions)
        )
        bins = (squared * (BINS / CUTOFF**2)).clamp(0, BINS).int()
        bins = bins.view(*self.offset.shape, positions.shape[2] // self.offset.shape[2:].numel())
        flat = (bins + self.offset[..., None]).view(-1)
        energy = self.energy.index_select(0, flat).view_as(squared).sum(1)
        slope = self.slope.index_select(0, flat).view_as(squared)
        return energy, local * slope.sum(1)[:, None] - torch.einsum("nkb,kc->ncb", slope, self.positions)


def direct_energy(receptor: TypedAtoms, ligand: AtomClasses, weights: VinaWeights = WEIGHTS) -> DirectEnergy:
    """The energy of a ligand whose atoms have the given classes."""
    energy, slope = (values.reshape(-1) for values in energy_tables(ligand, receptor.classes, BINS, weights))
    origin = receptor.positions.mean(0) if len(receptor.positions) else np.zeros(3)
    local = torch.from_numpy(receptor.positions - origin).float()
    offset = table_offsets(ligand.index, receptor.classes.index, len(receptor.classes))
    return DirectEnergy(local, torch.from_numpy(origin).float(), offset, energy, slope)


def table_offsets(ligand: Tensor, receptor: Tensor, kinds: int) -> Tensor:
    """Where the table of each pair of atoms begins, int32 [n, N], or [n, N, L].

    Args:
        ligand: classes of the atoms, int64 [n], or [n, L] of L ligands side by side.
        receptor: of the receptor's, int64 [N].
        kinds: classes that the receptor has.
    """
    other = receptor.view(-1, *(1,) * (ligand.dim() - 1))
    return ((ligand[:, None] * kinds + other) * (BINS + 1)).int()


def interaction_terms(receptor: TypedAtoms, ligand: AtomClasses, positions: Tensor) -> Tensor:
    """Unweighted sums of the five terms between a ligand and a receptor, without tables.

    Args:
        receptor: atoms.
        ligand: classes of the n ligand atoms.
        positions: [B, n, 3], Angstrom.

    Returns:
        float64 [B, 5] in the order of `vina.TERMS`.
    """
    rec, own = receptor.classes, ligand
    sites = torch.from_numpy(receptor.positions)
    radius = own.radius[own.index][:, None] + rec.radius[rec.index]
    hydrophobic = own.hydrophobic[own.index][:, None] & rec.hydrophobic[rec.index]
    bond = own.donor[own.index][:, None] & rec.acceptor[rec.index]
    bond |= own.acceptor[own.index][:, None] & rec.donor[rec.index]
    total = torch.zeros(len(positions), len(TERMS), dtype=torch.float64)
    for k, pose in enumerate(positions.double()):
        total[k] = pair_terms(torch.cdist(pose, sites), radius, hydrophobic, bond).sum((0, 1))
    return total
