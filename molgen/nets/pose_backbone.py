"""The equivariant backbone of a ligand in a pocket: the pocket is encoded once, a pose costs its own atoms only."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from e3nn import o3
from torch import Tensor, nn

from molgen.graphs.batch import GraphBatch
from molgen.graphs.edges import Edges, molecule_edges
from molgen.graphs.pockets import PocketBatch
from molgen.nets.backbone import BackboneConfig, Encoding, GraphEncoder
from molgen.nets.contacts import PocketEncoder
from molgen.nets.convolution import DepthwiseConvolution, Features
from molgen.nets.features import distance_features, smooth_cutoff, time_features

_FAR = 10.0
"""Angstrom: the unit of the vector from an atom to the center of the pocket."""
_LIGAND = BackboneConfig(pseudoscalars=6, pseudovectors=6, radius=4.5, mean_neighbors=24.0)


@dataclass(frozen=True)
class PoseBackboneConfig:
    """Size of the backbone.

    Attributes:
        ligand: channels, layers and edges of the ligand; ``mean_neighbors`` counts its edges and contacts.
        pocket_layers: rounds of messages inside the pocket, once per pocket.
        contacts: pocket atoms that each ligand atom gets messages from, the nearest ones.
        contact_radius: Angstrom; farther ones send nothing.
    """

    ligand: BackboneConfig = field(default_factory=lambda: _LIGAND)
    pocket_layers: int = 2
    contacts: int = 16
    contact_radius: float = 8.0


@dataclass(frozen=True)
class PoseEncoding:
    """What the network knows of B ligands and pockets before it sees a pose.

    Attributes:
        ligand: nodes, handedness and pairs of the ligand.
        pocket: irrep -> [2l+1, B * k, channels].
        contact: [B * k, edge_channels], the pocket's part of the scalars of a contact.
    """

    ligand: Encoding
    pocket: Features
    contact: Tensor


class PoseBackbone(nn.Module):
    """Ligand, pocket, poses and times -> equivariant features per ligand atom."""

    def __init__(self, config: PoseBackboneConfig) -> None:
        super().__init__()
        self.config = config
        own = config.ligand
        c, e, v = own.scalars, own.edge_channels, own.vectors
        self.graph = GraphEncoder(own)
        self.pocket = PocketEncoder(c, config.pocket_layers)
        self.pocket_vectors = nn.Linear(c, v)
        self.center_vectors = nn.Linear(c, v)
        self.node_time = nn.Linear(own.time_channels, c)
        self.contact_receiver, self.contact_sender = nn.Linear(c, e), nn.Linear(c, e, bias=False)
        self.edge_time = nn.Linear(own.time_channels, e, bias=False)
        self.edge_distance, self.edge_mix = nn.Linear(own.distance_channels, e), _mix(e)
        self.contact_distance, self.contact_mix = nn.Linear(own.distance_channels, e), _mix(e)
        self.layers = nn.ModuleList(
            DepthwiseConvolution(own.channels(), own.l_max, e, own.mean_neighbors) for _ in range(own.layers)
        )

    def encode(self, graph: GraphBatch, pocket: PocketBatch) -> PoseEncoding:
        """What depends on the molecules alone; once per ligand and pocket."""
        scalars = self.pocket(pocket)
        vectors = torch.einsum("bkx,bkc->xbkc", pocket.directions, self.pocket_vectors(scalars)).flatten(1, 2)
        flat = scalars.flatten(0, 1)
        features = {"0e": flat[None], "1o": vectors}
        for ir, channels in self.config.ligand.channels().items():
            if ir not in features:
                features[ir] = flat.new_zeros(2 * int(ir[0]) + 1, len(flat), channels)
        return PoseEncoding(self.graph(graph), features, self.contact_sender(flat))

    def forward(
        self, graph: GraphBatch, pocket: PocketBatch, encoding: PoseEncoding, positions: Tensor, t: Tensor
    ) -> Features:
        """Features of S poses of each ligand.

        Args:
            graph, pocket, encoding: B ligands of n atoms, B pockets.
            positions: [B, S, n, 3], Angstrom; like those of the pocket they are relative to its center.
            t: [B, S], time in [0, 1].

        Returns:
            irrep name -> [B, S, n, 2l+1, channels].
        """
        size, samples, n, _ = positions.shape
        own = self.config.ligand
        time = time_features(t, own.time_channels)
        inner = molecule_edges(positions, graph.atom_mask, graph.path_length, own.radius, own.hops)
        outer = contact_edges(positions, graph.atom_mask, pocket, self.config.contacts, self.config.contact_radius)
        scalars = torch.cat(
            [self._inner_scalars(encoding.ligand, inner, time, n), self._outer_scalars(encoding, outer, time, n, size)]
        )
        bonded = (graph.path_length <= own.hops)[inner.graph, inner.receiver, inner.sender]
        cutoff = torch.cat(
            [
                torch.where(bonded, torch.ones_like(inner.length), smooth_cutoff(inner.length, own.radius)),
                smooth_cutoff(outer.length, self.config.contact_radius),
            ]
        )
        edges, order = joined(inner, outer)
        scalars, cutoff = scalars.index_select(0, order), cutoff.index_select(0, order)
        harmonics = [
            o3.spherical_harmonics(degree, edges.vector, True, "component").T.contiguous() * cutoff
            for degree in range(own.l_max + 1)
        ]
        x = self._initial(encoding.ligand, self.node_time(time), positions)
        for layer in self.layers:
            senders = {ir: torch.cat([value, encoding.pocket[ir]], 1) for ir, value in x.items()}
            x = layer(x, edges, harmonics, scalars, senders)
        return {ir: value.unflatten(1, (size, samples, n)).movedim(0, -2) for ir, value in x.items()}

    def _initial(self, encoding: Encoding, time: Tensor, positions: Tensor) -> Features:
        """Before the first layer: graph and time in 0e, R/S labels in 0o, the way to the center in 1o."""
        size, samples, n, _ = positions.shape
        scalars = encoding.nodes[:, None] + time[:, :, None]
        handed = encoding.handedness[:, None].expand(size, samples, n, -1)
        vectors = torch.einsum("bsnx,bnc->xbsnc", -positions / _FAR, self.center_vectors(encoding.nodes))
        return {
            "0e": scalars.reshape(1, -1, scalars.shape[-1]),
            "0o": handed.reshape(1, -1, handed.shape[-1]),
            "1o": vectors.flatten(1, 3),
        }

    def _inner_scalars(self, encoding: Encoding, edges: Edges, time: Tensor, n: int) -> Tensor:
        own = self.config.ligand
        pair = encoding.pairs.flatten(0, 2).index_select(0, (edges.graph * n + edges.receiver) * n + edges.sender)
        moment = self.edge_time(time).flatten(0, 1).index_select(0, edges.flat_receiver // n)
        return self.edge_mix(
            self.edge_distance(distance_features(edges.length, own.radius, own.distance_channels)) + pair + moment
        )

    def _outer_scalars(self, encoding: PoseEncoding, edges: Edges, time: Tensor, n: int, size: int) -> Tensor:
        own = self.config.ligand
        receiver = self.contact_receiver(encoding.ligand.nodes).flatten(0, 1)
        pair = receiver.index_select(0, edges.graph * n + edges.receiver)
        pair = pair + encoding.contact.index_select(0, edges.flat_sender - time.shape[1] * size * n)
        moment = self.edge_time(time).flatten(0, 1).index_select(0, edges.flat_receiver // n)
        gauss = distance_features(edges.length, self.config.contact_radius, own.distance_channels)
        return self.contact_mix(self.contact_distance(gauss) + pair + moment)


def contact_edges(positions: Tensor, atom_mask: Tensor, pocket: PocketBatch, count: int, radius: float) -> Edges:
    """Edges from the nearest pocket atoms to every ligand atom, sorted by ligand atom.

    Args:
        positions: [B, S, n, 3]; atom_mask: bool [B, n].
        pocket: B pockets of k atoms.
        count: edges per ligand atom, at most.
        radius: Angstrom, of a sphere that holds them.

    Returns:
        the edges; ``flat_sender`` counts from B * S * n on, as if the pockets' atoms came after the ligands'.
    """
    size, samples, n, _ = positions.shape
    k = pocket.positions.shape[1]
    with torch.no_grad():
        gaps = torch.cdist(positions.flatten(1, 2), pocket.positions).view(size, samples, n, k)
        lengths, nearest = gaps.topk(min(count, k), dim=-1, largest=False)
        wanted = (lengths < radius) & atom_mask[:, None, :, None]
        b, s, i, _ = wanted.nonzero(as_tuple=True)
        j = nearest[wanted]
        counts = wanted.sum(-1).flatten()
        offsets = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
    receiver, atom = (b * samples + s) * n + i, b * k + j
    vector = pocket.positions.flatten(0, 1).index_select(0, atom) - positions.flatten(0, 2).index_select(0, receiver)
    length = vector.square().sum(-1).clamp_min(1e-12).sqrt()
    return Edges(b, j, i, size * samples * n + atom, receiver, offsets, vector, length)


def joined(first: Edges, second: Edges) -> tuple[Edges, Tensor]:
    """Two sets of edges to the same atoms as one, sorted by receiver, and the order that sorts their concatenation."""
    both = [torch.cat([getattr(first, name), getattr(second, name)]) for name in _PER_EDGE]
    order = torch.argsort(both[_PER_EDGE.index("flat_receiver")], stable=True)
    values = {name: value.index_select(0, order) for name, value in zip(_PER_EDGE, both, strict=True)}
    return Edges(**values, offsets=first.offsets + second.offsets), order


_PER_EDGE = ("graph", "sender", "receiver", "flat_sender", "flat_receiver", "vector", "length")


def _mix(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.SiLU(), nn.Linear(channels, channels), nn.SiLU())
