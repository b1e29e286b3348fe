"""The shared E(3)-equivariant backbone: graph encoder (once per molecule) and convolutions (once per step)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from e3nn import o3
from torch import Tensor, nn

from molgen.chem.features.molecule_graph import ATOM_COLUMNS, BOND_COLUMNS
from molgen.config import renamed
from molgen.graphs.batch import LONGEST_PATH, GraphBatch
from molgen.graphs.edges import Edges, molecule_edges
from molgen.graphs.scatter import scatter_sum
from molgen.nets.convolution import DepthwiseConvolution, Features
from molgen.nets.features import distance_features, smooth_cutoff, time_features


@dataclass(frozen=True)
class BackboneConfig:
    """Size of the backbone.

    Attributes:
        l_max: highest order of the node features and spherical harmonics, 1 or 2.
        scalars, pseudoscalars: channels of 0e and 0o.
        vectors, pseudovectors: channels of 1o and 1e (and, at l_max 2, of 2e and 2o).
        edge_channels: scalars per edge.
        graph_layers: message-passing rounds over bonds, once per molecule.
        layers: equivariant convolutions, once per step.
        radius: Angstrom; hops: bonds. Atoms nearer than either are joined.
        distance_channels, time_channels: size of the radial and time features.
        mean_neighbors: typical number of edges per atom, for normalization.
    """

    l_max: int = 1
    scalars: int = 48
    pseudoscalars: int = 8
    vectors: int = 16
    pseudovectors: int = 8
    edge_channels: int = 48
    graph_layers: int = 3
    layers: int = 4
    radius: float = 5.0
    hops: int = 3
    distance_channels: int = 16
    time_channels: int = 8
    mean_neighbors: float = renamed("mean_neighbours", 14.0)

    def __post_init__(self) -> None:
        if self.l_max not in (1, 2):
            raise ValueError(f"l_max must be 1 or 2, not {self.l_max}")

    def channels(self) -> dict[str, int]:
        """irrep name -> number of channels."""
        counts = {"0e": self.scalars, "0o": self.pseudoscalars, "1o": self.vectors, "1e": self.pseudovectors}
        if self.l_max == 2:
            counts |= {"2e": self.vectors, "2o": self.pseudovectors}
        return counts


@dataclass(frozen=True)
class Encoding:
    """What the network knows of B molecules before it sees coordinates.

    Attributes:
        nodes: [B, n, scalars]; handedness: [B, n, pseudoscalars] (odd under reflection, from R/S labels);
        pairs: [B, n, n, edge_channels], ordered (receiver, sender).
    """

    nodes: Tensor
    handedness: Tensor
    pairs: Tensor


class GraphEncoder(nn.Module):
    """Atom and bond features -> Encoding, by message passing over bonds."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        c, e = config.scalars, config.edge_channels
        self.atom_columns = [k for k in ATOM_COLUMNS if k != "chirality"]
        self.atoms = nn.ModuleList(nn.Embedding(ATOM_COLUMNS[k], c) for k in self.atom_columns)
        self.bonds = nn.ModuleList(nn.Embedding(size + 1, e) for size in BOND_COLUMNS.values())
        self.length = nn.Embedding(LONGEST_PATH + 1, e)
        self.message = nn.ModuleList(nn.Linear(c, c) for _ in range(config.graph_layers))
        self.message_bond = nn.ModuleList(nn.Linear(e, c) for _ in range(config.graph_layers))
        self.update = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(2 * c), nn.Linear(2 * c, c), nn.SiLU(), nn.Linear(c, c))
            for _ in range(config.graph_layers)
        )
        self.receiver, self.sender = nn.Linear(c, e), nn.Linear(c, e, bias=False)
        self.handedness = nn.Linear(c, config.pseudoscalars)

    def forward(self, graph: GraphBatch) -> Encoding:
        columns = list(ATOM_COLUMNS)
        nodes = torch.stack(
            [table(graph.atoms[..., columns.index(k)]) for k, table in zip(self.atom_columns, self.atoms, strict=True)]
        ).sum(0)
        pairs = self.length(graph.path_length)
        for column, table in enumerate(self.bonds):
            pairs = pairs + table(graph.bonds[..., column])
        nodes = self._pass_messages(graph, nodes, pairs)
        pairs = pairs + self.receiver(nodes)[:, :, None] + self.sender(nodes)[:, None]
        label = graph.atoms[..., columns.index("chirality")]
        sign = (label == 1).to(nodes.dtype) - (label == 2).to(nodes.dtype)
        return Encoding(nodes, sign[..., None] * self.handedness(nodes), pairs)

    def _pass_messages(self, graph: GraphBatch, nodes: Tensor, pairs: Tensor) -> Tensor:
        size, n, c = nodes.shape
        b, i, j = (graph.bonds[..., 0] > 0).nonzero(as_tuple=True)
        bonded = pairs[b, i, j]
        flat = nodes.reshape(size * n, c)
        for message, message_bond, update in zip(self.message, self.message_bond, self.update, strict=True):
            sent = nn.functional.silu(message(flat)[b * n + j] + message_bond(bonded))
            flat = flat + update(torch.cat([flat, scatter_sum(sent, b * n + i, size * n)], -1))
        return flat.reshape(size, n, c)


