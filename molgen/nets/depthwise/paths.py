"""Which products a depthwise convolution is made of."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from molgen.nets.couplings import products


class Path(NamedTuple):
    """One product: node irrep x harmonic of an order -> irrep, on the first ``size`` channels of the source."""

    source: str
    order: int
    out: str
    size: int


class Plan(NamedTuple):
    """The part of a convolution to compute.

    Attributes:
        groups: the groups of paths that are not zero and wanted.
        columns: int64, the rows of the layer of weights that belong to them.
        paths: all paths of every wanted irrep.
    """

    groups: tuple[tuple[Path, ...], ...]
    columns: Tensor
    paths: dict[str, list[Path]]

    @property
    def widths(self) -> list[int]:
        """Channels of each group."""
        return [sum(path.size for path in group) for group in self.groups]

    def sources(self, features: dict[str, Tensor]) -> dict[tuple[tuple[str, int], ...], Tensor]:
        """Features [2l+1, N, c], side by side as the groups take them, by :func:`source_of` the groups."""
        keys = dict.fromkeys(map(source_of, self.groups))
        return {key: torch.cat([features[ir][..., :size] for ir, size in key], -1) for key in keys}


def source_of(group: tuple[Path, ...]) -> tuple[tuple[str, int], ...]:
    """The irreps and numbers of channels that a group takes."""
    return tuple((path.source, path.size) for path in group)


def plan_of(groups: list[list[Path]], sources: frozenset[str], wanted: frozenset[str], device: torch.device) -> Plan:
    """The paths of some groups from irreps that are there to irreps that are wanted."""
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
            kept.append(tuple(live))
    return Plan(tuple(kept), torch.tensor(columns, dtype=torch.int64, device=device), paths)


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
