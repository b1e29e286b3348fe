"""The E(3)-equivariant backbone of every field, with a pocket as optional context.

Molecules and pockets are encoded once; a conformation or a pose costs the convolutions over its own atoms only.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from molgen.graphs.batch import GraphBatch
from molgen.graphs.edges import molecule_edges
from molgen.graphs.pockets import PocketBatch
from molgen.nets.config import BackboneConfig, PoseBackboneConfig
from molgen.nets.convolution import DepthwiseConvolution, Features
from molgen.nets.encoder import GraphEncoder, GraphEncoding
from molgen.nets.features import distance_features, time_features
from molgen.nets.messages import Messages, bond_cutoff, mixed, moments_of
from molgen.nets.pocket_context import PocketContext, PocketEncoding


@dataclass(frozen=True)
class Encoding:
    """The coordinate-independent features of B molecules and of their pockets."""

    ligand: GraphEncoding
    pocket: PocketEncoding | None = None


class Backbone(nn.Module):
    """Encoding + coordinates + time -> equivariant features per atom.

    Args:
        config: its size.
        wanted: the irreps to give back, 0e among them; None: all.
        pocket: contacts with a pocket; None: the molecules are alone.
    """

    def __init__(
        self,
        config: BackboneConfig,
        wanted: frozenset[str] | None = None,
        pocket: PoseBackboneConfig | None = None,
    ) -> None:
        super().__init__()
        self.config, self.wanted = config, wanted
        e = config.edge_channels
        self.encoder = GraphEncoder(config)
        self.context = None if pocket is None else PocketContext(pocket)
        self.node_time = nn.Linear(config.time_channels, config.scalars)
        self.edge_distance = nn.Linear(config.distance_channels, e)
        self.edge_time = nn.Linear(config.time_channels, e, bias=False)
        self.edge_mix = mixed(e)
        self.layers = nn.ModuleList(
            DepthwiseConvolution(config.channels(), config.l_max, e, config.mean_neighbors)
            for _ in range(config.layers)
        )

    def encode(self, graph: GraphBatch, pocket: PocketBatch | None = None) -> Encoding:
        """Coordinate-independent features of the molecules (and pockets).

        Raises:
            ValueError: the backbone needs a pocket and there is none, or the reverse.
        """
        if (pocket is None) != (self.context is None):
            raise ValueError("the backbone needs a pocket" if pocket is None else "the backbone reads no pocket")
        return Encoding(self.encoder(graph), self.context.encode(pocket) if self.context and pocket else None)

    def forward(
        self,
        graph: GraphBatch,
        encoding: Encoding,
        positions: Tensor,
        t: Tensor,
        shift: tuple[Tensor, Tensor] | None = None,
    ) -> Features:
        """Features of S conformations or poses of each molecule.

        Args:
            graph, encoding: B molecules padded to n atoms.
            positions: [B, S, n, 3], Angstrom; in a pocket, relative to its center.
            t: [B, S], time in [0, 1].
            shift: added to the features of the time, per atom [B, S, scalars] and per edge [B, S, edge_channels].

        Returns:
            irrep name -> [B, S, n, 2l+1, channels].
        """
        shape = positions.shape[:3]
        time = time_features(t, self.config.time_channels)
        node_time, edge_time = self.node_time(time), self.edge_time(time)
        if shift is not None:
            node_time, edge_time = node_time + shift[0], edge_time + shift[1]
        ligand, pocket = encoding.ligand, encoding.pocket
        x = self._initial(ligand, node_time)
        messages = self._messages(graph, ligand, positions, edge_time)
        if self.context is not None and pocket is not None:
            x["1o"] = self.context.vectors_to_center(ligand, positions)
            contacts = self.context.messages(ligand, pocket, positions, graph.atom_mask, edge_time)
            messages = messages.joined_with(contacts, shape.numel())
        harmonics = messages.harmonics(self.config.l_max)
        for layer in self.layers:
            wanted = self.wanted if layer is self.layers[-1] else None
            senders = None if pocket is None else PocketContext.senders(x, pocket)
            x = layer(x, messages.edges, harmonics, messages.scalars, senders, wanted)
        return {ir: value.unflatten(1, shape).movedim(0, -2) for ir, value in x.items()}

    def _initial(self, encoding: GraphEncoding, time: Tensor) -> Features:
        """Features before the first layer: graph and time in 0e, R/S labels in 0o, nothing else yet."""
        scalars = encoding.nodes[:, None] + time[:, :, None]
        handed = encoding.handedness[:, None].expand(*scalars.shape[:3], -1)
        return {"0e": scalars.flatten(0, 2)[None], "0o": handed.flatten(0, 2)[None]}

    def _messages(self, graph: GraphBatch, encoding: GraphEncoding, positions: Tensor, time: Tensor) -> Messages:
        """Between the atoms of each conformation [B, S, n, 3]."""
        radius, hops, n = self.config.radius, self.config.hops, positions.shape[2]
        edges = molecule_edges(positions, graph.atom_mask, graph.path_length, radius, hops)
        pair = encoding.pairs.flatten(0, 2).index_select(0, (edges.graph * n + edges.receiver) * n + edges.sender)
        distance = self.edge_distance(distance_features(edges.length, radius, self.config.distance_channels))
        scalars = self.edge_mix(distance + pair + moments_of(edges, time, n))
        return Messages(edges, scalars, bond_cutoff(edges, graph.path_length, radius, hops))
