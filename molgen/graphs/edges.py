"""Edge lists from padded coordinates: plain torch, no compiled extension."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Edges:
    """Directed edges of a batch of S coordinate sets for each of B graphs, sorted by receiving atom.

    Attributes:
        graph: int64 [E], graph index b.
        sender, receiver: int64 [E], atom index within the graph.
        flat_sender, flat_receiver: int64 [E], index into atoms flattened as [B * S * n]; senders that are not among
            them (contacts) count as [B * k].
        offsets: int32 [B * S * n + 1], where the edges of each receiving atom begin and end.
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
        offsets = torch.nn.functional.pad(counts.cumsum(0, dtype=torch.int32), (1, 0))
    flat = positions.reshape(-1, 3)
    vector = flat.index_select(0, base + j) - flat.index_select(0, base + i)
    length = vector.square().sum(-1).clamp_min(1e-12).sqrt()
    return Edges(b, j, i, base + j, base + i, offsets, vector, length)


def contact_edges(
    positions: Tensor, atom_mask: Tensor, others: Tensor, radius: float, nearest: int | None = None
) -> Edges:
    """Edges to every atom from those of another set, such as a pocket's, that are nearer than ``radius``.

    Args:
        positions: [B, S, n, 3], Angstrom; atom_mask: bool [B, n].
        others: [B, k, 3], Angstrom, the atoms that send; padded rows lie far away.
        radius: Angstrom.
        nearest: edges per receiving atom, at most, the nearest ones first; None: all, in the order of ``others``.
    """
    size, samples, n, _ = positions.shape
    k = others.shape[1]
    with torch.no_grad():
        gaps = torch.cdist(positions.flatten(1, 2), others).view(size, samples, n, k)
        columns = None
        if nearest is not None:
            gaps, columns = gaps.topk(min(nearest, k), dim=-1, largest=False)
        near = (gaps < radius) & atom_mask[:, None, :, None]
        b, s, i, j = near.nonzero(as_tuple=True)
        j = j if columns is None else columns[near]
        offsets = torch.nn.functional.pad(near.sum(-1).flatten().cumsum(0, dtype=torch.int32), (1, 0))
    receiver, sender = (b * samples + s) * n + i, b * k + j
    vector = others.flatten(0, 1).index_select(0, sender) - positions.flatten(0, 2).index_select(0, receiver)
    length = vector.square().sum(-1).clamp_min(1e-12).sqrt()
    return Edges(b, j, i, sender, receiver, offsets, vector, length)


def joined(first: Edges, second: Edges, first_sender: int) -> tuple[Edges, Tensor]:
    """Two sets of edges to the same atoms as one, sorted by receiver, and the order that sorts their concatenation.

    Args:
        first_sender: where the senders of the second set begin, behind those of the first.
    """
    second = replace(second, flat_sender=second.flat_sender + first_sender)
    both = {name: torch.cat([getattr(first, name), getattr(second, name)]) for name in _PER_EDGE}
    order = torch.argsort(both["flat_receiver"], stable=True)
    values = {name: value.index_select(0, order) for name, value in both.items()}
    return Edges(**values, offsets=first.offsets + second.offsets), order


_PER_EDGE = ("graph", "sender", "receiver", "flat_sender", "flat_receiver", "vector", "length")
