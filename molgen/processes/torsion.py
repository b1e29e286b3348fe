"""Noise on torsion angles: the torus, state [..., m] radian in [-pi, pi)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from molgen.geometry import torus
from molgen.processes import wrapped_normal
from molgen.processes.base import normal_like, uniform_like
from molgen.processes.geodesic import GeodesicFlow
from molgen.processes.heat import HeatDiffusion
from molgen.processes.schedules import VarianceExploding


def uniform_angles(like: Tensor, rng: torch.Generator) -> Tensor:
    """Uniform angles in [-pi, pi) with the shape, dtype and device of `like`."""
    return torus.wrap(2 * math.pi * uniform_like(like, rng) - math.pi)


@dataclass(frozen=True)
class TorsionFlow(GeodesicFlow):
    """Geodesic flow matching on the torus from uniform angles.

    x_t = exp(x0, t log(x0, x1)); the field is the velocity u = log(x0, x1), radian per unit time. ODE-only.
    """

    def prior(self, like: Tensor, rng: torch.Generator) -> Tensor:
        return uniform_angles(like, rng)

    def move(self, x: Tensor, tangent: Tensor) -> Tensor:
        return torus.exp(x, tangent)

    def between(self, x: Tensor, y: Tensor) -> Tensor:
        return torus.log(x, y)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return normal_like(x, rng)


@dataclass(frozen=True)
class TorsionDiffusion(HeatDiffusion):
    """Wrapped-normal diffusion on the torus (Jing et al. 2022, arXiv:2206.01729); the field is the score, 1/radian.

    sigma_max = pi leaves a density within 1.5 % of the uniform prior.
    """

    schedule: VarianceExploding = field(default_factory=lambda: VarianceExploding(0.01 * math.pi, math.pi))

    def prior(self, like: Tensor, rng: torch.Generator) -> Tensor:
        return uniform_angles(like, rng)

    def move(self, x: Tensor, tangent: Tensor) -> Tensor:
        return torus.exp(x, tangent)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return normal_like(x, rng)

    def kernel_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        return sigma * normal_like(x, rng)

    def kernel_score(self, tangent: Tensor, sigma: Tensor) -> Tensor:
        return wrapped_normal.score(tangent, sigma)

    def kernel_score_norm(self, sigma: Tensor) -> Tensor:
        return wrapped_normal.score_norm(sigma)
