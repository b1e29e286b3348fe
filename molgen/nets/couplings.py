"""Spherical harmonics and their products, as real irreps in the conventions of e3nn.

Scalars and vectors, which are all that the networks of the package use, multiply by scaling, dot product and cross
product; that is written out here. Whatever has an order of two or more is e3nn's, which is imported only then: its
import loads the compiler of torch, which takes as long as a molecule. The tests hold one against the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import torch
from torch import Tensor, nn

Coupling = list[list[tuple[int, int, float]]]
"""For each component k of a product the (i, j, value) of its terms: z_k = sum value x_i y_j."""

_CYCLIC = ((1, 2), (2, 0), (0, 1))
"""The components of two vectors in each component of their cross product."""


def spherical_harmonics(order: int, vectors: Tensor) -> Tensor:
    """Spherical harmonics of directions, component normalized: the squares of the components sum to 2l + 1.

    Args:
        vectors: [E, 3], of any length; 0 for a vector of length 0 where the order is not 0.

    Returns:
        [2l+1, E], in e3nn's order of components: x, y, z for l = 1.
    """
    if order == 0:
        return torch.ones_like(vectors[:, 0])[None]
    if order == 1:
        return (math.sqrt(3) * nn.functional.normalize(vectors, dim=-1)).T.contiguous()
    from e3nn import o3

    return o3.spherical_harmonics(order, vectors, True, "component").T.contiguous()


def products(first: str, second: str) -> Iterator[str]:
    """The irreps, by name as in 1o, in the product of two: |l1 - l2| <= l <= l1 + l2, and parities multiply."""
    parity = "e" if first[-1] == second[-1] else "o"
    l1, l2 = int(first[:-1]), int(second[:-1])
    yield from (f"{order}{parity}" for order in range(abs(l1 - l2), l1 + l2 + 1))


@lru_cache
def coupling(order_x: int, order_y: int, order_out: int) -> Coupling:
    """The Wigner 3j symbols times sqrt(2 l_out + 1), where they are not zero."""
    orders = (order_x, order_y, order_out)
    if max(orders) > 1:
        return _coupling_by_e3nn(orders)
    if orders == (1, 1, 1):
        return [[(i, j, math.sqrt(0.5)), (j, i, -math.sqrt(0.5))] for i, j in _CYCLIC]
    if orders == (1, 1, 0):
        return [[(i, i, math.sqrt(1 / 3)) for i in range(3)]]
    return [[(k if order_x else 0, k if order_y else 0, 1.0)] for k in range(2 * order_out + 1)]


def _coupling_by_e3nn(orders: tuple[int, int, int]) -> Coupling:
    from e3nn import o3

    symbols = o3.wigner_3j(*orders, dtype=torch.float64, device=torch.device("cpu")) * math.sqrt(2 * orders[2] + 1)
    return [
        [(int(i), int(j), float(symbols[i, j, k])) for i, j in symbols[..., k].abs().gt(1e-9).nonzero()]
        for k in range(2 * orders[2] + 1)
    ]
