"""Variance-exploding (heat kernel) diffusion on any manifold whose heat kernel is known."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.manifolds import HeatManifold
from molgen.processes.base import Corrupted, expand_time
from molgen.processes.manifold_process import ManifoldProcess, real_weight
from molgen.processes.predictions import velocity_from_score
from molgen.processes.schedules import PathPoint, VarianceExploding


@dataclass(frozen=True)
class HeatDiffusion(ManifoldProcess):
    """Brownian motion dx = g dW, g^2 = d sigma^2 / dt; the field is the score, the prior that of the manifold.

    De Bortoli et al. 2022 (arXiv:2202.02763). x_t given x0 follows the heat kernel with standard deviation sigma(t).
    The probability flow velocity is -g^2 score / 2.

    Attributes:
        manifold: where states lie, with its heat kernel.
        schedule: sigma(t); sigma(1) large enough that the kernel is near the prior.

    Raises:
        ValueError: if the heat kernel of the manifold is not known.
    """

    manifold: HeatManifold
    schedule: VarianceExploding

    def __post_init__(self) -> None:
        if not isinstance(self.manifold, HeatManifold):
            raise ValueError(f"{self.manifold} has no heat kernel (HeatManifold); a GeodesicFlow needs none")

    def corrupt(
        self, x0: Tensor, t: Tensor | float, rng: torch.Generator, mask: Tensor | None = None
    ) -> Corrupted[Tensor]:
        """x_t from the heat kernel about x0, a point of the manifold; target: its score; weight: heat_score_norm^-1."""
        sigma = self.path(x0, t).sigma
        noise = self.manifold.project_tangent(x0, self.manifold.heat_sample(x0, sigma, rng), mask)
        target = self.manifold.heat_score(x0, noise, sigma)
        weight = real_weight(mask, 1 / self.manifold.heat_score_norm(sigma), target)
        return Corrupted(self.manifold.exp(x0, noise), target, weight)

    def transition(self, x0: Tensor, t: Tensor | float, rng: torch.Generator) -> Tensor:
        """The heat kernel of the variance that is added after t = 0."""
        added = self.path(x0, t).sigma ** 2 - self.path(x0, 0.0).sigma ** 2
        return self.move(x0, self.manifold.heat_sample(x0, added.clamp(min=1e-12).sqrt(), rng))

    def velocity(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return velocity_from_score(self.score(x, field, t), self.path(x, t))

    def score(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return self.manifold.project_tangent(x, field)

    def diffusion(self, x: Tensor, t: Tensor | float) -> Tensor:
        return self.path(x, t).spread_rate.sqrt()

    def denoised(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        """exp(x, sigma^2 score): Tweedie's formula, exact in the limit of small sigma only."""
        return self.move(x, self.path(x, t).sigma ** 2 * field)

    def path(self, x: Tensor, t: Tensor | float) -> PathPoint:
        return self.schedule(expand_time(t, self.tangent(x)))

    def add_score(self, x: Tensor, field: Tensor, t: Tensor | float, delta: Tensor) -> Tensor:
        return field + delta
