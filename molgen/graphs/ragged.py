"""Rows of B graphs that lie end to end, and the padded tensors of the same rows."""

from __future__ import annotations

import torch
from torch import Tensor


def prefix_mask(counts: Tensor, width: int | None = None) -> Tensor:
    """bool [B, width]: True in the first ``counts`` [B] places of each row; ``width`` defaults to the largest count."""
    size = int(counts.max()) if width is None else width
    return torch.arange(size, device=counts.device) < counts[:, None]


def pad(rows: Tensor, mask: Tensor, fill: float = 0) -> Tensor:
    """Rows [K, ...] that lie end to end, in the K True places of ``mask`` [B, ...]; ``fill`` elsewhere.

    Returns:
        [*mask.shape, ...], of the type of ``rows``.
    """
    padded = rows.new_full((*mask.shape, *rows.shape[1:]), fill)
    places = mask.view(*mask.shape, *[1] * (rows.dim() - 1)).expand_as(padded)
    return padded.masked_scatter_(places, rows)  # of large masks in a quarter of the time of padded[mask] = rows


def grid_mask(rows: Tensor, columns: Tensor) -> Tensor:
    """bool [B, r, c]: where a row of ``rows`` [B, r] and a column of ``columns`` [B, c] are both True."""
    return rows[:, :, None] & columns[:, None, :]
