"""Centered positions with the metric of springs along bonds: noise keeps bonded atoms together."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.manifolds.base import normal_like
from molgen.manifolds.euclidean import FlatManifold, center_free


@dataclass(frozen=True)
class HarmonicCenterFree(FlatManifold):
    """Positions of the n atoms of a molecule about their mean, with springs along bonds: points [..., n, 3].

    The inner product of tangents is u L v with L the Laplacian of the bonds, so that a standard normal tangent has the
    covariance L^-1 on what is centered (Jing et al. 2023, arXiv:2304.02198; Hassan et al. 2024, arXiv:2410.22388): a
    bond has the mean squared length 3 in a chain, and atoms k bonds apart 3 k. Scores are gradients in this metric,
    L^-1 times those in Euclidean space, and the formulas of Gaussian processes hold as they are.

    Attributes:
        root: [..., n, n], the root of L^-1, see :func:`harmonic_root`; 0 in padded rows.
        scale: standard deviation of the prior, in units of those of a spring.
    """

    root: Tensor
    scale: float = 1.0

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return center_free(x, mask)

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return self.project(self.root.to(x) @ normal_like(x, rng))

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        return self.scale * self.project(self.tangent_noise(like, rng), mask)


def harmonic_root(bonded: Tensor) -> Tensor:
    """The symmetric root of the pseudo-inverse of the Laplacian of bonds.

    Args:
        bonded: bool [..., n, n], symmetric; padded rows are False.

    Returns:
        float32 [..., n, n]; rows of atoms without bonds are 0.
    """
    adjacency = bonded.float()
    values, vectors = torch.linalg.eigh(torch.diag_embed(adjacency.sum(-1)) - adjacency)
    inverse = torch.where(values > 1e-4, values.clamp(min=1e-4).rsqrt(), torch.zeros_like(values))
    return (vectors * inverse[..., None, :]) @ vectors.transpose(-1, -2)
