"""The edges of a convolution: their scalars and cutoffs."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from molgen.graphs.edges import Edges, joined
from molgen.nets.couplings import spherical_harmonics
from molgen.nets.features import smooth_cutoff


class Messages(NamedTuple):
    """Edges with their features.

    Attributes:
        edges: sorted by receiver.
        scalars: [E, edge_channels].
        cutoff: [E], 1 where an edge counts in full, 0 where it ends.
    """

    edges: Edges
    scalars: Tensor
    cutoff: Tensor

    def harmonics(self, l_max: int) -> list[Tensor]:
        """Spherical harmonics of the directions, times the cutoff: [2l+1, E] for each order l."""
        return [spherical_harmonics(order, self.edges.vector) * self.cutoff for order in range(l_max + 1)]

    def joined_with(self, others: Messages, first_sender: int) -> Messages:
        """These and messages from other atoms, which come after the ``first_sender`` atoms of these."""
        edges, order = joined(self.edges, others.edges, first_sender)
        scalars, cutoff = (torch.cat(pair).index_select(0, order) for pair in zip(self[1:], others[1:], strict=True))
        return Messages(edges, scalars, cutoff)


def bond_cutoff(edges: Edges, path_length: Tensor, radius: float, hops: int) -> Tensor:
    """[E]: 1 for atoms within ``hops`` bonds of each other, however far apart; others fade out at the radius.

    Args:
        path_length: int64 [B, n, n], bonds; radius: Angstrom.
    """
    bonded = (path_length <= hops)[edges.graph, edges.receiver, edges.sender]
    return torch.where(bonded, torch.ones_like(edges.length), smooth_cutoff(edges.length, radius))


def moments_of(edges: Edges, time: Tensor, n: int) -> Tensor:
    """The features of the time [B, S, c], for the samples that the edges belong to: [E, c]; n atoms each."""
    return time.flatten(0, 1).index_select(0, edges.flat_receiver // n)


def mixed(channels: int) -> nn.Sequential:
    """The summed features of an edge -> its scalars."""
    return nn.Sequential(nn.SiLU(), nn.Linear(channels, channels), nn.SiLU())
