"""Distributions of a chi angle over bins."""

from __future__ import annotations

import torch
from torch import Tensor

SPREAD = 0.12
"""Width of the target about the true angle, radian."""


def centers(bins: int, device: torch.device | str = "cpu") -> Tensor:
    """Middles of the bins, [bins], radian, from -pi up."""
    width = 2 * torch.pi / bins
    return -torch.pi + width * (torch.arange(bins, device=device) + 0.5)


def soft_targets(chi: Tensor, symmetric: Tensor, bins: int, spread: float = SPREAD) -> Tensor:
    """A von Mises distribution about each angle [...], as probabilities [..., bins].

    Where ``symmetric`` [...] half of it lies half a turn away.
    """
    offset = chi[..., None] - centers(bins, chi.device).to(chi)
    plain = torch.softmax(torch.cos(offset) / spread**2, -1)
    twofold = torch.softmax(torch.cos(2 * offset) / (4 * spread**2), -1)
    return torch.where(symmetric[..., None], twofold, plain)


def refined(log_probability: Tensor, index: Tensor, bins: int) -> Tensor:
    """Angle at a bin [...], moved to the mean of the probability [..., bins] there and in the two bins beside it."""
    around = (index[..., None] + torch.arange(-1, 2, device=index.device)) % bins
    weight = torch.take_along_dim(log_probability, around, -1).softmax(-1)
    shift = (weight[..., 2] - weight[..., 0]) * (2 * torch.pi / bins)
    return centers(bins, log_probability.device).to(log_probability)[index] + shift
