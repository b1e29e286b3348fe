"""Geodesic flow matching: the family of ODE-only processes on compact manifolds."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from molgen.processes.base import Corrupted, euler_maruyama, expand_time
from molgen.processes.predictions import x0_from_velocity
from molgen.processes.schedules import LinearPath, PathPoint

ODE_ONLY = (
    "{name} is ODE-only: on this manifold the velocity of a geodesic flow does not determine the score, so no SDE with "
    "the same marginals can be built from it; call without rng, or use the diffusion process of this manifold"
)


class GeodesicFlow(ABC):
    """x_t = exp(x0, t log(x0, x1)) with x1 ~ prior; the field is the velocity u = log(x0, x1) = dx_t/dt.

    Chen & Lipman 2024 (arXiv:2302.03660), eqs. 13-15 with the linear scheduler. A subclass is a manifold: it says
    how to sample the prior, how to walk (move) and what the shortest way between two points is (between).
    """

    @abstractmethod
    def prior(self, like: Tensor, rng: torch.Generator) -> Tensor: ...

    @abstractmethod
    def move(self, x: Tensor, tangent: Tensor) -> Tensor: ...

    @abstractmethod
    def between(self, x: Tensor, y: Tensor) -> Tensor:
        """The tangent v at x with move(x, v) = y."""

    @abstractmethod
    def tangent(self, x: Tensor) -> Tensor: ...

    @abstractmethod
    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor: ...

    def corrupt(self, x0: Tensor, t: Tensor | float, rng: torch.Generator) -> Corrupted[Tensor]:
        """x_t on the geodesic from x0 to a prior sample; target: its constant velocity; weight: ones."""
        way = self.between(x0, self.prior(x0, rng))
        time = expand_time(t, way)
        return Corrupted(self.move(x0, time * way), way, torch.ones_like(time))

    def step(
        self, x: Tensor, field: Tensor, t: Tensor | float, dt: Tensor | float, rng: torch.Generator | None = None
    ) -> Tensor:
        """move(x, dt field). Raises ValueError if rng is given: no exact SDE exists."""
        return euler_maruyama(self, x, field, t, dt, rng)

    def velocity(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return field

    def score(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        raise ValueError(ODE_ONLY.format(name=type(self).__name__))

    def diffusion(self, x: Tensor, t: Tensor | float) -> Tensor:
        raise ValueError(ODE_ONLY.format(name=type(self).__name__))

    def denoised(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        """x0 = exp(x_t, -t u): exact when the field is the velocity of one geodesic."""
        return x0_from_velocity(x, field, expand_time(t, field), self.move)

    def path(self, x: Tensor, t: Tensor | float) -> PathPoint:
        return LinearPath()(expand_time(t, self.tangent(x)))

    def add_score(self, x: Tensor, field: Tensor, t: Tensor | float, delta: Tensor) -> Tensor:
        """field - delta: a plain drift up the added score while t falls.

        A heuristic: no score is available to tilt, so the samples descend the energy but follow no known tilted
        density.
        """
        return field - delta
