"""An E(3)-equivariant network over all pairs of atoms: dense tensors, scalars and vectors, few kernels.

Messages are functions of distances, of the graph and of the features of both atoms, as in EGNN (Satorras et al.
2021, arXiv:2102.09844), and atoms carry vectors besides scalars, as in PaiNN (Schuett et al. 2021, arXiv:2102.03150).
The stereo of centers enters as the signed volume of each and its gradient, which turn their sign with the label: so the
network is equivariant under reflections that exchange the labels too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from molgen.graphs.stereo_batch import StereoBatch
from molgen.nets.config import BackboneConfig
from molgen.nets.encoder import GraphEncoder, normed_mlp
from molgen.nets.features import time_features

_ROLES = [0, 1, 1, 1]
_NEIGHBORS = 16.0
"""Typical number of atoms that contribute to a sum over all; for normalization."""


@dataclass(frozen=True)
class PairNetworkConfig:
    """Size of the network.

    Attributes:
        scalars, vectors: channels of an atom.
        pair_channels: of a pair of atoms.
        graph_layers: rounds of messages over bonds, once per molecule.
        layers: rounds of messages between all atoms, once per step.
        distance_channels, time_channels: size of the radial and time features.
        radius: Angstrom, up to which distances are told apart finely.
    """

    scalars: int = 128
    vectors: int = 24
    pair_channels: int = 64
    graph_layers: int = 3
    layers: int = 6
    distance_channels: int = 32
    time_channels: int = 16
    radius: float = 10.0


@dataclass(frozen=True)
class PairEncoding:
    """The coordinate-independent features of B molecules: nodes [B, n, scalars], pairs [B, n, n, pair_channels]."""

    nodes: Tensor
    pairs: Tensor


class PairNetwork(nn.Module):
    """Coordinates, graph and time -> a vector for every atom."""

    def __init__(self, config: PairNetworkConfig) -> None:
        super().__init__()
        self.config = config
        c, e = config.scalars, config.pair_channels
        self.encoder = GraphEncoder(
            BackboneConfig(scalars=c, edge_channels=e, pseudoscalars=0, graph_layers=config.graph_layers)
        )
        self.across = nn.Embedding(3, e)
        self.time = nn.Linear(config.time_channels, c)
        self.distance = nn.Linear(config.distance_channels + 2, e)
        self.pair_time = nn.Linear(config.time_channels, e, bias=False)
        self.volume = nn.Parameter(torch.randn(2, c) * 0.1)  # of a center, and of its neighbors
        self.gradient = nn.Parameter(torch.randn(2, config.vectors) * 0.3)
        self.layers = nn.ModuleList(PairLayer(config) for _ in range(config.layers))
        self.out = nn.Linear(config.vectors, 1, bias=False)
        nn.init.zeros_(self.out.weight)

    def encode(self, batch: StereoBatch) -> PairEncoding:
        """Coordinate-independent features; once per molecule."""
        encoding = self.encoder(batch.graph)
        return PairEncoding(encoding.nodes, encoding.pairs + self.across(batch.across))

    def forward(self, batch: StereoBatch, encoding: PairEncoding, positions: Tensor, t: Tensor) -> Tensor:
        """A vector [B, S, n, 3] for every atom at coordinates [B, S, n, 3], Angstrom, and times [B, S]."""
        rows, mask = positions.shape[:2], batch.graph.atom_mask
        real = (mask[:, :, None] & mask[:, None]) & ~torch.eye(mask.shape[1], dtype=torch.bool, device=mask.device)
        gaps = positions[:, :, None] - positions[:, :, :, None]
        length = (gaps.square().sum(-1) + 1e-4).sqrt()
        unit = (gaps / length[..., None]).flatten(0, 1)
        moment = time_features(t, self.config.time_channels)
        pairs = self.distance(self._radial(length)) + encoding.pairs[:, None] + self.pair_time(moment)[:, :, None, None]
        scalars, vectors = self._stereo_messages(batch, positions)
        scalars = scalars + encoding.nodes[:, None] + self.time(moment)[:, :, None]
        known = real[:, None].expand(*rows, *real.shape[1:]).flatten(0, 1)
        pairs, scalars, vectors = pairs.flatten(0, 1), scalars.flatten(0, 1), vectors.flatten(0, 1)
        for layer in self.layers:
            scalars, vectors = layer(scalars, vectors, pairs, unit, known)
        return self.out(normed(vectors).transpose(-1, -2)).squeeze(-1).unflatten(0, rows)

    def _radial(self, length: Tensor) -> Tensor:
        """Gaussians of distances, and two functions that reach farther: [..., distance_channels + 2]."""
        count, radius = self.config.distance_channels, self.config.radius
        center = torch.linspace(0.5, radius, count, dtype=length.dtype, device=length.device)
        width = (radius - 0.5) / (count - 1)
        near = torch.exp(-0.5 * ((length[..., None] - center) / width).square())
        return torch.cat([near, (length / radius)[..., None], 1 / (1 + length)[..., None]], -1)

    def _stereo_messages(self, batch: StereoBatch, positions: Tensor) -> tuple[Tensor, Tensor]:
        """What stereo centers add to scalars [B, S, n, c] and vectors [B, S, n, v, 3] of their atoms.

        The volume a . (b x c) of the vectors to three neighbors, positive where the stereo is right, and its gradient.
        """
        draws, n = positions.shape[1:3]
        index = batch.chiral[:, None].expand(-1, draws, -1, -1)
        points = torch.take_along_dim(positions[:, :, None], index[..., None], dim=3)  # [B, S, k, 4, 3]
        a, b, c = (points[..., column, :] - points[..., 0, :] for column in (1, 2, 3))
        square = (a.square() + b.square() + c.square()).sum(-1, keepdim=True) / 3
        slopes = [torch.linalg.cross(b, c), torch.linalg.cross(c, a), torch.linalg.cross(a, b)]
        volume = (a * slopes[0]).sum(-1, keepdim=True) / (1 + square * (square + 1e-4).sqrt())
        slope = torch.stack([-(slopes[0] + slopes[1] + slopes[2]), *slopes], -2) / (1 + square)[..., None]
        marked = batch.chiral_mask[:, None, :, None, None].to(positions)
        scalar = volume[..., None] * self.volume[_ROLES] * marked  # [B, S, k, 4, c]
        vector = slope[..., None, :] * self.gradient[_ROLES][..., None] * marked[..., None]  # [B, S, k, 4, v, 3]
        one_hot = nn.functional.one_hot(batch.chiral, n).to(positions).flatten(1, 2)  # [B, 4 k, n]
        scalars = torch.einsum("bkn,bskc->bsnc", one_hot, scalar.flatten(2, 3))
        vectors = torch.einsum("bkn,bskx->bsnx", one_hot, vector.flatten(2, 3).flatten(-2))
        return scalars, vectors.unflatten(-1, (-1, 3))


class PairLayer(nn.Module):
    """One round of messages between all atoms."""

    def __init__(self, config: PairNetworkConfig) -> None:
        super().__init__()
        c, v, e = config.scalars, config.vectors, config.pair_channels
        self.norm = nn.LayerNorm(c)
        self.pair = nn.Linear(e, e)
        self.receiver, self.sender = nn.Linear(c, e, bias=False), nn.Linear(c, e, bias=False)
        self.seen = nn.Linear(2 * v, e, bias=False)
        self.message = nn.Linear(e, e)
        self.gate = nn.Linear(e, 1)
        self.weights = nn.Linear(e, 2 * v)
        self.update = normed_mlp(c + e + v, c)
        self.mix = nn.Linear(v, v, bias=False)
        self.vector_gate = nn.Linear(c, v)
        self.scale = 1 / math.sqrt(_NEIGHBORS)

    def forward(
        self, scalars: Tensor, vectors: Tensor, pairs: Tensor, unit: Tensor, known: Tensor
    ) -> tuple[Tensor, Tensor]:
        """scalars [R, n, c] and vectors [R, n, v, 3] after messages along pairs [R, n, n, e] in the directions unit
        [R, n, n, 3], from the second to the first atom; known [R, n, n]: which pairs there are."""
        h, v = self.norm(scalars), normed(vectors)
        # what the vectors of either end look like along the pair: [R, i, j, v] from atom i to j
        along = torch.einsum("rivx,rijx->rijv", v, unit)
        seen = self.seen(torch.cat([along, along.transpose(1, 2)], -1))
        mixed = self.pair(pairs) + self.receiver(h)[:, :, None] + self.sender(h)[:, None] + seen
        message = nn.functional.silu(self.message(nn.functional.silu(mixed)))
        message = message * (self.gate(message).sigmoid() * known[..., None] * self.scale)
        straight, carried = self.weights(message).chunk(2, -1)
        straight, carried = straight * known[..., None], carried * known[..., None]
        moved = torch.einsum("rijv,rijx->rivx", straight, unit.to(straight.dtype))
        moved = moved + torch.einsum("rijv,rjvx->rivx", carried, v.to(carried.dtype))
        vectors = vectors + moved
        v = normed(vectors)
        lengths = (v.square().sum(-1) + 1e-4).sqrt()
        scalars = scalars + self.update(torch.cat([h, message.sum(2), lengths], -1))
        mixed_vectors = torch.einsum("rivx,wv->riwx", v, self.mix.weight)
        return scalars, vectors + mixed_vectors * self.vector_gate(scalars).sigmoid()[..., None]


def normed(vectors: Tensor) -> Tensor:
    """Vectors [..., v, 3] over their root mean square where that is large."""
    return vectors * (vectors.square().sum(-1).mean(-1) + 1).rsqrt()[..., None, None]
