"""The calibration curve: from logits to probabilities."""

from __future__ import annotations

import torch
from torch import Tensor

KNOTS = 32
"""Points of the calibration curve."""


def untrained() -> tuple[Tensor, Tensor]:
    """Logits [KNOTS] and their sigmoid, the curve before calibration.

    On the CPU even where an outline is made on "meta", for whose `linspace` torch imports computer algebra.
    """
    at = torch.linspace(-8.0, 8.0, KNOTS, device="cpu")
    return at, at.sigmoid()


def interpolated(x: Tensor, at: Tensor, values: Tensor) -> Tensor:
    """Linear interpolation of (at, values), both [k] and ascending, at x of any shape; constant outside."""
    x = x.clamp(at[0], at[-1])
    right = torch.searchsorted(at, x.contiguous()).clamp(1, len(at) - 1)
    left = right - 1
    share = (x - at[left]) / (at[right] - at[left]).clamp_min(1e-9)
    return values[left] + share * (values[right] - values[left])
