"""Molecular graphs with their stereo as relations between atoms, as one record of padded tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.stereo_marks import StereoMarks
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.graphs.tensor_record import TensorRecord

MOST_PARTNERS = 3
"""Atoms that one atom lies across a stereo double bond from; more are left out."""


@dataclass(frozen=True)
class StereoBatch(TensorRecord):
    """B molecular graphs padded to n atoms, with k stereo centers.

    Attributes:
        graph: the graphs; torsions are not needed.
        chiral: int64 [B, k, 4], as of :class:`StereoMarks`; padded rows are 0.
        chiral_mask: bool [B, k].
        across: int64 [B, n, n], `TRANS` or `CIS` between the ends of a stereo double bond, otherwise 0. Symmetric.
    """

    graph: GraphBatch
    chiral: Tensor
    chiral_mask: Tensor
    across: Tensor

    def __len__(self) -> int:
        return len(self.graph)

    @classmethod
    def of_atoms(cls, graph: GraphBatch, neighbors: Tensor, partners: Tensor) -> StereoBatch:
        """Graphs and the stereo of their atoms, [B, n, 3] each, see :func:`atom_stereo`."""
        is_center = (neighbors[..., 0] >= 0) & graph.atom_mask
        width = int(is_center.sum(1).max())
        center = is_center.long().argsort(dim=1, descending=True, stable=True)[:, :width]
        mask = is_center.gather(1, center)
        chiral = torch.cat([center[..., None], torch.take_along_dim(neighbors, center[..., None], dim=1)], -1)
        across = torch.zeros(*graph.atom_mask.shape, graph.atom_mask.shape[1], dtype=torch.int64, device=mask.device)
        b, i, k = (partners >= 0).nonzero(as_tuple=True)
        code = partners[b, i, k]
        across[b, i, code // 3] = code % 3
        return cls(graph, torch.where(mask[..., None], chiral, 0), mask, across)


def atom_stereo(marks: StereoMarks, atoms: int) -> tuple[np.ndarray, np.ndarray]:
    """The stereo of each atom, int64 [n, 3] each, -1 where there is none.

    Returns:
        the neighbors a, b, c of a center; and for each atom across a stereo double bond 3 times its index plus `TRANS`
        or `CIS`.
    """
    neighbors, partners = np.full((atoms, 3), -1), np.full((atoms, MOST_PARTNERS), -1)
    neighbors[marks.chiral[:, 0]] = marks.chiral[:, 1:]
    count = np.zeros(atoms, dtype=int)
    for a, _, _, d, kind in marks.double_bonds.astype(int).tolist():
        for atom, other in ((a, d), (d, a)):
            if count[atom] < MOST_PARTNERS:
                partners[atom, count[atom]] = 3 * other + kind
                count[atom] += 1
    return neighbors, partners


def batch_stereo_graphs(
    graphs: Sequence[MoleculeGraph], marks: Sequence[StereoMarks], lengths: Sequence[np.ndarray] | None = None
) -> StereoBatch:
    """Pad graphs and their stereo to one batch; lengths as of :func:`batch_graphs`."""
    graph = batch_graphs(graphs, lengths)
    stereo = torch.full((*graph.atom_mask.shape, 2, 3), -1)
    for row, (own, mark) in enumerate(zip(graphs, marks, strict=True)):
        stereo[row, : own.n_atoms] = torch.from_numpy(np.stack(atom_stereo(mark, own.n_atoms), 1))
    return StereoBatch.of_atoms(graph, stereo[:, :, 0], stereo[:, :, 1])
