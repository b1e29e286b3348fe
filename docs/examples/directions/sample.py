"""Sampling: from uniform directions along the flow."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.sampling import integrate, uniform_grid

from .model import DirectionModel


@torch.no_grad()
def sample_directions(model: DirectionModel, count: int, rng: torch.Generator, steps: int = 20) -> Tensor:
    """Unit vectors [count, 3]."""
    start = model.process.prior(next(model.parameters()).new_zeros(count, 3), rng)
    return integrate(lambda x, t: model(x, t.expand(len(x))), model.process, start, uniform_grid(steps).to(start))
