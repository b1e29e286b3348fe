"""Sums over groups of rows."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache, lru_cache

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


def neighbor_sums(
    values: Tensor, terms: Sequence[tuple[int, Tensor]], receiver: Tensor, offsets: Tensor
) -> Sequence[Tensor]:
    """:func:`neighbor_sum` for several factors; on a CPU and without gradients as one sparse product.

    Args:
        values: [k, E, c].
        terms: for each sum, which of the k arrays is summed, and its factor [E].
        receiver, offsets: of the edges.

    Returns:
        [N, c] for each term.
    """
    if values.device.type != "cpu" or torch.is_grad_enabled() or torch.is_autocast_enabled("cpu"):
        return [neighbor_sum(values[block], factor, receiver, offsets) for block, factor in terms]
    count, edges, channels = values.shape
    shape = len(terms) * (len(offsets) - 1), count * edges
    begins = torch.cat([offsets[:1], _shifted(offsets[1:], len(terms), edges)]).int()
    columns = _columns(tuple(block for block, _ in terms), edges)
    factors = torch.cat([factor for _, factor in terms])
    summed = _csr(begins, columns, factors, shape) @ values.reshape(-1, channels)
    return summed.view(len(terms), -1, channels).unbind(0)


def _sparse_product(values: Tensor, factor: Tensor, receiver: Tensor, offsets: Tensor) -> Tensor:
    size = len(offsets) - 1
    if values.device.type != "cpu":
        return scatter_sum(values * factor[:, None], receiver, size)
    columns = _columns((0,), len(values))
    return _csr(offsets.int(), columns, factor.contiguous(), (size, len(values))) @ values


def _csr(offsets: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    _announce_sparse()
    return torch.sparse_csr_tensor(offsets, columns, values, shape, check_invariants=False)


@lru_cache(maxsize=8)  # the patterns of the products over the same edges
def _columns(blocks: tuple[int, ...], count: int) -> Tensor:
    """Indices of ``count`` rows of each block, in the 32 bits that the kernel would cast them to each time."""
    with torch.inference_mode(False):
        begins = count * torch.tensor(blocks, dtype=torch.int32, device="cpu")[:, None]
        return (begins + torch.arange(count, dtype=torch.int32, device="cpu")).flatten()


def _shifted(offsets: Tensor, copies: int, step: int) -> Tensor:
    """The offsets so many times, each time further by a step."""
    return (step * torch.arange(copies, dtype=offsets.dtype, device=offsets.device)[:, None] + offsets).flatten()


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
