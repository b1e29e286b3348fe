"""The interface of manifolds that noise processes use. One subclass, one file, is enough for flow matching on it.

A point and a tangent are tensors with the same leading dimensions (the batch). Their last dimensions are the manifold's
own: a tangent may be written in the coordinates of the space around it (R^n, spheres) or in a frame (rotation vectors,
[..., 3], at rotations, [..., 3, 3]). The inner product of two tangents at a point is that of their coordinates.

A mask is bool, True for what is real and False for padding; its dimensions are leading dimensions of the tangents.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor


class Manifold(ABC):
    """Points, geodesics and noise: enough for :class:`molgen.processes.GeodesicFlow`.

    Attributes:
        scale: standard deviation of the prior in each direction, seen from a point: the root mean square of the
            coordinates of log(x, y) for y of the prior. Guidance of a flow needs it.
    """

    scale: float = 1.0

    @abstractmethod
    def exp(self, x: Tensor, v: Tensor) -> Tensor:
        """The point reached from x along the geodesic whose velocity is the tangent v, after unit time."""

    @abstractmethod
    def log(self, x: Tensor, y: Tensor) -> Tensor:
        """The tangent v at x of a shortest geodesic to y: exp(x, v) = y."""

    @abstractmethod
    def transport(self, x: Tensor, y: Tensor, v: Tensor) -> Tensor:
        """The tangent v at x, carried parallel along a shortest geodesic to y: a tangent at y of the same length."""

    @abstractmethod
    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """The point of the manifold nearest to x."""

    @abstractmethod
    def project_tangent(self, x: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """The tangent at x nearest to v; zero for padding."""

    @abstractmethod
    def tangent(self, x: Tensor) -> Tensor:
        """The zero tangent at x."""

    @abstractmethod
    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        """Sample the prior, the distribution at t = 1, with the shape, dtype and device of `like`."""

    def prior_log_density(self, x: Tensor) -> Tensor:
        """Log-density [S] of the prior at points [S, ...], per volume of the metric; likelihoods need it.

        Raises:
            ValueError: the manifold does not define it.
        """
        raise ValueError(f"{type(self).__name__} does not define the density of its prior (prior_log_density)")

    def tangent_noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """A standard normal tangent at x."""
        return self.project_tangent(x, normal_like(self.tangent(x), rng))


class HeatManifold(Manifold):
    """A manifold whose heat kernel is known: enough for :class:`molgen.processes.HeatDiffusion` as well.

    The kernel at sigma is the distribution of a Brownian motion (generator: half the Laplacian) after the time sigma^2;
    for small sigma it is a normal distribution in the tangent space, of standard deviation sigma in each direction.
    sigma is positive and broadcasts to a tangent.
    """

    @abstractmethod
    def heat_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        """A tangent v at x whose exp(x, v) follows the heat kernel about x."""

    @abstractmethod
    def heat_score(self, x: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        """Gradient of the log of the heat kernel about x at y = exp(x, v), a tangent at y."""

    @abstractmethod
    def heat_score_norm(self, sigma: Tensor) -> Tensor:
        """E |score|^2 under the heat kernel, divided by the dimension of the manifold; shaped like sigma."""


def normal_like(like: Tensor, rng: torch.Generator) -> Tensor:
    """Standard normal noise with the shape, dtype and device of `like`, drawn on the generator's device."""
    return torch.randn(like.shape, generator=rng, dtype=like.dtype, device=rng.device).to(like.device)


def uniform_like(like: Tensor, rng: torch.Generator) -> Tensor:
    """Uniform noise in [0, 1) with the shape, dtype and device of `like`, drawn on the generator's device."""
    return torch.rand(like.shape, generator=rng, dtype=like.dtype, device=rng.device).to(like.device)


def expand_mask(mask: Tensor, like: Tensor) -> Tensor:
    """A mask over leading dimensions of `like`, with trailing dimensions of 1 so that it broadcasts."""
    return mask.reshape(mask.shape + (1,) * (like.ndim - mask.ndim))


def where_real(mask: Tensor | None, value: Tensor, padding: Tensor | float = 0.0) -> Tensor:
    """`value` where the mask is True, `padding` elsewhere; `value` unchanged without a mask."""
    return value if mask is None else torch.where(expand_mask(mask, value), value, padding)
