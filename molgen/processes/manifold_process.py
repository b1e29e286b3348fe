"""The part of a process that its manifold determines: steps and moves; families of processes add a path."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from molgen.manifolds import Manifold
from molgen.manifolds.base import expand_mask
from molgen.processes.base import expand_time


class ManifoldProcess(ABC):
    """The methods that the manifold alone determines. A subclass adds a path from the data to the prior.

    Attributes:
        manifold: where states lie.
    """

    manifold: Manifold

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        return self.manifold.prior(like, rng, mask)

    def prior_log_density(self, x: Tensor) -> Tensor:
        return self.manifold.prior_log_density(x)

    def expansion(self, x: Tensor) -> Tensor | float:
        return 0.0

    def step(
        self,
        x: Tensor,
        field: Tensor,
        t: Tensor | float,
        dt: Tensor | float,
        rng: torch.Generator | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """One step of the ODE dx = v dt or of the SDE dx = (v - g^2 score / 2) dt + g dW, both through exp.

        Both have the marginals p_t (Song et al. 2021, arXiv:2011.13456, eqs. 6 and 13, with v the probability flow
        velocity).

        Raises:
            ValueError: if rng is given and the field determines no score.
        """
        dt = expand_time(dt, self.tangent(x))
        drift = self.velocity(x, field, t)
        if rng is None:
            return self.move(x, dt * drift, mask)
        g = self.diffusion(x, t)
        drift = drift - 0.5 * g**2 * self.score(x, field, t)
        return self.move(x, dt * drift + g * dt.abs().sqrt() * self.tangent_noise(x, rng), mask)

    def move(self, x: Tensor, tangent: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.manifold.exp(x, self.manifold.project_tangent(x, tangent, mask))

    def transport(self, x: Tensor, y: Tensor, tangent: Tensor) -> Tensor:
        return self.manifold.transport(x, y, tangent)

    def tangent(self, x: Tensor) -> Tensor:
        return self.manifold.tangent(x)

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return self.manifold.tangent_noise(x, rng)

    @abstractmethod
    def velocity(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor: ...

    @abstractmethod
    def score(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor: ...

    @abstractmethod
    def diffusion(self, x: Tensor, t: Tensor | float) -> Tensor: ...


def real_weight(mask: Tensor | None, weight: Tensor, target: Tensor) -> Tensor:
    """A loss weight that broadcasts to a target, 0 for padding."""
    return weight if mask is None else weight * expand_mask(mask, target)
