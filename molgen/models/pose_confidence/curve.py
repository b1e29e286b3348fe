"""The calibration curve: from logits to probabilities."""

from __future__ import annotations

import torch
from torch import Tensor

KNOTS = 32
"""Points of the calibration curve."""


def interpolated(x: Tensor, at: Tensor, values: Tensor) -> Tensor:
    """Linear interpolation of (at, values), both [k] and ascending, at x of any shape; constant outside."""
    x = x.clamp(at[0], at[-1])
    right = torch.searchsorted(at, x.contiguous()).clamp(1, len(at) - 1)
    left = right - 1
    share = (x - at[left]) / (at[right] - at[left]).clamp_min(1e-9)
    return values[left] + share * (values[right] - values[left])
