"""Depthwise equivariant convolution: each channel is multiplied by a spherical harmonic on its own ('uvu').

A fully connected tensor product mixes channels on every edge; here channels are mixed by linear maps on the atoms,
before and after, and the edges cost elementwise products only (NequIP's arrangement; Batzner et al., 2022).

Features are kept as planes, {irrep: [2l+1, N, channels]}, and product and sum over neighbors are one: with the
harmonics of the edges as the values of sparse matrices A_j (atoms x edges), the k-th component of a convolution is
sum_ij C_ijk A_j (w x_i), so that no array of messages is formed. The tests hold it against e3nn's TensorProduct
followed by a scatter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from molgen.graphs.edges import Edges
from molgen.graphs.scatter import neighbor_sums
from molgen.nets.couplings import coupling, products

_ROWS = 2048
"""Edges whose weights are made and used at a time, so that they stay in the cache of a core."""
Features = dict[str, Tensor]
"""Equivariant features, irrep name -> [2l+1, N, channels]."""


class ChannelLinear(nn.Module):
    """A linear map of the channels of each irrep; a bias on the scalars 0e only.

    Irreps that are absent from the features are zero, and stay absent.

    Args:
        channels_in, channels_out: irrep name -> number of channels.
    """

    def __init__(self, channels_in: dict[str, int], channels_out: dict[str, int]) -> None:
        super().__init__()
        self.maps = nn.ModuleDict(
            {ir: nn.Linear(channels_in[ir], c, bias=ir == "0e") for ir, c in channels_out.items() if c}
        )

    def forward(self, x: Features) -> Features:
        return {ir: linear(x[ir]) for ir, linear in self.maps.items() if ir in x}


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
        return out | {ir: x[ir] * gate.sigmoid() for (ir, _), gate in zip(gated, gates, strict=True) if ir in x}


class DepthwiseConvolution(nn.Module):
    """One message-passing layer: linear, depthwise product with the edges, sum over neighbors, linear, gate, residual.

    A path takes as many channels of its source as its output has, the first ones: the linear map before it decides
    what they carry. So the many scalars do not become as many vectors on every edge.

    Args:
        channels: irrep name -> channels of the atoms, in and out.
        l_max: highest order of the edges' spherical harmonics.
        edge_channels: scalars per edge from which the weights of the product are made.
        mean_neighbors: the sum over neighbors is divided by its square root.
    """

    def __init__(self, channels: dict[str, int], l_max: int, edge_channels: int, mean_neighbors: float) -> None:
        super().__init__()
        self.groups = depthwise_groups(channels, l_max)
        received: dict[str, int] = dict.fromkeys(channels, 0)
        for group in self.groups:
            for path in group:
                received[path.out] += path.size
        self.weights = nn.Linear(edge_channels, sum(path.size for group in self.groups for path in group))
        self.gate = Gate(channels)
        self.before = ChannelLinear(channels, channels)
        self.after = ChannelLinear(received, self.gate.channels_in)
        self.skip = ChannelLinear(channels, self.gate.channels_in)
        self.mix = ChannelLinear(channels, channels)
        self.scale = 1.0 / math.sqrt(mean_neighbors)
        self._plans: dict[tuple[frozenset[str], frozenset[str], torch.device], Plan] = {}

    def forward(
        self,
        x: Features,
        edges: Edges,
        harmonics: list[Tensor],
        edge_scalars: Tensor,
        senders: Features | None = None,
        wanted: frozenset[str] | None = None,
    ) -> Features:
        """x -> x; harmonics[l] [2l+1, E], faded out where an edge ends; edge_scalars [E, edge_channels].

        Messages come from the same atoms, or from ``senders``, to which the edges' senders then point. Irreps that are
        absent from the features are zero: no product is formed with them. ``wanted`` names the irreps to give back,
        0e among them; all by default.
        """
        source = x if senders is None else senders
        plan = self._plan(frozenset(source), wanted or frozenset(self.gate.channels), edge_scalars.device)
        messages = self._messages(plan, self.before(source), edges.flat_sender, edge_scalars)
        received = dict[Path, Tensor]()
        for group, message in zip(plan.groups, messages, strict=True):
            total = depthwise_sum(message, harmonics[group[0].order], int(group[0].out[0]), edges, self.scale)
            received |= zip(group, total.split([path.size for path in group], dim=-1), strict=True)
        atoms = x["0e"].shape[1]
        summed = {ir: self._summed(ir, paths, received, x["0e"], atoms) for ir, paths in plan.paths.items()}
        new, skip = self.after(summed), self.skip(x)
        update = self.mix(self.gate({ir: value + skip[ir] if ir in skip else value for ir, value in new.items()}))
        return {ir: x[ir] + value if ir in x else value for ir, value in update.items()}

    def _messages(self, plan: Plan, before: Features, sender: Tensor, edge_scalars: Tensor) -> list[Tensor]:
        """What is sent along the edges times its weights, [2l+1, E, c] for every group of paths."""
        weight, bias = self.weights.weight[plan.columns], self.weights.bias[plan.columns]
        keys = [tuple((path.source, path.size) for path in group) for group in plan.groups]
        sources = {key: torch.cat([before[ir][..., :size] for ir, size in key], -1) for key in dict.fromkeys(keys)}
        widths = [sources[key].shape[-1] for key in keys]

        def along(rows: slice) -> Iterator[tuple[Tensor, Tensor]]:
            weights = nn.functional.linear(edge_scalars[rows], weight, bias).split(widths, dim=-1)
            sent = {key: value.index_select(1, sender[rows]) for key, value in sources.items()}
            return ((sent[key], own) for key, own in zip(keys, weights, strict=True))

        if torch.is_grad_enabled() or edge_scalars.device.type != "cpu":
            return [sent * own for sent, own in along(slice(None))]
        edges = len(sender)
        messages = [sources[key].new_empty(len(sources[key]), edges, sources[key].shape[-1]) for key in keys]
        pieces = -(-edges // _ROWS)
        for piece in range(pieces):  # of about equal size: a product of few rows would be rounded otherwise
            rows = slice(piece * edges // pieces, (piece + 1) * edges // pieces)
            for message, (sent, own) in zip(messages, along(rows), strict=True):
                torch.mul(sent, own, out=message[:, rows])
        return messages

    def _plan(self, sources: frozenset[str], wanted: frozenset[str], device: torch.device) -> Plan:
        key = (sources, wanted, device)
        if key not in self._plans:
            self._plans[key] = _plan(self.groups, *key)
        return self._plans[key]

    @staticmethod
    def _summed(ir: str, paths: list[Path], received: dict[Path, Tensor], like: Tensor, atoms: int) -> Tensor:
        """The sums of all paths to an irrep, concatenated; zeros where the source is absent."""
        rows = 2 * int(ir[0]) + 1
        return torch.cat([received.get(p, like.new_zeros(1).expand(rows, atoms, p.size)) for p in paths], -1)


class Path(NamedTuple):
    """One product: node irrep x harmonic of an order -> irrep, on the first ``size`` channels of the source."""

    source: str
    order: int
    out: str
    size: int


class Plan(NamedTuple):
    """The part of a convolution to compute: the groups of paths that are not zero and wanted, the rows of the layer of
    weights that belong to them, and all paths of every wanted irrep."""

    groups: list[list[Path]]
    columns: Tensor
    paths: dict[str, list[Path]]


def _plan(groups: list[list[Path]], sources: frozenset[str], wanted: frozenset[str], device: torch.device) -> Plan:
    kept, columns, paths, begin = [], [], dict[str, list[Path]](), 0
    for group in groups:
        live = []
        for path in group:
            if path.out in wanted:
                paths.setdefault(path.out, []).append(path)
                if path.source in sources:
                    live.append(path)
                    columns += range(begin, begin + path.size)
            begin += path.size
        if live:
            kept.append(live)
    return Plan(kept, torch.tensor(columns, dtype=torch.int64, device=device), paths)


def depthwise_groups(channels: dict[str, int], l_max: int) -> list[list[Path]]:
    """All products that land on an irrep of the nodes, in groups that differ in parity alone.

    The paths of a group have the same orders, hence the same arithmetic: their channels go through it side by side.
    """
    present = [ir for ir, c in channels.items() if c]
    groups: dict[tuple[str, int, str], list[Path]] = {}
    for source in present:
        for order in range(l_max + 1):
            for out in products(source, f"{order}{'eo'[order % 2]}"):
                if out in present:
                    path = Path(source, order, out, min(channels[source], channels[out]))
                    groups.setdefault((source[0], order, out[0]), []).append(path)
    return list(groups.values())


def depthwise_sum(x: Tensor, y: Tensor, order_out: int, edges: Edges, scale: float = 1.0) -> Tensor:
    """scale sum_e sqrt(2 l + 1) sum_ij C_ijk x_iec y_je: Clebsch-Gordan products of every channel, over neighbors.

    Args:
        x: [2 l1 + 1, E, c], what the neighbors send, weights included.
        y: [2 l2 + 1, E], harmonics of the edges, component normalized.
        order_out: l.

    Returns:
        [2 l + 1, N, c]; the same as e3nn's TensorProduct with 'uvu' instructions and component normalization,
        followed by a scatter.
    """
    couplings = coupling((x.shape[0] - 1) // 2, (y.shape[0] - 1) // 2, order_out)
    factors = [(i, y[j] * (value * scale)) for terms in couplings for i, j, value in terms]
    parts = iter(neighbor_sums(x, factors, edges.flat_receiver, edges.offsets))
    rows = [[next(parts) for _ in terms] for terms in couplings]
    return torch.stack([sum(others, first) for first, *others in rows])
