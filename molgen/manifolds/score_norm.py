"""E |score|^2 of a heat kernel as a function of sigma: the inverse weight of the score matching loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ScoreNorm:
    """E |score|^2: two limits and a table between them.

    A small kernel is a normal distribution, near / sigma^2; a large one differs from the uniform distribution by its
    slowest mode alone, far exp(-decay sigma^2). In between, log(sigma^2 norm) + decay sigma^2 is interpolated.

    Attributes:
        first, last: log sigma at the ends of the table.
        table: [k] float64, at equal steps of log sigma.
        near, far, decay: of the limits.
    """

    first: float
    last: float
    table: Tensor
    near: float
    far: float
    decay: float

    def __call__(self, sigma: Tensor) -> Tensor:
        """Shaped like sigma, in its dtype; 1/radian^2."""
        log_sigma, damping = sigma.double().log(), self.decay * sigma.double() ** 2
        position = ((log_sigma - self.first) / (self.last - self.first)).clamp(0, 1) * (len(self.table) - 1)
        left = position.floor().clamp(max=len(self.table) - 2).long()
        table = self.table.to(sigma.device)
        inside = torch.lerp(table[left], table[left + 1], position - left)
        log_norm = torch.where(log_sigma < self.first, math.log(self.near), inside - damping) - 2 * log_sigma
        return torch.where(log_sigma > self.last, math.log(self.far) - damping, log_norm).exp().to(sigma.dtype)
