"""Sums over groups of rows."""

from __future__ import annotations

from torch import Tensor


def scatter_sum(values: Tensor, index: Tensor, size: int) -> Tensor:
    """Sum rows of ``values`` [E, ...] into ``size`` rows by ``index`` [E] -> [size, ...]."""
    return values.new_zeros(size, *values.shape[1:]).index_add_(0, index, values)
