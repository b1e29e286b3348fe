"""Sums over groups of rows."""

from __future__ import annotations

import warnings
from functools import cache

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def scatter_sum(values: Tensor, index: Tensor, size: int) -> Tensor:
    """Sum rows of ``values`` [E, ...] into ``size`` rows by ``index`` [E] -> [size, ...]."""
    return values.new_zeros(size, *values.shape[1:]).index_add_(0, index, values)


def neighbor_sum(values: Tensor, factor: Tensor, receiver: Tensor, offsets: Tensor) -> Tensor:
    """sum_e factor_e values_e over the edges e of each receiver, as one sparse matrix product.

    Multiplying and summing in one pass spares the array of messages, which on a CPU is most of the time of a
    convolution. Differentiable, twice, in ``values`` and ``factor``.

    Args:
        values: [E, c]; factor: [E].
        receiver: int64 [E], ascending.
        offsets: int32 [N + 1], the edges of receiver i are offsets[i] .. offsets[i + 1].

    Returns:
        [N, c].
    """
    if torch.is_grad_enabled() or torch.is_autocast_enabled("cpu"):
        return _NeighborSum.apply(values, factor, receiver, offsets)  # type: ignore[return-value]
    return _sparse_product(values, factor, receiver, offsets)


def _sparse_product(values: Tensor, factor: Tensor, receiver: Tensor, offsets: Tensor) -> Tensor:
    size = len(offsets) - 1
    if values.device.type != "cpu":
        return scatter_sum(values * factor[:, None], receiver, size)
    columns = torch.arange(len(values), dtype=torch.int32, device=values.device)
    _announce_sparse()
    shape = size, len(values)
    return torch.sparse_csr_tensor(offsets.int(), columns, factor.contiguous(), shape, check_invariants=False) @ values


class _NeighborSum(torch.autograd.Function):
    """On a CPU in 32 bits at least: sparse products know no others."""

    @staticmethod
    @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
    def forward(ctx: FunctionCtx, values: Tensor, factor: Tensor, receiver: Tensor, offsets: Tensor) -> Tensor:
        ctx.save_for_backward(values, factor, receiver)
        return _sparse_product(values, factor, receiver, offsets)

    @staticmethod
    @torch.amp.custom_bwd(device_type="cpu")
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        values, factor, receiver = ctx.saved_tensors  # type: ignore[attr-defined]
        arrived = gradients[0].index_select(0, receiver)
        wanted_values, wanted_factor = ctx.needs_input_grad[:2]  # type: ignore[attr-defined]
        by_values = arrived * factor[:, None] if wanted_values else None
        by_factor = (arrived * values).sum(-1) if wanted_factor else None
        return by_values, by_factor, None, None


@cache
def _announce_sparse() -> None:
    """torch warns once that sparse CSR tensors are beta; have that happen where no user sees it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.sparse_csr_tensor([0, 1], [0], [1.0], (1, 1), device="cpu", check_invariants=False)
