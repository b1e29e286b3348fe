"""Products of a depthwise convolution summed over neighbors: by torch, or on a CPU by compiled code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from molgen.graphs.edges import Edges
from molgen.graphs.scatter import neighbor_sum
from molgen.nets.couplings import coupling
from molgen.nets.depthwise.paths import Path, Plan, source_of

if TYPE_CHECKING:
    from molgen.nets.depthwise.compiled import Products

_EDGES = 2048
"""Edges whose weights are made and used at a time, so that they stay in the cache of a core."""


def can_be_compiled(values: Tensor) -> bool:
    """Whether compiled code is for these: float32 on a CPU, without gradients."""
    return (
        values.device.type == "cpu"
        and values.dtype == torch.float32
        and not torch.is_grad_enabled()
        and not torch.is_autocast_enabled("cpu")
        and _has_numba()
    )


@cache
def _has_numba() -> bool:
    """Machines for training may lack it."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


class NeighborSums(NamedTuple):
    """Sums over neighbors of the products of a plan, [2l+1, N, c] for every group of it.

    Attributes:
        plan: what is multiplied.
        weights: weight and bias of the layer that makes the weights of an edge from its scalars.
        features: of the atoms that send, irrep -> [2l+1, senders, c].
        edges: from them.
        harmonics: [2l+1, E] for each order l.
        edge_scalars: [E, edge_channels].
        scale: of all sums.
    """

    plan: Plan
    weights: tuple[Tensor, Tensor]
    features: dict[str, Tensor]
    edges: Edges
    harmonics: list[Tensor]
    edge_scalars: Tensor
    scale: float

    def by_torch(self) -> Iterator[Tensor]:
        """With gradients, on any device."""
        plan, edges = self.plan, self.edges
        own_weights = torch.nn.functional.linear(self.edge_scalars, *self.weights).split(plan.widths, dim=-1)
        sent = {key: value.index_select(1, edges.flat_sender) for key, value in plan.sources(self.features).items()}
        for group, own in zip(plan.groups, own_weights, strict=True):
            harmonic = self.harmonics[group[0].order]
            yield depthwise_sum(sent[source_of(group)] * own, harmonic, int(group[0].out[0]), edges, self.scale)

    def compiled(self) -> Iterator[Tensor]:
        """By compiled code, which forms no messages."""
        from molgen.nets.depthwise.compiled import add_products

        plan, edges = self.plan, self.edges
        sources = torch.cat([value.reshape(-1) for value in plan.sources(self.features).values()]).numpy()
        senders, atoms = next(iter(self.features.values())).shape[1], len(edges.offsets) - 1
        sender, offsets, angular = edges.flat_sender.numpy(), edges.offsets.numpy(), torch.cat(self.harmonics).numpy()
        products = _products(plan.groups, self.scale)
        rows = [2 * int(group[0].out[0]) + 1 for group in plan.groups]
        sizes = [count * width for count, width in zip(rows, plan.widths, strict=True)]
        total = np.zeros((atoms, sum(sizes)), np.float32)
        begin = 0
        while begin < atoms:
            first = int(offsets[begin])
            end = max(begin + 1, int(np.searchsorted(offsets, first + _EDGES, side="right")) - 1)
            scalars = self.edge_scalars[first : int(offsets[end])]
            own = torch.nn.functional.linear(scalars, *self.weights).numpy()
            add_products(products, sources, senders, own, angular, sender, offsets, first, begin, end, total)
            begin = end
        for part, count in zip(torch.from_numpy(total).split(sizes, dim=1), rows, strict=True):
            yield part.unflatten(1, (count, -1)).transpose(0, 1)


@cache
def warm_up() -> None:
    """Have the code compiled, or loaded, before a clock runs."""
    if not _has_numba():
        return
    from molgen.nets.depthwise.compiled import add_products

    products = _products(((Path("0e", 0, "0e", 1),),), 1.0)
    value, index = np.zeros((1, 1), np.float32), np.zeros(1, np.int64)
    add_products(products, value[0], 1, value, value, index, np.zeros(2, np.int32), 0, 0, 1, value.copy())


@lru_cache(maxsize=64)
def _products(groups: tuple[tuple[Path, ...], ...], scale: float) -> Products:
    """The products of some groups as compiled code takes them."""
    from molgen.nets.depthwise.compiled import Products

    places: dict[tuple[tuple[str, int], ...], int] = {}
    columns: dict[str, list[int]] = {name: [] for name in ("channels", "source", "out", "weight", "begins")}
    terms = list[tuple[int, int, int, float]]()
    channels = out = weight = 0
    for group in groups:
        width, (order, order_out) = sum(path.size for path in group), (group[0].order, int(group[0].out[0]))
        order_in = int(group[0].source[0])
        if source_of(group) not in places:
            places[source_of(group)] = channels
            channels += (2 * order_in + 1) * width
        row = {"channels": width, "source": places[source_of(group)], "out": out, "weight": weight}
        for name, value in (row | {"begins": len(terms)}).items():
            columns[name].append(value)
        for k, couplings in enumerate(coupling(order_in, order, order_out)):
            terms += [(i, order * order + j, k, value * scale) for i, j, value in couplings]
        out, weight = out + (2 * order_out + 1) * width, weight + width
    columns["begins"].append(len(terms))
    for k, name in enumerate(("component", "harmonic", "component_out")):
        columns[name] = [int(term[k]) for term in terms]
    arrays = {name: np.array(own, np.int64) for name, own in columns.items()}
    return Products(**arrays, value=np.array([term[3] for term in terms], np.float32))


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
    rows = []
    for terms in couplings:
        parts = [
            neighbor_sum(x[i], y[j] * (value * scale), edges.flat_receiver, edges.offsets) for i, j, value in terms
        ]
        rows.append(sum(parts[1:], parts[0]))
    return torch.stack(rows)
