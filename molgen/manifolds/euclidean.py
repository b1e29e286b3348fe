"""Flat spaces: R^n, and R^(3n) without its center of mass. Points are vectors, tangents too; padding is 0."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.manifolds.base import HeatManifold, Manifold, normal_like, where_real


class FlatManifold(Manifold):
    """A linear subspace of a vector space; a subclass projects onto it. The prior is a normal distribution about 0."""

    def exp(self, x: Tensor, v: Tensor) -> Tensor:
        return x + v

    def log(self, x: Tensor, y: Tensor) -> Tensor:
        return y - x

    def transport(self, x: Tensor, y: Tensor, v: Tensor) -> Tensor:
        return v

    def project_tangent(self, x: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.project(v, mask)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def prior_log_density(self, x: Tensor) -> Tensor:
        return self.normal_log_density(x, torch.as_tensor(self.scale).to(x))

    def normal_log_density(self, x: Tensor, sigma: Tensor) -> Tensor:
        """Log-density [S] of N(0, sigma^2) at points [S, ...]."""
        square = (self.project(x) / sigma).square().reshape(len(x), -1).sum(1)
        return -0.5 * square - self.dimensions(x) * (sigma.log() + 0.5 * math.log(2 * math.pi))

    def dimensions(self, x: Tensor) -> int:
        """The dimension of the space in which points [S, ...] lie."""
        return x[0].numel()

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        return self.scale * self.project(normal_like(like, rng), mask)


@dataclass(frozen=True)
class Euclidean(FlatManifold, HeatManifold):
    """R^n: points [..., n], masks [...]; the heat kernel is a normal distribution."""

    scale: float = 1.0

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return where_real(mask, x)

    def heat_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        return sigma * normal_like(x, rng)

    def heat_score(self, x: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        return -v / sigma**2

    def heat_score_norm(self, sigma: Tensor) -> Tensor:
        return 1 / sigma**2


@dataclass(frozen=True)
class CenterFree(FlatManifold):
    """Positions of the n atoms of a molecule about their mean: points [..., n, 3], masks [..., n]."""

    scale: float = 1.0

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return center_free(x, mask)

    def dimensions(self, x: Tensor) -> int:
        """3 (n - 1) for each molecule of a row."""
        return x[0].numel() // x.shape[-2] * (x.shape[-2] - 1)


def center_free(x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Subtract the mean position; padded atoms become 0.

    Args:
        x: [..., n, 3] Angstrom.
        mask: [..., n] True for atoms, False for padding; all atoms if None.

    Returns:
        [..., n, 3] Angstrom.
    """
    if mask is None:
        return x - x.mean(-2, keepdim=True)
    atoms = mask.to(x.dtype).unsqueeze(-1)
    count = atoms.sum(-2, keepdim=True).clamp(min=1)
    return (x - (x * atoms).sum(-2, keepdim=True) / count) * atoms
