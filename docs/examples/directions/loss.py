"""The training loss."""

from __future__ import annotations

import torch
from torch import Tensor

from .model import DirectionModel


def direction_loss(model: DirectionModel, batch: Tensor, rng: torch.Generator) -> Tensor:
    """Squared error of the velocity (Chen and Lipman 2024, arXiv:2302.03660, eq. 13); t uniform."""
    t = torch.rand(len(batch), generator=rng).to(batch)
    noised = model.process.corrupt(batch, t, rng)
    return (model(noised.x_t, t) - noised.target).square().sum(-1).mean()
