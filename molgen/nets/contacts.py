"""An invariant network that reads the contacts between a ligand and a pocket.

Everything that does not depend on the pose is encoded once: the ligand by messages over its bonds, the pocket by
messages between neighboring atoms. A pose then costs one pass over its contacts, whose features are invariants: the
distance, and the angles between the contact and the directions in which both atoms point (their lone pairs, hydrogens,
the outside of their rings). So the result is the same for a rotated or reflected complex by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from molgen.graphs.batch import GraphBatch
from molgen.graphs.edges import Edges, contact_edges
from molgen.graphs.pockets import PocketBatch
from molgen.graphs.scatter import scatter_sum
from molgen.limits import above, at_least, below_one
from molgen.nets.config import BackboneConfig
from molgen.nets.encoder import GraphEncoder, normed_mlp
from molgen.nets.features import distance_features, smooth_cutoff
from molgen.nets.pocket_encoder import PocketEncoder

_ANGLES = 6


@dataclass(frozen=True)
class ContactConfig:
    """Size of the contact network.

    Attributes:
        channels: scalars per atom; edge_channels: scalars per contact.
        graph_layers: rounds of messages over the bonds of the ligand, before it meets the pocket.
        pocket_layers: rounds of messages between neighboring atoms of the pocket.
        contact_layers: rounds of messages from the pocket to the ligand, each followed by one over the bonds.
        radius: Angstrom; pairs of atoms nearer than this are contacts.
        distance_channels: Gaussians of the distance.
        dropout: of the atoms' features before the readout.
    """

    channels: int = 64
    edge_channels: int = 48
    graph_layers: int = 3
    pocket_layers: int = 2
    contact_layers: int = 2
    radius: float = 6.0
    distance_channels: int = 20
    dropout: float = 0.1

    def __post_init__(self) -> None:
        at_least(self, 1, "channels", "edge_channels", "distance_channels")
        at_least(self, 0, "graph_layers", "pocket_layers", "contact_layers")
        above(self, 0, "radius")
        below_one(self, "dropout")


@dataclass(frozen=True)
class ContactEncoding:
    """The pose-independent features: ligand [B, n, c], pocket [B, k, c]."""

    ligand: Tensor
    pocket: Tensor


@dataclass(frozen=True)
class Contacts:
    """The contacts of S poses of each of B ligands: the same for all networks of one radius.

    Attributes:
        shape: B, S and n, atoms of a ligand.
        edges: from pocket atoms to those of the poses.
        geometry: [E, distance_channels + 6], distances and angles.
        cutoff: [E, 1], which falls to 0 at the radius.
        bonds: receiving and sending atom of every bond of the ligands, both ways, as indices into [B * S * n].
    """

    shape: tuple[int, int, int]
    edges: Edges
    geometry: Tensor
    cutoff: Tensor
    bonds: tuple[Tensor, Tensor]


def contacts_of(graph: GraphBatch, pocket: PocketBatch, positions: Tensor, config: ContactConfig) -> Contacts:
    """The contacts of poses [B, S, n, 3], Angstrom, as networks of this configuration read them."""
    size, samples, n, _ = positions.shape
    edges = contact_edges(positions, graph.atom_mask, pocket.positions, config.radius)
    distance = distance_features(edges.length, config.radius, config.distance_channels)
    geometry = torch.cat([distance, contact_angles(graph, pocket, positions, edges)], -1)
    cutoff = smooth_cutoff(edges.length, config.radius)[:, None]
    return Contacts((size, samples, n), edges, geometry, cutoff, bonds_of(graph, samples))


class ContactNet(nn.Module):
    """Ligand, pocket and the contacts of poses -> features per ligand atom."""

    def __init__(self, config: ContactConfig) -> None:
        super().__init__()
        self.config = config
        c = config.channels
        self.graph = GraphEncoder(
            BackboneConfig(scalars=c, pseudoscalars=1, edge_channels=16, graph_layers=config.graph_layers)
        )
        self.pocket = PocketEncoder(c, config.pocket_layers)
        self.layers = nn.ModuleList(ContactLayer(config) for _ in range(config.contact_layers))

    def encode(self, graph: GraphBatch, pocket: PocketBatch) -> ContactEncoding:
        """The pose-independent features of ligands and pockets."""
        return ContactEncoding(self.graph(graph).nodes, self.pocket(pocket))

    def forward(self, encoding: ContactEncoding, contacts: Contacts) -> Tensor:
        """Features [B, S, n, channels] of S poses of each ligand; contacts from :func:`contacts_of`."""
        size, samples, n = contacts.shape
        x = encoding.ligand[:, None].expand(size, samples, n, -1).reshape(size * samples * n, -1)
        senders = encoding.pocket.flatten(0, 1)
        for layer in self.layers:
            x = layer(x, senders, contacts)
        return x.view(size, samples, n, -1)


class ContactLayer(nn.Module):
    """One round: messages from the pocket's atoms, then messages over the ligand's bonds."""

    def __init__(self, config: ContactConfig) -> None:
        super().__init__()
        c, e = config.channels, config.edge_channels
        self.receiver, self.sender = nn.Linear(c, e), nn.Linear(c, e, bias=False)
        self.shape = nn.Sequential(nn.Linear(config.distance_channels + _ANGLES, e), nn.SiLU(), nn.Linear(e, 2 * e))
        self.update = normed_mlp(c + e, c)
        self.bonded = normed_mlp(2 * c, c)

    def forward(self, x: Tensor, senders: Tensor, contacts: Contacts) -> Tensor:
        """Features [B * S * n, c] of the poses' atoms after the round; senders [B * k, c], those of the pocket's."""
        edges = contacts.edges
        pair = self.receiver(x).index_select(0, edges.flat_receiver)
        pair = pair + self.sender(senders).index_select(0, edges.flat_sender)
        shift, scale = self.shape(contacts.geometry).chunk(2, -1)
        message = nn.functional.silu(pair + shift) * scale * contacts.cutoff
        x = x + self.update(torch.cat([x, scatter_sum(message, edges.flat_receiver, len(x)) / 3.0], -1))
        receiver, sender = contacts.bonds
        near = scatter_sum(x.index_select(0, sender), receiver, len(x))
        return x + self.bonded(torch.cat([x, near], -1))


def contact_angles(graph: GraphBatch, pocket: PocketBatch, positions: Tensor, edges: Edges) -> Tensor:
    """Invariants of the directions of both atoms of each contact of poses [B, S, n, 3]: [E, 6]."""
    points = ligand_directions(graph, positions).flatten(0, 2).index_select(0, edges.flat_receiver)
    targets = pocket.directions.flatten(0, 1).index_select(0, edges.flat_sender)
    unit = edges.vector / edges.length[:, None]
    own, other = (points * unit).sum(-1), -(targets * unit).sum(-1)
    both = (points * targets).sum(-1)
    return torch.stack([own, other, both, own.square(), other.square(), own * other], -1)


def ligand_directions(graph: GraphBatch, positions: Tensor) -> Tensor:
    """The direction in which each ligand atom points, as for the pocket: [B, S, n, 3]."""
    joined = (graph.bonds[..., 0] > 0)[:, None, :, :, None]
    gap = positions[:, :, :, None] - positions[:, :, None]
    unit = gap / gap.square().sum(-1, keepdim=True).clamp_min(1e-6).sqrt()
    total = (unit * joined).sum(3)
    return total / (total.square().sum(-1, keepdim=True).clamp_min(1e-12).sqrt() + 0.3)


def bonds_of(graph: GraphBatch, samples: int) -> tuple[Tensor, Tensor]:
    """Receiving and sending atom of every bond, both ways, as indices into [B * S * n]."""
    n = graph.atom_mask.shape[1]
    b, i, j = (graph.bonds[..., 0] > 0).nonzero(as_tuple=True)
    base = (b[:, None] * samples + torch.arange(samples, device=b.device)) * n
    return (base + i[:, None]).flatten(), (base + j[:, None]).flatten()
