"""Vina energy between the parts of a flexible ligand, from tables of the squared distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths
from molgen.physics.vina import CUTOFF, WEIGHTS, AtomClasses, VinaWeights, energy_tables

_BINS = 4096


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


def pair_energy(pairs: LigandPairs, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Energy [B] in kcal/mol and its gradient [n, 3, B] for poses [n, 3, B]."""
    n, _, batch = positions.shape
    if len(pairs.first) == 0:
        return positions.new_zeros(batch), torch.zeros_like(positions)
    difference = positions.index_select(0, pairs.first) - positions.index_select(0, pairs.second)
    squared = (difference * difference).sum(1)
    bins = (squared * (_BINS / CUTOFF**2)).clamp(max=_BINS).int() + pairs.offset[:, None]
    flat = bins.view(-1)
    energy = pairs.energy.index_select(0, flat).view_as(squared).sum(0)
    slope = pairs.slope.index_select(0, flat).view_as(squared)
    force = (difference * slope[:, None]).view(-1, 3 * batch)
    return energy, (pairs.incidence.to(force) @ force).view(n, 3, batch)
