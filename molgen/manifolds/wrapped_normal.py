"""The wrapped normal distribution on the circle: heat kernel of the torus, in closed series.

Two series of the same density (Mardia & Jupp, Directional Statistics, sec. 3.5.7): over images, fast for small
sigma, and over Fourier modes, fast for large sigma. At the switch both are exact to float64 with the few terms kept
here.
"""

import functools
import math

import torch
from torch import Tensor

from molgen.geometry.torus import wrap
from molgen.manifolds.score_norm import ScoreNorm

SWITCH = 1.5
IMAGES = 3
MODES = 7
LOG_NORMAL = 0.5 * math.log(2 * math.pi)


def log_density(x: Tensor, sigma: Tensor) -> Tensor:
    """Log density per radian of the wrapped normal about 0.

    Args:
        x: [...] radian.
        sigma: [...] radian, positive, broadcastable with x.

    Returns:
        [...] log(1/radian).
    """
    small, large = sigma.clamp(max=SWITCH), sigma.clamp(min=SWITCH)
    images = _image_exponents(wrap(x), small).logsumexp(-1) - small.log() - LOG_NORMAL
    fourier = torch.log(_fourier(x, large)[0] / (2 * math.pi))
    return torch.where(sigma < SWITCH, images, fourier)


def score(x: Tensor, sigma: Tensor) -> Tensor:
    """d log density / dx.

    Args:
        x: [...] radian.
        sigma: [...] radian, positive, broadcastable with x.

    Returns:
        [...] 1/radian.
    """
    small, large = sigma.clamp(max=SWITCH), sigma.clamp(min=SWITCH)
    x = wrap(x)
    share = _image_exponents(x, small).softmax(-1)
    images = -(share * _images(x)).sum(-1) / small**2
    value, slope = _fourier(x, large)
    return torch.where(sigma < SWITCH, images, slope / value)


def score_norm(sigma: Tensor) -> Tensor:
    """E[score^2] under the wrapped normal, shaped like sigma, 1/radian^2; from a cached table, 1e-5 relative.

    1/sigma^2 for small sigma, 2 exp(-sigma^2) for large.
    """
    return _score_norm()(sigma)


def sample(sigma: Tensor, rng: torch.Generator) -> Tensor:
    """Draw one angle in [-pi, pi) for each sigma, shaped like sigma."""
    noise = torch.randn(sigma.shape, generator=rng, dtype=sigma.dtype, device=rng.device).to(sigma.device)
    return wrap(sigma * noise)


def _images(x: Tensor) -> Tensor:
    turns = torch.arange(-IMAGES, IMAGES + 1, dtype=x.dtype, device=x.device)
    return x.unsqueeze(-1) + 2 * math.pi * turns


def _image_exponents(x: Tensor, sigma: Tensor) -> Tensor:
    return -0.5 * (_images(x) / sigma.unsqueeze(-1)) ** 2


def _fourier(x: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    """2 pi times the density, and its slope."""
    mode = torch.arange(1, MODES + 1, dtype=x.dtype, device=x.device)
    height = 2 * torch.exp(-0.5 * (mode * sigma.unsqueeze(-1)) ** 2)
    phase = mode * x.unsqueeze(-1)
    return 1 + (height * phase.cos()).sum(-1), -(height * mode * phase.sin()).sum(-1)


@functools.cache
def _score_norm() -> ScoreNorm:
    """The table by the trapezoid rule, on the CPU."""
    first, last = math.log(0.2), math.log(3.5)
    sigma = torch.linspace(first, last, 512, dtype=torch.float64, device="cpu").exp().unsqueeze(-1)
    x = torch.linspace(-math.pi, math.pi, 257, dtype=torch.float64, device="cpu")[:-1]
    density = log_density(x, sigma).exp()
    norm = (density * score(x, sigma) ** 2).mean(-1) * 2 * math.pi
    sigma = sigma.squeeze(-1)
    return ScoreNorm(first, last, (sigma**2 * norm).log() + sigma**2, near=1, far=2, decay=1)