class Backbone(nn.Module):
    """Encoding + coordinates + time -> equivariant features per atom.

    Args:
        wanted: the irreps to give back, 0e among them; None: all.
    """

    def __init__(self, config: BackboneConfig, wanted: frozenset[str] | None = None) -> None:
        super().__init__()
        self.config = config
        self.wanted = wanted
        e = config.edge_channels
        self.encoder = GraphEncoder(config)
        self.node_time = nn.Linear(config.time_channels, config.scalars)
        self.edge_distance = nn.Linear(config.distance_channels, e)
        self.edge_time = nn.Linear(config.time_channels, e, bias=False)
        self.edge_mix = nn.Sequential(nn.SiLU(), nn.Linear(e, e), nn.SiLU())
        self.layers = nn.ModuleList(
            DepthwiseConvolution(config.channels(), config.l_max, e, config.mean_neighbors)
            for _ in range(config.layers)
        )

    def encode(self, graph: GraphBatch) -> Encoding:
        return self.encoder(graph)

    def forward(
        self,
        graph: GraphBatch,
        encoding: Encoding,
        positions: Tensor,
        t: Tensor,
        shift: tuple[Tensor, Tensor] | None = None,
    ) -> Features:
        """Features of S conformations of each graph.

        Args:
            graph, encoding: B molecules padded to n atoms.
            positions: [B, S, n, 3], Angstrom.
            t: [B, S], time in [0, 1].
            shift: added to what is known of the time, per atom [B, S, scalars] and per edge [B, S, edge_channels].

        Returns:
            irrep name -> [B, S, n, 2l+1, channels].
        """
        size, samples, n, _ = positions.shape
        config = self.config
        edges = molecule_edges(positions, graph.atom_mask, graph.path_length, config.radius, config.hops)
        time = time_features(t, config.time_channels)
        node_time, edge_time = self.node_time(time), self.edge_time(time)
        if shift is not None:
            node_time, edge_time = node_time + shift[0], edge_time + shift[1]
        x = self._initial(encoding, node_time, size * samples * n)
        edge_scalars = self._edge_scalars(encoding, edges, edge_time, n)
        bonded = (graph.path_length <= config.hops)[edges.graph, edges.receiver, edges.sender]
        cutoff = torch.where(bonded, torch.ones_like(edges.length), smooth_cutoff(edges.length, config.radius))
        harmonics = [
            o3.spherical_harmonics(order, edges.vector, True, "component").T.contiguous() * cutoff
            for order in range(config.l_max + 1)
        ]
        for layer in self.layers:
            wanted = self.wanted if layer is self.layers[-1] else None
            x = layer(x, edges, harmonics, edge_scalars, wanted=wanted)
        return {ir: value.unflatten(1, (size, samples, n)).movedim(0, -2) for ir, value in x.items()}

    def _initial(self, encoding: Encoding, time: Tensor, atoms: int) -> Features:
        """Features before the first layer: graph and time in 0e, R/S labels in 0o, nothing else yet."""
        scalars = encoding.nodes[:, None] + time[:, :, None]
        handed = encoding.handedness[:, None].expand(*scalars.shape[:3], -1)
        return {"0e": scalars.reshape(1, atoms, -1), "0o": handed.reshape(1, atoms, -1)}

    def _edge_scalars(self, encoding: Encoding, edges: Edges, time: Tensor, n: int) -> Tensor:
        distance = distance_features(edges.length, self.config.radius, self.config.distance_channels)
        moment = time.flatten(0, 1)
        pair = encoding.pairs.flatten(0, 2).index_select(0, (edges.graph * n + edges.receiver) * n + edges.sender)
        return self.edge_mix(self.edge_distance(distance) + pair + moment.index_select(0, edges.flat_receiver // n))
