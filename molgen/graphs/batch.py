"""Many molecular graphs as one record of padded tensors, the layout that the kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.graphs.flat import LONGEST_PATH, FlatGraphs, flat_graphs
from molgen.graphs.ragged import grid_mask, pad, prefix_mask
from molgen.graphs.tensor_record import TensorRecord


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


def batch_graphs(graphs: Sequence[MoleculeGraph], lengths: Sequence[np.ndarray] | None = None) -> GraphBatch:
    """Pad graphs to one batch. ``lengths``: their shortest-path matrices when already known (uint8 [n, n] each)."""
    return GraphBatch.padded(flat_graphs(graphs, lengths))
