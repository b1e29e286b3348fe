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

from molgen.chem.features.pocket_features import POCKET_COLUMNS
from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import PocketBatch
from molgen.graphs.scatter import scatter_sum
from molgen.nets.backbone import BackboneConfig, GraphEncoder
from molgen.nets.features import distance_features, smooth_cutoff

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


class PocketEncoder(nn.Module):
    """Classes and surroundings of pocket atoms -> scalars [B, k, channels]."""

    def __init__(self, channels: int, layers: int, distance_channels: int = 12, radius: float = 6.0) -> None:
        super().__init__()
        self.radius, self.distance_channels = radius, distance_channels
        self.tables = nn.ModuleList(nn.Embedding(size, channels) for size in POCKET_COLUMNS.values())
        self.sender = nn.ModuleList(nn.Linear(channels, channels) for _ in range(layers))
        self.distance = nn.ModuleList(nn.Linear(distance_channels, channels) for _ in range(layers))
        self.update = nn.ModuleList(_mlp(2 * channels, channels) for _ in range(layers))

    def forward(self, pocket: PocketBatch) -> Tensor:
        x = torch.stack([table(pocket.atoms[..., k]) for k, table in enumerate(self.tables)]).sum(0)
        size, count = x.shape[:2]
        flat = (pocket.neighbors + torch.arange(size, device=x.device)[:, None, None] * count).flatten()
        place = pocket.positions.flatten(0, 1)
        gap = place.index_select(0, flat).view(size, count, -1, 3) - pocket.positions[:, :, None]
        length = gap.square().sum(-1).clamp_min(1e-12).sqrt()
        gauss = distance_features(length.flatten(), self.radius, self.distance_channels)
        near = smooth_cutoff(length, self.radius)[..., None] * (length > 0.1)[..., None]
        for sender, distance, update in zip(self.sender, self.distance, self.update, strict=True):
            sent = sender(x).flatten(0, 1).index_select(0, flat).view(*length.shape, -1)
            message = (nn.functional.silu(sent) * distance(gauss).view_as(sent) * near).sum(2) / 3.0
            x = x + update(torch.cat([x, message], -1))
        return x


@dataclass(frozen=True)
class ContactEncoding:
    """What the network knows before it sees a pose: ligand [B, n, c], pocket [B, k, c]."""

    ligand: Tensor
    pocket: Tensor


class ContactNet(nn.Module):
    """Ligand, pocket and poses -> features per ligand atom."""

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
        """What depends on the molecules alone."""
        return ContactEncoding(self.graph(graph).nodes, self.pocket(pocket))

    def forward(self, graph: GraphBatch, pocket: PocketBatch, encoding: ContactEncoding, positions: Tensor) -> Tensor:
        """Features [B, S, n, channels] of S poses of each ligand; positions [B, S, n, 3], Angstrom."""
        size, samples, n, _ = positions.shape
        contacts = contacts_of(graph, pocket, positions, self.config.radius)
        geometry = torch.cat(
            [distance_features(contacts.length, self.config.radius, self.config.distance_channels), contacts.angles], -1
        )
        cutoff = smooth_cutoff(contacts.length, self.config.radius)[:, None]
        x = encoding.ligand[:, None].expand(size, samples, n, -1).reshape(size * samples * n, -1)
        senders = encoding.pocket.flatten(0, 1)
        bonds = bonds_of(graph, samples)
        for layer in self.layers:
            x = layer(x, senders, contacts, geometry, cutoff, bonds)
        return x.view(size, samples, n, -1)


class ContactLayer(nn.Module):
    """One round: messages from the pocket's atoms, then messages over the ligand's bonds."""

    def __init__(self, config: ContactConfig) -> None:
        super().__init__()
        c, e = config.channels, config.edge_channels
        self.receiver, self.sender = nn.Linear(c, e), nn.Linear(c, e, bias=False)
        self.shape = nn.Sequential(nn.Linear(config.distance_channels + _ANGLES, e), nn.SiLU(), nn.Linear(e, 2 * e))
        self.update = _mlp(c + e, c)
        self.bonded = _mlp(2 * c, c)

    def forward(
        self, x: Tensor, senders: Tensor, contacts: Contacts, geometry: Tensor, cutoff: Tensor, bonds: tuple
    ) -> Tensor:
        pair = self.receiver(x).index_select(0, contacts.ligand) + self.sender(senders).index_select(0, contacts.pocket)
        shift, scale = self.shape(geometry).chunk(2, -1)
        message = nn.functional.silu(pair + shift) * scale * cutoff
        x = x + self.update(torch.cat([x, scatter_sum(message, contacts.ligand, len(x)) / 3.0], -1))
        receiver, sender = bonds
        near = scatter_sum(x.index_select(0, sender), receiver, len(x))
        return x + self.bonded(torch.cat([x, near], -1))


@dataclass(frozen=True)
class Contacts:
    """Pairs of a ligand atom and a pocket atom.

    Attributes:
        ligand: int64 [E], index into [B * S * n]; pocket: int64 [E], index into [B * k].
        length: [E], Angstrom.
        angles: [E, 6], invariants of the directions.
    """

    ligand: Tensor
    pocket: Tensor
    length: Tensor
    angles: Tensor


def contacts_of(graph: GraphBatch, pocket: PocketBatch, positions: Tensor, radius: float) -> Contacts:
    """All contacts of poses [B, S, n, 3], sorted by ligand atom."""
    size, samples, n, _ = positions.shape
    k = pocket.positions.shape[1]
    with torch.no_grad():
        gaps = torch.cdist(positions.flatten(1, 2), pocket.positions).view(size, samples, n, k)
        near = (gaps < radius) & graph.atom_mask[:, None, :, None] & pocket.mask[:, None, None]
        b, s, i, j = near.nonzero(as_tuple=True)
    ligand, atom = (b * samples + s) * n + i, b * k + j
    points = ligand_directions(graph, positions).flatten(0, 2).index_select(0, ligand)
    targets = pocket.directions.flatten(0, 1).index_select(0, atom)
    vector = pocket.positions.flatten(0, 1).index_select(0, atom) - positions.flatten(0, 2).index_select(0, ligand)
    length = vector.square().sum(-1).clamp_min(1e-12).sqrt()
    unit = vector / length[:, None]
    own, other = (points * unit).sum(-1), -(targets * unit).sum(-1)
    both = (points * targets).sum(-1)
    angles = torch.stack([own, other, both, own.square(), other.square(), own * other], -1)
    return Contacts(ligand, atom, length, angles)


def ligand_directions(graph: GraphBatch, positions: Tensor) -> Tensor:
    """Where each ligand atom points, as for the pocket: [B, S, n, 3]."""
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


def _mlp(inputs: int, channels: int) -> nn.Sequential:
    return nn.Sequential(nn.LayerNorm(inputs), nn.Linear(inputs, channels), nn.SiLU(), nn.Linear(channels, channels))
