"""From a `Batch` of torch_geometric to the padded tensors that the kernels read, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from molgen.graphs.batch import GraphBatch
from molgen.graphs.flat import FlatGraphs
from molgen.graphs.pockets import NEIGHBORS, FlatPockets, PocketBatch
from molgen.graphs.ragged import grid_mask, pad

if TYPE_CHECKING:
    from molgen.graphs.records import ComplexData, MoleculeData


def pad_molecules(batch: MoleculeData | ComplexData) -> GraphBatch:
    """The graphs of a batch of `MoleculeData` or `ComplexData`, on its device."""
    from molgen.graphs.collation import flat_of_batch  # loads torch_geometric, as whoever made the batch has done

    return GraphBatch.padded(flat_of_batch(batch))


def pad_pockets(batch: ComplexData) -> PocketBatch:
    """The pockets of a batch of `ComplexData`, on its device."""
    pocket = batch["pocket"]
    sender, receiver = batch["pocket", "near", "pocket"].edge_index
    start = pocket.ptr[pocket.batch]
    neighbors = (torch.arange(len(start), device=start.device) - start)[:, None].repeat(1, NEIGHBORS)
    counts = receiver.bincount(minlength=len(start))
    slot = torch.arange(len(receiver), device=start.device) - (counts.cumsum(0) - counts)[receiver]
    neighbors[receiver, slot] = sender - start[receiver]
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
    """The inverse of :func:`pad_molecules`, up to the order of bonds, for networks of torch_geometric."""
    from molgen.graphs.collation import batch_of_flat

    mask = graph.atom_mask
    b, i, j = (graph.bonds[..., 0].triu() > 0).nonzero(as_tuple=True)
    flat = FlatGraphs(
        atoms=graph.atoms[mask],
        atom_counts=mask.sum(1),
        torsions=graph.torsions[graph.torsion_mask],
        torsion_counts=graph.torsion_mask.sum(1),
        paths=graph.paths[graph.path_mask],
        path_torsion=graph.path_torsion[graph.path_mask],
        path_counts=graph.path_mask.sum(1),
        bonds=(graph.bonds[b, i, j] - 1).repeat_interleave(2, 0),
        bond_graph=b.repeat_interleave(2),
        bond_index=torch.stack([torch.stack([i, j]), torch.stack([j, i])], -1).flatten(1),
        moving=graph.moving[grid_mask(graph.torsion_mask, mask)],
        path_length=graph.path_length[grid_mask(mask, mask)].to(torch.uint8),
    )
    return batch_of_flat(flat)


def unpad_samples(values: Tensor, mask: Tensor) -> Tensor:
    """The inverse of :func:`pad_samples`: [B, S, n, ...] -> [K, S, ...]."""
    return values.transpose(1, 2)[mask]
