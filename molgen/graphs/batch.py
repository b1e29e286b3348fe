"""Many molecular graphs as one record of padded tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths

LONGEST_PATH = 8
"""Shortest-path distances from this number of bonds on form one class."""


@dataclass(frozen=True)
class GraphBatch:
    """B molecular graphs, padded to n atoms, m torsions and p torsion paths.

    Attributes:
        atoms: int64 [B, n, F], class index per atom column (records.ATOM_COLUMNS).
        atom_mask: bool [B, n], True for real atoms.
        bonds: int64 [B, n, n, G], class index per bond column (records.BOND_COLUMNS) plus one; 0 = no bond. Symmetric.
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

    def to(self, device: torch.device | str) -> GraphBatch:
        return GraphBatch(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def batch_graphs(graphs: Sequence[MoleculeGraph], lengths: Sequence[np.ndarray] | None = None) -> GraphBatch:
    """Pad graphs to one batch. ``lengths``: their shortest-path matrices when already known (uint8 [n, n] each)."""
    size = len(graphs)
    n = max(g.n_atoms for g in graphs)
    m = max(g.n_torsions for g in graphs)
    p = max(len(g.paths) for g in graphs)
    atoms = np.zeros((size, n, graphs[0].atoms.shape[1]), dtype=np.int64)
    atom_mask = np.zeros((size, n), dtype=bool)
    bonds = np.zeros((size, n, n, graphs[0].bonds.shape[1]), dtype=np.int64)
    length = np.full((size, n, n), LONGEST_PATH, dtype=np.int64)
    torsions = np.zeros((size, m, 4), dtype=np.int64)
    torsion_mask = np.zeros((size, m), dtype=bool)
    moving = np.zeros((size, m, n), dtype=bool)
    paths = np.zeros((size, p, 4), dtype=np.int64)
    path_torsion = np.zeros((size, p), dtype=np.int64)
    path_mask = np.zeros((size, p), dtype=bool)
    for k, g in enumerate(graphs):
        i, j = g.bond_index.astype(np.int64)
        atoms[k, : g.n_atoms], atom_mask[k, : g.n_atoms] = g.atoms, True
        bonds[k, i, j] = bonds[k, j, i] = g.bonds.astype(np.int64) + 1
        length[k, : g.n_atoms, : g.n_atoms] = (
            shortest_paths(g.bond_index, g.n_atoms, LONGEST_PATH) if lengths is None else lengths[k]
        )
        torsions[k, : g.n_torsions], torsion_mask[k, : g.n_torsions] = g.torsions, True
        moving[k, : g.n_torsions, : g.n_atoms] = g.moving
        rows = len(g.paths)
        paths[k, :rows], path_torsion[k, :rows], path_mask[k, :rows] = g.paths, g.path_torsion, True
    arrays = (atoms, atom_mask, bonds, length, torsions, torsion_mask, moving, paths, path_torsion, path_mask)
    return GraphBatch(*(torch.from_numpy(a) for a in arrays))
