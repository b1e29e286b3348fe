"""Noise on orientations: SO(3), state [..., 3, 3], tangents [..., 3].

A tangent is a rotation vector in the fixed (world) frame: move(R, v) = exp(v) R. Turning the world by Q turns the state
into Q R and the tangent into Q v, so an equivariant vector output of a network is a valid field.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from molgen.geometry import rotations
from molgen.processes import igso3
from molgen.processes.base import normal_like
from molgen.processes.geodesic import GeodesicFlow
from molgen.processes.heat import HeatDiffusion
from molgen.processes.schedules import VarianceExploding


def uniform_rotations(like: Tensor, rng: torch.Generator) -> Tensor:
    """Uniform rotations with the shape, dtype and device of `like` [..., 3, 3]."""
    return rotations.random_rotation(like.shape[:-2], rng, dtype=like.dtype, device=like.device)


def turn(x: Tensor, tangent: Tensor) -> Tensor:
    """exp(tangent) x."""
    return rotations.exp(tangent) @ x


@dataclass(frozen=True)
class RotationFlow(GeodesicFlow):
    """Geodesic flow matching on SO(3) from uniform rotations.

    x_t = exp(t w) x0 with w = log(x1 x0^T); the field is the velocity w, radian per unit time, world frame. ODE-only.
    """

    def prior(self, like: Tensor, rng: torch.Generator) -> Tensor:
        return uniform_rotations(like, rng)

    def move(self, x: Tensor, tangent: Tensor) -> Tensor:
        return turn(x, tangent)

    def between(self, x: Tensor, y: Tensor) -> Tensor:
        return rotations.log(y @ x.transpose(-1, -2))

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x[..., 0])

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return normal_like(x[..., 0], rng)


@dataclass(frozen=True)
class RotationDiffusion(HeatDiffusion):
    """IGSO(3) diffusion (Leach et al. 2022; Yim et al. 2023, arXiv:2302.02277); the field is the score, 1/radian.

    sigma_max = 3 leaves a density within 0.2 % of the uniform prior.
    """

    schedule: VarianceExploding = field(default_factory=lambda: VarianceExploding(0.03, 3.0))

    def prior(self, like: Tensor, rng: torch.Generator) -> Tensor:
        return uniform_rotations(like, rng)

    def move(self, x: Tensor, tangent: Tensor) -> Tensor:
        return turn(x, tangent)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x[..., 0])

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return normal_like(x[..., 0], rng)

    def kernel_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        shape = (*x.shape[:-2], 1)
        return igso3.sample(sigma.expand(shape).squeeze(-1), rng)

    def kernel_score(self, tangent: Tensor, sigma: Tensor) -> Tensor:
        return igso3.score(tangent, sigma)

    def kernel_score_norm(self, sigma: Tensor) -> Tensor:
        return igso3.score_norm(sigma) / 3
