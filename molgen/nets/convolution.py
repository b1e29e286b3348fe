"""Depthwise equivariant convolution: each channel is multiplied by a spherical harmonic on its own ('uvu').

A fully connected tensor product mixes channels on every edge; here channels are mixed by linear maps on the atoms,
before and after, and the edges only pay for elementwise products (NequIP's arrangement; Batzner et al., 2022).

Features are kept as planes, {irrep: [2l+1, N, channels]}, and product and sum over neighbours are one: with the
harmonics of the edges as the values of sparse matrices A_j (atoms x edges), the k-th component of a convolution is
sum_ij C_ijk A_j (w x_i), so that no array of messages is formed. The tests hold it against e3nn's TensorProduct
followed by a scatter.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import torch
from e3nn import o3
from torch import Tensor, nn

from molgen.graphs.edges import Edges
from molgen.graphs.scatter import neighbour_sum

Features = dict[str, Tensor]
"""Equivariant features, irrep name -> [2l+1, N, channels]."""


class ChannelLinear(nn.Module):
    """A linear map of the channels of each irrep; a bias on the scalars 0e only.

    Args:
        channels_in, channels_out: irrep name -> number of channels; irreps absent from the input give zeros.
    """

    def __init__(self, channels_in: dict[str, int], channels_out: dict[str, int]) -> None:
        super().__init__()
        self.maps = nn.ModuleDict(
            {ir: nn.Linear(channels_in[ir], c, bias=ir == "0e") for ir, c in channels_out.items() if c}
        )

    def forward(self, x: Features) -> Features:
        return {ir: linear(x[ir]) for ir, linear in self.maps.items()}


class Gate(nn.Module):
    """SiLU on 0e, tanh on 0o, and every other channel times the sigmoid of a scalar of its own.

    The input holds, after the scalars proper, one more 0e channel for every channel to be gated.
    """

    def __init__(self, channels: dict[str, int]) -> None:
        super().__init__()
        self.channels = channels
        gates = sum(c for ir, c in channels.items() if not ir.startswith("0"))
        self.channels_in = {**channels, "0e": channels["0e"] + gates}

    def forward(self, x: Features) -> Features:
        gated = [(ir, c) for ir, c in self.channels.items() if not ir.startswith("0")]
        scalars, *gates = x["0e"].split([self.channels["0e"], *(c for _, c in gated)], dim=-1)
        out = {"0e": nn.functional.silu(scalars)}
        if "0o" in x:
            out["0o"] = x["0o"].tanh()
        return out | {ir: x[ir] * gate.sigmoid() for (ir, _), gate in zip(gated, gates, strict=True)}


class DepthwiseConvolution(nn.Module):
    """One message-passing layer: linear, depthwise product with the edges, sum over neighbours, linear, gate, residual.

    A path takes as many channels of its source as its output has, the first ones: the linear map before it decides
    what they carry. So the many scalars do not become as many vectors on every edge.

    Args:
        channels: irrep name -> channels of the atoms, in and out.
        l_max: highest order of the edges' spherical harmonics.
        edge_channels: scalars per edge from which the weights of the product are made.
        mean_neighbours: the sum over neighbours is divided by its square root.
    """

    def __init__(self, channels: dict[str, int], l_max: int, edge_channels: int, mean_neighbours: float) -> None:
        super().__init__()
        self.groups = depthwise_groups(channels, l_max)
        received: dict[str, int] = dict.fromkeys(channels, 0)
        for group in self.groups:
            for path in group:
                received[path.out] += path.size
        self.sizes = [sum(path.size for path in group) for group in self.groups]
        self.weights = nn.Linear(edge_channels, sum(self.sizes))
        self.gate = Gate(channels)
        self.before = ChannelLinear(channels, channels)
        self.after = ChannelLinear(received, self.gate.channels_in)
        self.skip = ChannelLinear(channels, self.gate.channels_in)
        self.mix = ChannelLinear(channels, channels)
        self.scale = 1.0 / math.sqrt(mean_neighbours)

    def forward(
        self,
        x: Features,
        edges: Edges,
        harmonics: list[Tensor],
        edge_scalars: Tensor,
        senders: Features | None = None,
    ) -> Features:
        """x -> x; harmonics[l] [2l+1, E], faded out where an edge ends; edge_scalars [E, edge_channels].

        Messages come from the same atoms, or from ``senders``, to which the edges' senders then point.
        """
        weights = self.weights(edge_scalars).split(self.sizes, dim=-1)
        before = self.before(x if senders is None else senders)
        sent: dict[tuple[tuple[str, int], ...], Tensor] = {}
        received: dict[str, list[Tensor]] = {}
        for group, weight in zip(self.groups, weights, strict=True):
            key = tuple((path.source, path.size) for path in group)
            if key not in sent:
                sent[key] = torch.cat([before[ir][..., :size] for ir, size in key], -1).index_select(
                    1, edges.flat_sender
                )
            product = sent[key] * weight
            total = depthwise_sum(product, harmonics[group[0].order], int(group[0].out[0]), edges, self.scale)
            arrived = total.split([path.size for path in group], dim=-1)
            for path, part in zip(group, arrived, strict=True):
                received.setdefault(path.out, []).append(part)
        new = self.after({ir: torch.cat(parts, -1) for ir, parts in received.items()})
        skip = self.skip(x)
        update = self.mix(self.gate({ir: value + skip[ir] for ir, value in new.items()}))
        return {ir: value + update[ir] for ir, value in x.items()}


class Path(NamedTuple):
    """One product: node irrep x harmonic of an order -> irrep, on the first ``size`` channels of the source."""

    source: str
    order: int
    out: str
    size: int


def depthwise_groups(channels: dict[str, int], l_max: int) -> list[list[Path]]:
    """All products that land on an irrep of the nodes, in groups that differ in parity alone.

    The paths of a group have the same orders, hence the same arithmetic: their channels go through it side by side.
    """
    present = [ir for ir, c in channels.items() if c]
    groups: dict[tuple[str, int, str], list[Path]] = {}
    for source in present:
        for order in range(l_max + 1):
            products: list[o3.Irrep] = list(o3.Irrep(source) * o3.Irrep(order, (-1) ** order))  # pyright: ignore
            for out in map(str, products):
                if out in present:
                    path = Path(source, order, out, min(channels[source], channels[out]))
                    groups.setdefault((source[0], order, out[0]), []).append(path)
    return list(groups.values())


def depthwise_sum(x: Tensor, y: Tensor, order_out: int, edges: Edges, scale: float = 1.0) -> Tensor:
    """scale sum_e sqrt(2 l + 1) sum_ij C_ijk x_iec y_je: Clebsch-Gordan products of every channel, over neighbours.

    Args:
        x: [2 l1 + 1, E, c], what the neighbours send, weights included.
        y: [2 l2 + 1, E], harmonics of the edges, component normalised.
        order_out: l.

    Returns:
        [2 l + 1, N, c]; the same as e3nn's TensorProduct with 'uvu' instructions and component normalisation,
        followed by a scatter.
    """
    rows = []
    for terms in _coupling((x.shape[0] - 1) // 2, (y.shape[0] - 1) // 2, order_out):
        parts = [
            neighbour_sum(x[i], y[j] * (value * scale), edges.flat_receiver, edges.offsets) for i, j, value in terms
        ]
        rows.append(sum(parts[1:], parts[0]))
    return torch.stack(rows)


@lru_cache
def _coupling(order_x: int, order_y: int, order_out: int) -> list[list[tuple[int, int, float]]]:
    """For each k the (i, j, value) where the Wigner 3j symbol times sqrt(2 l_out + 1) is not zero."""
    symbols = o3.wigner_3j(order_x, order_y, order_out, dtype=torch.float64) * math.sqrt(2 * order_out + 1)
    return [
        [(int(i), int(j), float(symbols[i, j, k])) for i, j in symbols[..., k].abs().gt(1e-9).nonzero()]
        for k in range(2 * order_out + 1)
    ]
