"""SO(3): orientations, points [..., 3, 3], tangents [..., 3] radian. A mask is [...].

A tangent is a rotation vector in the fixed (world) frame: exp(R, v) = exp(v) R. Turning the world by Q turns the point
into Q R and the tangent into Q v, so an equivariant vector output of a network is a valid field.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from molgen.geometry import rotations
from molgen.manifolds import igso3
from molgen.manifolds.base import HeatManifold, where_real


@dataclass(frozen=True)
class SO3(HeatManifold):
    """Rotations with the metric whose distance is the rotation angle; uniform prior, IGSO(3) heat kernel."""

    scale: ClassVar[float] = (math.pi**2 / 9 + 2 / 3) ** 0.5  # angles of uniform rotations have density (1 - cos) / pi

    def exp(self, x: Tensor, v: Tensor) -> Tensor:
        return rotations.exp(v) @ x

    def log(self, x: Tensor, y: Tensor) -> Tensor:
        """The rotation vector from x to y, of length at most pi; at pi one of the two."""
        return rotations.log(y @ x.transpose(-1, -2))

    def transport(self, x: Tensor, y: Tensor, v: Tensor) -> Tensor:
        """v as it is: in the fixed frame, translation by the group is the parallel transport of a connection whose
        geodesics are those of the metric (Cartan and Schouten 1926)."""
        return v

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """The nearest rotation by the Frobenius norm: U diag(1, 1, det U V) V of x = U S V."""
        u, _, v = torch.linalg.svd(x)
        sign = torch.ones_like(x[..., 0])
        sign[..., 2] = torch.linalg.det(u @ v)
        return u @ (sign.unsqueeze(-1) * v)

    def project_tangent(self, x: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return where_real(mask, v)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x[..., 0])

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        """Uniform rotations; padding stays as it is in `like`."""
        uniform = rotations.random_rotation(like.shape[:-2], rng, dtype=like.dtype, device=like.device)
        return where_real(mask, uniform, like)

    def prior_log_density(self, x: Tensor) -> Tensor:
        """One over 8 pi^2 for each rotation, the volume of SO(3) when distances are angles."""
        return x.new_full((len(x),), -math.log(8 * math.pi**2) * (x[0].numel() // 9))

    def heat_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        return igso3.sample(sigma.expand(*x.shape[:-2], 1).squeeze(-1), rng)

    def heat_score(self, x: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        return igso3.score(v, sigma)  # a turn about its own axis leaves v as it is

    def heat_score_norm(self, sigma: Tensor) -> Tensor:
        return igso3.score_norm(sigma) / 3
