"""From a `Batch` of torch_geometric to the padded tensors that the kernels read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from molgen.graphs.batch import FlatGraphs, GraphBatch
from molgen.graphs.pockets import NEIGHBORS, FlatPockets, PocketBatch
from molgen.graphs.ragged import pad
from molgen.graphs.records import POCKET_PAIRS, stores_of

if TYPE_CHECKING:
    from torch_geometric.data import Batch


def pad_molecules(batch: Batch) -> GraphBatch:
    """The graphs of a batch of `MoleculeData` or `ComplexData`, on its device."""
    atoms, bonds = stores_of(batch)
    start, size = atoms["ptr"], batch.num_graphs
    graph = atoms["batch"]
    torsion_graph, path_graph = graph[atoms["torsions"][:, 1]], graph[atoms["paths"][:, 1]]
    bond_graph = graph[bonds["edge_index"][0]]
    torsion_counts = torsion_graph.bincount(minlength=size)
    first_torsion = torsion_counts.cumsum(0) - torsion_counts
    return GraphBatch.padded(
        FlatGraphs(
            atoms=atoms["x"],
            atom_counts=start.diff(),
            torsions=atoms["torsions"] - start[torsion_graph, None],
            torsion_counts=torsion_counts,
            paths=atoms["paths"] - start[path_graph, None],
            path_torsion=atoms["path_torsion"] - first_torsion[path_graph],
            path_counts=path_graph.bincount(minlength=size),
            bonds=bonds["edge_attr"],
            bond_graph=bond_graph,
            bond_index=bonds["edge_index"] - start[bond_graph],
            moving=atoms["moving"],
            path_length=atoms["path_length"],
        )
    )


def pad_pockets(batch: Batch) -> PocketBatch:
    """The pockets of a batch of `ComplexData`, on its device."""
    pocket = batch["pocket"]
    sender, receiver = batch[POCKET_PAIRS].edge_index
    start = pocket.ptr[pocket.batch]
    neighbors = (torch.arange(len(start), device=start.device) - start)[:, None].repeat(1, NEIGHBORS)
    counts = receiver.bincount(minlength=len(start))
    place = torch.arange(len(receiver), device=start.device) - (counts.cumsum(0) - counts)[receiver]
    neighbors[receiver, place] = sender - start[receiver]
    return PocketBatch.padded(FlatPockets(pocket.ptr.diff(), pocket.x, pocket.pos, pocket.direction, neighbors))


def pad_samples(values: Tensor, mask: Tensor) -> Tensor:
    """Values of S samples, end to end -> as the kernels take them.

    Args:
        values: [K, S, ...], of all atoms (or torsions) of a batch.
        mask: bool [B, n], True in K places: the atom (or torsion) mask of the padded graphs.

    Returns:
        [B, S, n, ...], 0 in padded rows.
    """
    return pad(values, mask).transpose(1, 2)
