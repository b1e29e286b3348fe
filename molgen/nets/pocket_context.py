"""A pocket as context of the backbone: encoded once; in each pose its nearest atoms send messages to the ligand's."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from molgen.graphs.edges import contact_edges
from molgen.graphs.pockets import PocketBatch
from molgen.nets.config import PoseBackboneConfig
from molgen.nets.convolution import Features
from molgen.nets.encoder import GraphEncoding
from molgen.nets.features import distance_features, smooth_cutoff
from molgen.nets.messages import Messages, mixed, moments_of
from molgen.nets.pocket_encoder import PocketEncoder

_FAR = 10.0
"""Angstrom: the unit of the vector from an atom to the center of the pocket."""


@dataclass(frozen=True)
class PocketEncoding:
    """The pose-independent features of B pockets.

    Attributes:
        pocket: the pockets of k atoms.
        features: irrep -> [2l+1, B * k, channels].
        contact: [B * k, edge_channels], the pocket's part of the scalars of a contact.
    """

    pocket: PocketBatch
    features: Features
    contact: Tensor


class PocketContext(nn.Module):
    """The messages from a pocket: sending atoms, contacts, and the vector to the center."""

    def __init__(self, config: PoseBackboneConfig) -> None:
        super().__init__()
        self.config = config
        own = config.ligand
        c, e = own.scalars, own.edge_channels
        self.encoder = PocketEncoder(c, config.pocket_layers)
        self.directions, self.center = nn.Linear(c, own.vectors), nn.Linear(c, own.vectors)
        self.receiver, self.sender = nn.Linear(c, e), nn.Linear(c, e, bias=False)
        self.distance, self.mix = nn.Linear(own.distance_channels, e), mixed(e)

    def encode(self, pocket: PocketBatch) -> PocketEncoding:
        """Pose-independent features; once per pocket."""
        scalars = self.encoder(pocket)
        vectors = torch.einsum("bkx,bkc->xbkc", pocket.directions, self.directions(scalars)).flatten(1, 2)
        flat = scalars.flatten(0, 1)
        features = {"0e": flat[None], "1o": vectors}
        for ir, channels in self.config.ligand.channels().items():
            if ir not in features:
                features[ir] = flat.new_zeros(2 * int(ir[0]) + 1, len(flat), channels)
        return PocketEncoding(pocket, features, self.sender(flat))

    def vectors_to_center(self, ligand: GraphEncoding, positions: Tensor) -> Tensor:
        """Vectors 1o [3, B * S * n, channels] from atoms at [B, S, n, 3] to the center of the pocket, the origin."""
        return torch.einsum("bsnx,bnc->xbsnc", -positions / _FAR, self.center(ligand.nodes)).flatten(1, 3)

    def messages(
        self, ligand: GraphEncoding, pocket: PocketEncoding, positions: Tensor, atom_mask: Tensor, time: Tensor
    ) -> Messages:
        """Along the contacts of poses [B, S, n, 3]; senders are the pockets' atoms, time [B, S, edge_channels]."""
        radius, n = self.config.contact_radius, positions.shape[2]
        edges = contact_edges(positions, atom_mask, pocket.pocket.positions, radius, self.config.contacts)
        pair = self.receiver(ligand.nodes).flatten(0, 1).index_select(0, edges.graph * n + edges.receiver)
        pair = pair + pocket.contact.index_select(0, edges.flat_sender)
        distance = self.distance(distance_features(edges.length, radius, self.config.ligand.distance_channels))
        scalars = self.mix(distance + pair + moments_of(edges, time, n))
        return Messages(edges, scalars, smooth_cutoff(edges.length, radius))

    @staticmethod
    def senders(x: Features, pocket: PocketEncoding) -> Features:
        """The atoms that send: the ligands' and, after them, the pockets'."""
        return {ir: torch.cat([value, pocket.features[ir]], 1) for ir, value in x.items()}
