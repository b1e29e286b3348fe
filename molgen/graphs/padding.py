"""From a `Batch` of torch_geometric to the padded tensors that the kernels read, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from molgen import graphs
from molgen.graphs.batch import FlatGraphs, GraphBatch
from molgen.graphs.pockets import NEIGHBORS, FlatPockets, PocketBatch
from molgen.graphs.ragged import grid_mask, pad

if TYPE_CHECKING:
    from molgen.graphs.records import ComplexData, MoleculeData


def pad_molecules(batch: MoleculeData | ComplexData) -> GraphBatch:
    """The graphs of a batch of `MoleculeData` or `ComplexData`, on its device."""
    from molgen.graphs.records import stores_of  # loads torch_geometric, as whoever made the batch has done

    atoms, bonds = stores_of(batch)
    start, size = atoms["ptr"], len(atoms["ptr"]) - 1
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


def pad_pockets(batch: ComplexData) -> PocketBatch:
    """The pockets of a batch of `ComplexData`, on its device."""
    pocket = batch["pocket"]
    sender, receiver = batch["pocket", "near", "pocket"].edge_index
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


def unpad_molecules(graph: GraphBatch) -> MoleculeData:
    """The inverse of :func:`pad_molecules`, up to the order of bonds: B molecules as one graph, with `batch` and `ptr`.

    For networks of torch_geometric, which read nodes end to end.
    """
    mask = graph.atom_mask
    counts, torsion_counts = mask.sum(1), graph.torsion_mask.sum(1)
    start = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
    b, i, j = (graph.bonds[..., 0].triu() > 0).nonzero(as_tuple=True)
    ends = torch.stack([i, j]) + start[b]
    shifted_torsion = graph.path_torsion + (torsion_counts.cumsum(0) - torsion_counts)[:, None]
    return graphs.MoleculeData(
        x=graph.atoms[mask],
        edge_index=torch.stack([ends, ends.flip(0)], -1).flatten(1),
        edge_attr=(graph.bonds[b, i, j] - 1).repeat_interleave(2, 0),
        torsions=(graph.torsions + start[:-1, None, None])[graph.torsion_mask],
        moving=graph.moving[grid_mask(graph.torsion_mask, mask)],
        paths=(graph.paths + start[:-1, None, None])[graph.path_mask],
        path_torsion=shifted_torsion[graph.path_mask],
        path_length=graph.path_length[grid_mask(mask, mask)].to(torch.uint8),
        batch=mask.nonzero()[:, 0],
        ptr=start,
    )


def unpad_samples(values: Tensor, mask: Tensor) -> Tensor:
    """The inverse of :func:`pad_samples`: [B, S, n, ...] -> [K, S, ...]."""
    return values.transpose(1, 2)[mask]
