"""The heat kernel of the sphere S^2, float64 inside.

Density with respect to the uniform distribution at an angle w from the mean (Chavel 1984, "Eigenvalues in Riemannian
geometry", chapter II.4), a Legendre series,

    p(w, sigma) = sum_l (2l + 1) exp(-l (l + 1) sigma^2 / 2) P_l(cos w).

For small sigma it needs many terms, which cancel. There p is taken as a mean of the heat kernel f of SO(3), which is
positive throughout: a rotation by the angle a moves a point by w if cos(a / 2) = cos(w / 2) cos(phi), where 2 phi is a
turn about the point itself, and

    p(w, sigma) = (2 / pi) integral_0^{pi / 2} f(a(w, phi), sigma) d phi,

for the mean of the character of degree l over such turns is P_l. At the switch both are exact to about 1e-10.
"""

import functools
import math

import numpy as np
import torch
from torch import Tensor

from molgen.manifolds import igso3
from molgen.manifolds.score_norm import ScoreNorm

SWITCH = igso3.SWITCH
MODES = 16
NODES = 32
REACH = 8.5


def log_density(angle: Tensor, sigma: Tensor) -> Tensor:
    """Log density relative to the uniform distribution.

    Args:
        angle: [...] radian in [0, pi], float64.
        sigma: [...] radian, positive, float64, shaped like angle.

    Returns:
        [...] dimensionless.
    """
    near, _ = _near(angle, sigma.clamp(max=SWITCH))
    series, _ = _series(angle, sigma.clamp(min=SWITCH))
    return torch.where(sigma < SWITCH, near, series.log())


def log_slope_over_angle(angle: Tensor, sigma: Tensor) -> Tensor:
    """(d log density / d angle) / angle, arguments as in `log_density`; finite at angle 0, 1/radian^2."""
    _, near = _near(angle, sigma.clamp(max=SWITCH))
    series, slope = _series(angle, sigma.clamp(min=SWITCH))
    return torch.where(sigma < SWITCH, near, slope / series)


def score_norm(sigma: Tensor) -> Tensor:
    """E|score|^2 over both directions, shaped like sigma, 1/radian^2; from a cached table, 1e-4 relative.

    2/sigma^2 for small sigma, 6 exp(-2 sigma^2) for large.
    """
    return _score_norm()(sigma)


def _series(angle: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    """p and (dp / d angle) / angle by the Legendre series, with P_l and P_l' by recurrence."""
    cosine, variance = angle.cos(), sigma**2
    before, legendre = torch.ones_like(cosine), cosine
    slope_before, slope = torch.zeros_like(cosine), torch.ones_like(cosine)
    value, derivative = before, torch.zeros_like(cosine)
    for l in range(1, MODES + 1):  # noqa: E741, the degree's usual name
        height = (2 * l + 1) * torch.exp(-0.5 * l * (l + 1) * variance)
        value, derivative = value + height * legendre, derivative + height * slope
        slope_before, slope = slope, slope_before + (2 * l + 1) * legendre
        before, legendre = legendre, ((2 * l + 1) * cosine * legendre - l * before) / (l + 1)
    return value, -torch.sinc(angle / math.pi) * derivative


def _near(angle: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    """log p and (d log p / d angle) / angle by Gauss-Legendre quadrature over phi, as far as f is not negligible."""
    node, weight = (part.to(angle.device) for part in _quadrature())
    angle, sigma = angle.unsqueeze(-1), sigma.unsqueeze(-1)
    cosine, sine = (0.5 * angle).cos(), (0.5 * angle).sin()
    farthest = (angle**2 + (REACH * sigma) ** 2).sqrt()
    share = ((0.5 * farthest).sin() ** 2 - sine**2) / cosine**2
    limit = torch.where(farthest < math.pi, share.clamp(0, 1).sqrt().asin(), 0.5 * math.pi)
    phi = limit * node
    turn = 2 * torch.atan2((sine**2 + (cosine * phi.sin()) ** 2).sqrt(), cosine * phi.cos())
    mass = igso3.near_log_density(turn, sigma) + weight.log()
    # d turn / d angle = sin(angle / 2) cos(phi) / sin(turn / 2)
    ratio = torch.sinc(angle / (2 * math.pi)) / torch.sinc(turn / (2 * math.pi)) * phi.cos()
    slope = (mass.softmax(-1) * igso3.near_slope_over_angle(turn, sigma) * ratio).sum(-1)
    return mass.logsumexp(-1) + (2 / math.pi * limit.squeeze(-1)).log(), slope


@functools.cache
def _quadrature() -> tuple[Tensor, Tensor]:
    """Nodes and weights on [0, 1]."""
    node, weight = np.polynomial.legendre.leggauss(NODES)
    return torch.from_numpy(0.5 + 0.5 * node), torch.from_numpy(0.5 * weight)


@functools.cache
def _score_norm() -> ScoreNorm:
    """The table by Gauss-Legendre quadrature over the angle."""
    first, last = math.log(0.01), math.log(3.2)
    sigma = torch.linspace(first, last, 512, dtype=torch.float64).exp()[:, None]
    node, weight = np.polynomial.legendre.leggauss(64)
    angle = torch.from_numpy(0.5 + 0.5 * node) * (9 * sigma).clamp(max=math.pi)
    sigma = sigma.expand_as(angle)
    mass = log_density(angle, sigma).exp() * angle.sin() * torch.from_numpy(weight)
    square = (log_slope_over_angle(angle, sigma) * angle) ** 2
    norm, sigma = (mass * square).sum(-1) / mass.sum(-1), sigma[:, 0]
    return ScoreNorm(first, last, (sigma**2 * norm).log() + 2 * sigma**2, near=2, far=6, decay=2)
