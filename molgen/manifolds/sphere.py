"""The unit sphere S^d: points [..., d + 1] of length 1, tangents [..., d + 1] perpendicular to them. A mask is [...].

Angles between points are in radian. S^2 is directions in space, and its heat kernel is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.geometry import rotations
from molgen.geometry.rotations import length
from molgen.manifolds import igso3, sphere_heat
from molgen.manifolds.base import HeatManifold, normal_like, where_real


@dataclass(frozen=True)
class Sphere(HeatManifold):
    """Unit vectors with the metric of the space around them; the prior is uniform.

    Attributes:
        dim: d. The three heat kernel methods raise ValueError unless it is 2.
    """

    dim: int = 2

    @property
    def scale(self) -> float:  # angles between uniform points have a density of sin^(d - 1)
        angle = torch.linspace(0, math.pi, 1001, dtype=torch.float64)
        density = angle.sin() ** (self.dim - 1)
        return float(((density * angle**2).sum() / density.sum() / self.dim).sqrt())

    def exp(self, x: Tensor, v: Tensor) -> Tensor:
        """cos|v| x + sin|v| v / |v|, brought back to length 1."""
        angle = length(v).unsqueeze(-1)
        return self.project(angle.cos() * x + torch.sinc(angle / math.pi) * v)

    def log(self, x: Tensor, y: Tensor) -> Tensor:
        """The tangent of length at most pi; for the antipode, one of the many."""
        angle, direction = self._way(x, y)
        return angle * direction

    def transport(self, x: Tensor, y: Tensor, v: Tensor) -> Tensor:
        """Turn the component of v along the geodesic in the plane of x and y; the perpendicular one is unchanged."""
        angle, direction = self._way(x, y)
        along = _dot(direction, v)
        return v + along * ((angle.cos() - 1) * direction - angle.sin() * x)

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return _unit(x)

    def project_tangent(self, x: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return where_real(mask, v - _dot(x, v) * x)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        """Uniform points; padding stays as it is in `like`."""
        return where_real(mask, self.project(normal_like(like, rng)), like)

    def prior_log_density(self, x: Tensor) -> Tensor:
        half = (self.dim + 1) / 2
        volume = math.log(2) + half * math.log(math.pi) - math.lgamma(half)
        return x.new_full((len(x),), -volume * (x[0].numel() // (self.dim + 1)))

    def heat_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        """x turned by a rotation of the heat kernel of SO(3), which moves points by that of the sphere."""
        self._check_dim()
        turn = rotations.exp(igso3.sample(sigma.double().expand(*x.shape[:-1], 1).squeeze(-1), rng))
        start = x.double()
        return self.log(start, (turn @ start.unsqueeze(-1)).squeeze(-1)).to(x.dtype)

    def heat_score(self, x: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        self._check_dim()
        angle = length(v.double()).unsqueeze(-1)
        slope = sphere_heat.log_slope_over_angle(angle, sigma.double().expand_as(angle)).to(v.dtype)
        angle = angle.to(v.dtype)
        return slope * (angle.cos() * v - angle * angle.sin() * x)

    def heat_score_norm(self, sigma: Tensor) -> Tensor:
        self._check_dim()
        return sphere_heat.score_norm(sigma) / 2

    def _way(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """The angle [..., 1] from x to y and the unit tangent [..., d + 1] at x in that direction (0 if x is y)."""
        side = self.project_tangent(x, y)
        sine = length(side).unsqueeze(-1)
        angle = torch.atan2(sine, _dot(x, y))
        is_opposite = (sine < 8 * torch.finfo(x.dtype).eps) & (angle > 1)  # what is left of side is rounding
        side = torch.where(is_opposite, self._any_tangent(x), side)
        return angle, _unit(self.project_tangent(x, _unit(side)))

    def _any_tangent(self, x: Tensor) -> Tensor:
        """The tangent nearest to the axis on which x has its smallest coordinate."""
        axis = torch.nn.functional.one_hot(x.abs().argmin(-1), x.shape[-1]).to(x.dtype)
        return self.project_tangent(x, axis)

    def _check_dim(self) -> None:
        if self.dim != 2:
            raise ValueError(f"the heat kernel is known on S^2, not on S^{self.dim}; use a geodesic flow there")


def _unit(v: Tensor) -> Tensor:
    """v / |v|; 0 stays 0."""
    return v / length(v).unsqueeze(-1).clamp(min=1e-30)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(-1, keepdim=True)
