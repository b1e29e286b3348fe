"""Gaussian paths x_t = alpha(t) x0 + sigma(t) noise: each schedule returns value and derivative in one record."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True)
class PathPoint:
    """A schedule at time t. All fields have the shape of t; sigma is in the units of the state.

    Attributes:
        alpha: coefficient of the data.
        sigma: standard deviation of the noise.
        dalpha: d alpha / dt.
        dsigma: d sigma / dt.
    """

    alpha: Tensor
    sigma: Tensor
    dalpha: Tensor
    dsigma: Tensor

    @property
    def forward_rate(self) -> Tensor:
        """g^2 of the forward SDE dx = (dalpha/alpha) x dt + g dW with these marginals (Kingma et al. 2021, eq. 9)."""
        return 2 * self.sigma * (self.dsigma - self.sigma * self.dalpha / self.alpha)

    @property
    def spread_rate(self) -> Tensor:
        """d sigma^2 / dt: a g^2 that stays finite where alpha is 0. Equal to forward_rate where alpha is constant."""
        return 2 * self.sigma * self.dsigma


class Schedule(Protocol):
    """A callable t -> PathPoint."""

    def __call__(self, t: Tensor) -> PathPoint: ...


@dataclass(frozen=True)
class VarianceExploding:
    """sigma(t) = sigma_min^(1-t) sigma_max^t, alpha = 1 (Song et al. 2021, arXiv:2011.13456, eq. 30)."""

    sigma_min: float = 0.1
    sigma_max: float = 20.0

    def __call__(self, t: Tensor) -> PathPoint:
        growth = math.log(self.sigma_max / self.sigma_min)
        sigma = self.sigma_min * torch.exp(growth * t)
        return PathPoint(torch.ones_like(t), sigma, torch.zeros_like(t), growth * sigma)


@dataclass(frozen=True)
class VariancePreservingLinear:
    """beta(t) = beta_min + t (beta_max - beta_min) (Song et al. 2021, arXiv:2011.13456, eq. 32).

    alpha = exp(-int beta / 2), sigma = scale sqrt(1 - alpha^2). Preserves the variance of data with standard deviation
    `scale`. sigma(0) = 0, so scores and dsigma are infinite at t = 0: train on t > 0.
    """

    beta_min: float = 0.1
    beta_max: float = 20.0
    scale: float = 1.0

    def __call__(self, t: Tensor) -> PathPoint:
        beta = self.beta_min + t * (self.beta_max - self.beta_min)
        integral = t * self.beta_min + 0.5 * t**2 * (self.beta_max - self.beta_min)
        alpha = torch.exp(-0.5 * integral)
        unit = torch.sqrt(-torch.expm1(-integral))
        return PathPoint(alpha, self.scale * unit, -0.5 * beta * alpha, self.scale * 0.5 * beta * alpha**2 / unit)


@dataclass(frozen=True)
class VariancePreservingCosine:
    """alpha = cos(a t), sigma = scale sin(a t), a = arccos(final_alpha) (after Nichol & Dhariwal 2021, eq. 17).

    final_alpha > 0 keeps a little signal at t = 1, where score and velocity otherwise do not determine each other.
    sigma(0) = 0: scores are infinite at t = 0.
    """

    final_alpha: float = 0.01
    scale: float = 1.0

    def __call__(self, t: Tensor) -> PathPoint:
        rate = math.acos(self.final_alpha)
        cosine, sine = torch.cos(rate * t), torch.sin(rate * t)
        return PathPoint(cosine, self.scale * sine, -rate * sine, self.scale * rate * cosine)


@dataclass(frozen=True)
class LinearPath:
    """x_t = (1 - t) x0 + t x1 with x1 ~ N(0, scale^2) (Lipman et al. 2023, arXiv:2210.02747, example II)."""

    scale: float = 1.0

    def __call__(self, t: Tensor) -> PathPoint:
        slope = torch.ones_like(t)
        return PathPoint(1 - t, self.scale * t, -slope, self.scale * slope)
