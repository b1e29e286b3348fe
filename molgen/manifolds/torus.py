"""The flat torus: m torsion angles, points [..., m] radian in [-pi, pi). A mask is [..., m]."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from molgen.geometry import torus
from molgen.manifolds import wrapped_normal
from molgen.manifolds.base import HeatManifold, normal_like, uniform_like, where_real


@dataclass(frozen=True)
class Torus(HeatManifold):
    """Angles; the prior is uniform, the heat kernel a wrapped normal for each angle."""

    scale: ClassVar[float] = math.pi / 3**0.5

    def exp(self, x: Tensor, v: Tensor) -> Tensor:
        return torus.exp(x, v)

    def log(self, x: Tensor, y: Tensor) -> Tensor:
        return torus.log(x, y)

    def transport(self, x: Tensor, y: Tensor, v: Tensor) -> Tensor:
        return v

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return torus.wrap(x)

    def project_tangent(self, x: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return where_real(mask, v)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        """Uniform angles; padding stays as it is in `like`."""
        return where_real(mask, torus.wrap(2 * math.pi * uniform_like(like, rng) - math.pi), like)

    def prior_log_density(self, x: Tensor) -> Tensor:
        return x.new_full((len(x),), -math.log(2 * math.pi) * x[0].numel())

    def heat_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        return sigma * normal_like(x, rng)

    def heat_score(self, x: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        return wrapped_normal.score(v, sigma)

    def heat_score_norm(self, sigma: Tensor) -> Tensor:
        return wrapped_normal.score_norm(sigma)
