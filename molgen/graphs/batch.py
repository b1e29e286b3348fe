"""Many molecular graphs as one record of padded tensors, the layout that the kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths
from molgen.graphs.ragged import grid_mask, pad, prefix_mask
from molgen.graphs.tensor_record import TensorRecord

LONGEST_PATH = 8
"""Shortest-path distances from this number of bonds on form one class."""


@dataclass(frozen=True)
class GraphBatch(TensorRecord):
    """B molecular graphs, padded to n atoms, m torsions and p torsion paths.

    Attributes:
        atoms: int64 [B, n, F], class index per column (molecule_graph.ATOM_COLUMNS).
        atom_mask: bool [B, n], True for real atoms.
        bonds: int64 [B, n, n, G], class index per column (molecule_graph.BOND_COLUMNS) plus one; 0 = no bond.
            Symmetric.
        path_length: int64 [B, n, n], shortest-path distance in bonds, clipped at LONGEST_PATH.
        torsions: int64 [B, m, 4]; padded rows are 0.
        torsion_mask: bool [B, m].
        moving: bool [B, m, n], atoms turned by each torsion; False in padded rows.
        paths: int64 [B, p, 4], four-atom paths over the axes.
        path_torsion: int64 [B, p], the torsion of each path.
        path_mask: bool [B, p].
    """

    atoms: Tensor
    atom_mask: Tensor
    bonds: Tensor
    path_length: Tensor
    torsions: Tensor
    torsion_mask: Tensor
    moving: Tensor
    paths: Tensor
    path_torsion: Tensor
    path_mask: Tensor

    def __len__(self) -> int:
        return self.atoms.shape[0]

    @classmethod
    def padded(cls, flat: FlatGraphs) -> GraphBatch:
        """Graphs end to end -> padded tensors."""
        atom_mask, torsion_mask = prefix_mask(flat.atom_counts), prefix_mask(flat.torsion_counts)
        path_mask = prefix_mask(flat.path_counts)
        size, n = atom_mask.shape
        bonds = flat.bonds.new_zeros(size, n, n, flat.bonds.shape[1])
        bonds[flat.bond_graph, flat.bond_index[0], flat.bond_index[1]] = flat.bonds + 1
        return cls(
            atoms=pad(flat.atoms, atom_mask),
            atom_mask=atom_mask,
            bonds=bonds,
            path_length=pad(flat.path_length, grid_mask(atom_mask, atom_mask), LONGEST_PATH).long(),
            torsions=pad(flat.torsions, torsion_mask),
            torsion_mask=torsion_mask,
            moving=pad(flat.moving, grid_mask(torsion_mask, atom_mask)),
            paths=pad(flat.paths, path_mask),
            path_torsion=pad(flat.path_torsion, path_mask),
            path_mask=path_mask,
        )


class FlatGraphs(NamedTuple):
    """B molecular graphs end to end; all indices count within their own graph.

    Attributes:
        atoms: int64 [N, F]; torsions: int64 [M, 4]; paths: int64 [P, 4]; path_torsion: int64 [P].
        atom_counts, torsion_counts, path_counts: int64 [B].
        bonds: int64 [E, G], class indices; bond_graph: int64 [E]; bond_index: int64 [2, E], both directions of each.
        moving: bool [sum m n], one row of atoms after the other; path_length: uint8 [sum n n].
    """

    atoms: Tensor
    atom_counts: Tensor
    torsions: Tensor
    torsion_counts: Tensor
    paths: Tensor
    path_torsion: Tensor
    path_counts: Tensor
    bonds: Tensor
    bond_graph: Tensor
    bond_index: Tensor
    moving: Tensor
    path_length: Tensor


def batch_graphs(graphs: Sequence[MoleculeGraph], lengths: Sequence[np.ndarray] | None = None) -> GraphBatch:
    """Pad graphs to one batch. ``lengths``: their shortest-path matrices when already known (uint8 [n, n] each)."""
    known = lengths or [shortest_paths(g.bond_index, g.n_atoms, LONGEST_PATH) for g in graphs]
    bond_counts = torch.tensor([len(g.bonds) for g in graphs])
    i, j = _end_to_end([g.bond_index.T for g in graphs]).T
    bonds = _end_to_end([g.bonds for g in graphs])
    return GraphBatch.padded(
        FlatGraphs(
            atoms=_end_to_end([g.atoms for g in graphs]),
            atom_counts=torch.tensor([g.n_atoms for g in graphs]),
            torsions=_end_to_end([g.torsions for g in graphs]),
            torsion_counts=torch.tensor([g.n_torsions for g in graphs]),
            paths=_end_to_end([g.paths for g in graphs]),
            path_torsion=_end_to_end([g.path_torsion for g in graphs]),
            path_counts=torch.tensor([len(g.paths) for g in graphs]),
            bonds=bonds.repeat(2, 1),
            bond_graph=torch.arange(len(graphs)).repeat_interleave(bond_counts).repeat(2),
            bond_index=torch.stack([torch.cat([i, j]), torch.cat([j, i])]),
            moving=torch.from_numpy(np.concatenate([g.moving.ravel() for g in graphs])),
            path_length=torch.from_numpy(np.concatenate([length.ravel() for length in known])),
        )
    )


def _end_to_end(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays).astype(np.int64))
