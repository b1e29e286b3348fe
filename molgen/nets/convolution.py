"""Depthwise equivariant convolution: each channel is multiplied by a spherical harmonic on its own ('uvu').

A fully connected tensor product mixes channels on every edge; here channels are mixed by linear maps on the atoms,
before and after, and the edges cost elementwise products only (NequIP's arrangement; Batzner et al., 2022).

Features are kept as planes, {irrep: [2l+1, N, channels]}, and product and sum over neighbors are one: with the
harmonics of the edges as the values of sparse matrices A_j (atoms x edges), the k-th component of a convolution is
sum_ij C_ijk A_j (w x_i), so that no array of messages is formed (:mod:`molgen.nets.depthwise.neighbor_sums`). The tests
hold it against e3nn's TensorProduct followed by a scatter.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from molgen.graphs.edges import Edges
from molgen.nets.depthwise.neighbor_sums import NeighborSums, can_be_compiled
from molgen.nets.depthwise.paths import Path, Plan, depthwise_groups, plan_of

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
        weights = self.weights.weight[plan.columns], self.weights.bias[plan.columns]
        sums = NeighborSums(plan, weights, self.before(source), edges, harmonics, edge_scalars, self.scale)
        totals = sums.compiled() if can_be_compiled(edge_scalars) else sums.by_torch()
        received = dict[Path, Tensor]()
        for group, total in zip(plan.groups, totals, strict=True):
            received |= zip(group, total.split([path.size for path in group], dim=-1), strict=True)
        atoms = x["0e"].shape[1]
        summed = {ir: self._summed(ir, paths, received, x["0e"], atoms) for ir, paths in plan.paths.items()}
        new, skip = self.after(summed), self.skip(x)
        update = self.mix(self.gate({ir: value + skip[ir] if ir in skip else value for ir, value in new.items()}))
        return {ir: x[ir] + value if ir in x else value for ir, value in update.items()}

    def _plan(self, sources: frozenset[str], wanted: frozenset[str], device: torch.device) -> Plan:
        key = (sources, wanted, device)
        if key not in self._plans:
            self._plans[key] = plan_of(self.groups, *key)
        return self._plans[key]

    @staticmethod
    def _summed(ir: str, paths: list[Path], received: dict[Path, Tensor], like: Tensor, atoms: int) -> Tensor:
        """The sums of all paths to an irrep, concatenated; zeros where the source is absent."""
        rows = 2 * int(ir[0]) + 1
        return torch.cat([received.get(p, like.new_zeros(1).expand(rows, atoms, p.size)) for p in paths], -1)
