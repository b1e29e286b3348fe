"""The graph encoder: coordinate-independent features, computed once per molecule."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from molgen.chem.features.molecule_graph import ATOM_COLUMNS, BOND_COLUMNS
from molgen.graphs.batch import LONGEST_PATH, GraphBatch
from molgen.graphs.scatter import scatter_sum
from molgen.nets.config import BackboneConfig


@dataclass(frozen=True)
class GraphEncoding:
    """The coordinate-independent features of B molecules.

    Attributes:
        nodes: [B, n, scalars]; handedness: [B, n, pseudoscalars] (odd under reflection, from R/S labels);
        pairs: [B, n, n, edge_channels], ordered (receiver, sender).
    """

    nodes: Tensor
    handedness: Tensor
    pairs: Tensor


class GraphEncoder(nn.Module):
    """Atom and bond features -> GraphEncoding, by message passing over bonds."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        c, e = config.scalars, config.edge_channels
        self.atom_columns = [k for k in ATOM_COLUMNS if k != "chirality"]
        self.atoms = nn.ModuleList(nn.Embedding(ATOM_COLUMNS[k], c) for k in self.atom_columns)
        self.bonds = nn.ModuleList(nn.Embedding(size + 1, e) for size in BOND_COLUMNS.values())
        self.length = nn.Embedding(LONGEST_PATH + 1, e)
        self.message = nn.ModuleList(nn.Linear(c, c) for _ in range(config.graph_layers))
        self.message_bond = nn.ModuleList(nn.Linear(e, c) for _ in range(config.graph_layers))
        self.update = nn.ModuleList(normed_mlp(2 * c, c) for _ in range(config.graph_layers))
        self.receiver, self.sender = nn.Linear(c, e), nn.Linear(c, e, bias=False)
        self.handedness = nn.Linear(c, config.pseudoscalars) if config.pseudoscalars else None

    def forward(self, graph: GraphBatch) -> GraphEncoding:
        columns = list(ATOM_COLUMNS)
        nodes = torch.stack(
            [table(graph.atoms[..., columns.index(k)]) for k, table in zip(self.atom_columns, self.atoms, strict=True)]
        ).sum(0)
        pairs = self.length(graph.path_length)
        for column, table in enumerate(self.bonds):
            pairs = pairs + table(graph.bonds[..., column])
        nodes = self._pass_messages(graph, nodes, pairs)
        pairs = pairs + self.receiver(nodes)[:, :, None] + self.sender(nodes)[:, None]
        if self.handedness is None:
            return GraphEncoding(nodes, nodes[..., :0], pairs)
        label = graph.atoms[..., columns.index("chirality")]
        sign = (label == 1).to(nodes.dtype) - (label == 2).to(nodes.dtype)
        return GraphEncoding(nodes, sign[..., None] * self.handedness(nodes), pairs)

    def _pass_messages(self, graph: GraphBatch, nodes: Tensor, pairs: Tensor) -> Tensor:
        size, n, c = nodes.shape
        b, i, j = (graph.bonds[..., 0] > 0).nonzero(as_tuple=True)
        bonded = pairs[b, i, j]
        flat = nodes.reshape(size * n, c)
        for message, message_bond, update in zip(self.message, self.message_bond, self.update, strict=True):
            sent = nn.functional.silu(message(flat)[b * n + j] + message_bond(bonded))
            flat = flat + update(torch.cat([flat, scatter_sum(sent, b * n + i, size * n)], -1))
        return flat.reshape(size, n, c)


def normed_mlp(inputs: int, channels: int) -> nn.Sequential:
    """Normalization and two linear layers, the update of a node after its messages."""
    return nn.Sequential(nn.LayerNorm(inputs), nn.Linear(inputs, channels), nn.SiLU(), nn.Linear(channels, channels))
