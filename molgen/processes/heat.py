"""Variance-exploding (heat kernel) diffusion: the family of score processes on compact manifolds."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from molgen.processes.base import Corrupted, euler_maruyama, expand_time
from molgen.processes.predictions import velocity_from_score
from molgen.processes.schedules import PathPoint, VarianceExploding


class HeatDiffusion(ABC):
    """Brownian motion dx = g dW, g^2 = d sigma^2 / dt; the field is the score, the prior the uniform distribution.

    De Bortoli et al. 2022 (arXiv:2202.02763). x_t given x0 follows the heat kernel with standard deviation
    sigma(t). The probability flow velocity is -g^2 score / 2. A subclass is a manifold with its kernel.
    """

    schedule: VarianceExploding

    @abstractmethod
    def prior(self, like: Tensor, rng: torch.Generator) -> Tensor: ...

    @abstractmethod
    def move(self, x: Tensor, tangent: Tensor) -> Tensor: ...

    @abstractmethod
    def tangent(self, x: Tensor) -> Tensor: ...

    @abstractmethod
    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor: ...

    @abstractmethod
    def kernel_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        """A tangent at x whose exp follows the heat kernel about x."""

    @abstractmethod
    def kernel_score(self, tangent: Tensor, sigma: Tensor) -> Tensor:
        """Score of the heat kernel at exp(x, tangent)."""

    @abstractmethod
    def kernel_score_norm(self, sigma: Tensor) -> Tensor:
        """E |score|^2 per tangent component, shaped like sigma."""

    def corrupt(self, x0: Tensor, t: Tensor | float, rng: torch.Generator) -> Corrupted[Tensor]:
        """x_t from the heat kernel; target: its score; weight: 1 / E|score|^2 per component."""
        sigma = self.path(x0, t).sigma
        noise = self.kernel_sample(x0, sigma, rng)
        return Corrupted(self.move(x0, noise), self.kernel_score(noise, sigma), 1 / self.kernel_score_norm(sigma))

    def step(
        self, x: Tensor, field: Tensor, t: Tensor | float, dt: Tensor | float, rng: torch.Generator | None = None
    ) -> Tensor:
        """Probability flow ODE without rng, reverse SDE with it, both through exp."""
        return euler_maruyama(self, x, field, t, dt, rng)

    def velocity(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return velocity_from_score(field, self.path(x, t))

    def score(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return field

    def diffusion(self, x: Tensor, t: Tensor | float) -> Tensor:
        return self.path(x, t).spread_rate.sqrt()

    def denoised(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        """exp(x, sigma^2 score): Tweedie's formula, exact in the limit of small sigma only."""
        return self.move(x, self.path(x, t).sigma ** 2 * field)

    def path(self, x: Tensor, t: Tensor | float) -> PathPoint:
        return self.schedule(expand_time(t, self.tangent(x)))

    def add_score(self, x: Tensor, field: Tensor, t: Tensor | float, delta: Tensor) -> Tensor:
        return field + delta
