"""Scalar functions as network inputs: time, distance, smooth cutoff."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def time_features(t: Tensor, count: int) -> Tensor:
    """Fourier features [..., count] of a time t [...] in [0, 1]: cos and sin of pi k t, k = 1 .. count / 2."""
    k = torch.arange(1, count // 2 + 1, dtype=t.dtype, device=t.device)
    angle = math.pi * t[..., None] * k
    return torch.cat([angle.cos(), angle.sin()], dim=-1)


def distance_features(length: Tensor, radius: float, count: int) -> Tensor:
    """Gaussians [E, count] with centers evenly spread over [0.5 A, radius] and a width of one spacing."""
    center = torch.linspace(0.5, radius, count, dtype=length.dtype, device=length.device)
    width = (radius - 0.5) / max(count - 1, 1)
    return torch.exp(-0.5 * ((length[:, None] - center) / width).square())


def smooth_cutoff(length: Tensor, radius: float, width: float = 1.0) -> Tensor:
    """1 below ``radius - width``, 0 from ``radius`` on, with a continuous derivative (half a cosine)."""
    x = ((length - radius + width) / width).clamp(0.0, 1.0)
    return 0.5 * (1.0 + torch.cos(math.pi * x))
