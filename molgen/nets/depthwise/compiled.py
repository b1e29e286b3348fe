"""The product of a convolution and its sum over neighbors on a CPU, compiled: no message is written to memory.

All compiled code is in this file: numba's cache sees changes in the file of a function alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from molgen.runtime.compiling import compiled

Indices = NDArray[np.int64]


class Products(NamedTuple):
    """G groups of products, each of as many channels of a source, a weight and an output; and their T terms.

    Attributes:
        channels: [G], of each group.
        source, out: [G], channels before its own, all components counted, in sources and outputs of one atom.
        weight: [G], the first of its weights.
        begins: [G + 1], the first of its terms.
        component, harmonic, component_out: [T], which component of the source times which harmonic adds to which
            component of the output, times value: float32 [T].
    """

    channels: Indices
    source: Indices
    out: Indices
    weight: Indices
    begins: Indices
    component: Indices
    harmonic: Indices
    component_out: Indices
    value: NDArray[np.float32]


@compiled("contract", "nsz")
def add_products(products, sources, senders, weights, harmonics, sender, offsets, first, begin, end, out):
    """Add products to the outputs of some receivers.

    Args:
        products: what is multiplied.
        sources: float32 [senders * channels], one plane [senders, channels] after the other.
        senders: number of atoms that send.
        weights: float32 [edges, weights], of the edges from ``first`` on.
        harmonics: float32 [harmonics, E].
        sender: int64 [E]; offsets: int32 [N + 1], where the edges of each receiver begin.
        first: the first edge of ``weights``.
        begin, end: the first receiver and the one behind the last.
        out: float32 [N, channels], zeros.
    """
    for i in range(begin, end):
        for e in range(offsets[i], offsets[i + 1]):
            j, row = sender[e], e - first
            for g in range(len(products.channels)):
                width = products.channels[g]
                weight = weights[row, products.weight[g] : products.weight[g] + width]
                for t in range(products.begins[g], products.begins[g + 1]):
                    factor = products.value[t] * harmonics[products.harmonic[t], e]
                    place = products.source[g] * senders + (products.component[t] * senders + j) * width
                    source = sources[place : place + width]
                    at = products.out[g] + products.component_out[t] * width
                    total = out[i, at : at + width]
                    for c in range(width):
                        total[c] += factor * weight[c] * source[c]
