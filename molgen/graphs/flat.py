"""Many molecular graphs end to end: what padded tensors and batches of torch_geometric are both made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths

LONGEST_PATH = 8
"""Shortest-path distances from this number of bonds on form one class."""


class FlatGraphs(NamedTuple):
    """B molecular graphs end to end; all indices count within their own graph.

    Attributes:
        atoms: int64 [N, F]; torsions: int64 [M, 4]; paths: int64 [P, 4]; path_torsion: int64 [P].
        atom_counts, torsion_counts, path_counts: int64 [B].
        bonds: int64 [E, G], class indices; bond_graph: int64 [E]; bond_index: int64 [2, E]. Each bond stands in both
            directions, one after the other.
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


def flat_graphs(graphs: Sequence[MoleculeGraph], lengths: Sequence[np.ndarray] | None = None) -> FlatGraphs:
    """Graphs end to end. ``lengths``: their shortest-path matrices when already known (uint8 [n, n] each)."""
    known = lengths or [shortest_paths(g.bond_index, g.n_atoms, LONGEST_PATH) for g in graphs]
    bonds = np.concatenate([g.bond_index for g in graphs], axis=1)
    bond_graph = np.repeat(np.arange(len(graphs)), [2 * len(g.bonds) for g in graphs])
    return FlatGraphs(
        atoms=_long([g.atoms for g in graphs]),
        atom_counts=torch.tensor([g.n_atoms for g in graphs]),
        torsions=_long([g.torsions for g in graphs]),
        torsion_counts=torch.tensor([g.n_torsions for g in graphs]),
        paths=_long([g.paths for g in graphs]),
        path_torsion=_long([g.path_torsion for g in graphs]),
        path_counts=torch.tensor([len(g.paths) for g in graphs]),
        bonds=_long([g.bonds for g in graphs]).repeat_interleave(2, 0),
        bond_graph=torch.from_numpy(bond_graph),
        bond_index=torch.from_numpy(np.stack([bonds, bonds[::-1]], -1).reshape(2, -1).astype(np.int64)),
        moving=torch.from_numpy(np.concatenate([g.moving.ravel() for g in graphs])),
        path_length=torch.from_numpy(np.concatenate([length.ravel() for length in known])),
    )


def _long(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays).astype(np.int64))
