"""Edge lists from padded coordinates: plain torch, no compiled extension."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Edges:
    """Directed edges of a batch of S coordinate sets for each of B graphs, sorted by receiving atom.

    Attributes:
        graph: int64 [E], graph index b.
        sender, receiver: int64 [E], atom index within the graph.
        flat_sender, flat_receiver: int64 [E], index into atoms flattened as [B * S * n].
        offsets: int64 [B * S * n + 1], where the edges of each receiving atom begin and end.
        vector: [E, 3], position of the sender minus that of the receiver, Angstrom.
        length: [E], Angstrom.
    """

    graph: Tensor
    sender: Tensor
    receiver: Tensor
    flat_sender: Tensor
    flat_receiver: Tensor
    offsets: Tensor
    vector: Tensor
    length: Tensor


def molecule_edges(positions: Tensor, atom_mask: Tensor, path_length: Tensor, radius: float, hops: int) -> Edges:
    """Pairs of atoms within ``hops`` bonds of each other or nearer than ``radius``.

    Args:
        positions: [B, S, n, 3], Angstrom.
        atom_mask: bool [B, n].
        path_length: int64 [B, n, n], bonds.
        radius: Angstrom.
        hops: pairs this many bonds apart or fewer are always joined, so that the graph does not change with the
            conformation near a torsion.
    """
    n = positions.shape[2]
    with torch.no_grad():
        real = atom_mask[:, :, None] & atom_mask[:, None, :] & ~torch.eye(n, dtype=torch.bool, device=atom_mask.device)
        gaps = positions[..., :, None, :] - positions[..., None, :, :]
        near = gaps.square().sum(-1) < radius**2
        joined = real[:, None] & (near | (path_length <= hops)[:, None])
        b, s, i, j = joined.nonzero(as_tuple=True)
        base = (b * positions.shape[1] + s) * n
        counts = joined.sum(-1).flatten()
        offsets = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
    flat = positions.reshape(-1, 3)
    vector = flat.index_select(0, base + j) - flat.index_select(0, base + i)
    length = vector.square().sum(-1).clamp_min(1e-12).sqrt()
    return Edges(b, j, i, base + j, base + i, offsets, vector, length)
