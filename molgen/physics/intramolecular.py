"""Vina energy between the parts of a flexible ligand, from tables of the squared distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths
from molgen.physics.vina import CUTOFF, WEIGHTS, AtomClasses, VinaWeights, energy_tables

_BINS = 4096
TABLE, BEYOND = _BINS + 1, _BINS
"""Length of a table, and where in it the energy is zero: beyond the cutoff."""


class Pairs(Protocol):
    """What the energy needs to know: of one ligand (`LigandPairs`) or of several side by side.

    Attributes:
        offset: int32 [P], or [P, L] for L ligands: where the table of each pair begins.
        energy, slope: as of `LigandPairs`.
    """

    @property
    def offset(self) -> Tensor: ...

    @property
    def energy(self) -> Tensor: ...

    @property
    def slope(self) -> Tensor: ...

    def ends(self, positions: Tensor) -> tuple[Tensor, Tensor]: ...

    def on_atoms(self, forces: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class LigandPairs:
    """The P pairs of ligand atoms whose distance changes, and their energies by squared distance.

    Attributes:
        first, second: int64 [P], atoms.
        offset: int32 [P], where the table of each pair begins.
        energy: float32 [tables * (bins + 1)], kcal/mol; the last bin of a table is beyond the cutoff.
        slope: float32, likewise: dE/dr / r, kcal/mol/Angstrom^2.
        incidence: float32 [n, P]: 1 at the first and -1 at the second atom of each pair.
    """

    first: Tensor
    second: Tensor
    offset: Tensor
    energy: Tensor
    slope: Tensor
    incidence: Tensor

    def ends(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Where the atoms of the pairs are in poses [n, 3, B], [P, 3, B] each."""
        return positions.index_select(0, self.first), positions.index_select(0, self.second)

    def on_atoms(self, forces: Tensor) -> Tensor:
        """Forces [P, 3, B] on the first atom of each pair, and their opposite on the second, summed: [n, 3, B]."""
        flat = forces.flatten(1)
        return (self.incidence.to(flat) @ flat).view(-1, *forces.shape[1:])


def ligand_pairs(
    graph: MoleculeGraph, classes: AtomClasses, weights: VinaWeights = WEIGHTS, device: torch.device | str = "cpu"
) -> LigandPairs:
    """Pairs more than three bonds apart, as in Vina, whose distance a torsion changes."""
    first, second = changing_pairs(graph)
    pair_classes = classes.index[first].numpy() * len(classes) + classes.index[second].numpy()
    used, table = np.unique(pair_classes, return_inverse=True)
    energy, slope = (values.reshape(-1, _BINS + 1)[used] for values in energy_tables(classes, classes, _BINS, weights))
    count = np.arange(len(first))
    incidence = torch.zeros(graph.n_atoms, len(first))
    incidence[first, count] = 1
    incidence[second, count] = -1
    return LigandPairs(
        torch.from_numpy(first).to(device),
        torch.from_numpy(second).to(device),
        torch.from_numpy((table.reshape(-1) * (_BINS + 1)).astype(np.int32)).to(device),
        energy.reshape(-1).to(device),
        slope.reshape(-1).to(device),
        incidence.to(device),
    )


def changing_pairs(graph: MoleculeGraph) -> tuple[np.ndarray, np.ndarray]:
    """Atoms (i, j), int64 [P] each, i < j, more than three bonds apart with an axis between them that passes through
    neither."""
    far = shortest_paths(graph.bond_index, graph.n_atoms, 4) > 3
    changes = np.zeros_like(far)
    for (_, b, c, _), side in zip(graph.torsions, graph.moving, strict=True):
        off_axis = np.ones(graph.n_atoms, dtype=bool)
        off_axis[[b, c]] = False
        changes |= (side[:, None] != side) & off_axis[:, None] & off_axis
    first, second = np.nonzero(np.triu(far & changes))
    return first.astype(np.int64), second.astype(np.int64)


def pair_energy(pairs: Pairs, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Energy [B] in kcal/mol and its gradient [n, 3, B] for poses [n, 3, B]."""
    if pairs.offset.shape[0] == 0:
        return positions.new_zeros(positions.shape[2]), torch.zeros_like(positions)
    first, second = pairs.ends(positions)
    difference = first - second
    squared = (difference * difference).sum(1)
    bins = (squared * (_BINS / CUTOFF**2)).clamp(max=_BINS).int().view(*pairs.offset.shape, -1)
    flat = (bins + pairs.offset[..., None]).view(-1)
    energy = pairs.energy.index_select(0, flat).view_as(squared).sum(0)
    slope = pairs.slope.index_select(0, flat).view_as(squared)
    return energy, pairs.on_atoms(difference * slope[:, None])
