"""The isotropic Gaussian on SO(3): heat kernel of the rotation group, float64 inside.

Density with respect to the uniform (Haar) distribution at rotation angle w from the mean (Nikolayev & Savyolova 1997;
Leach et al. 2022, "Denoising diffusion probabilistic models on SO(3)", eq. 6),

    f(w, sigma) = sum_l (2l + 1) exp(-l (l + 1) sigma^2 / 2) sin((l + 1/2) w) / sin(w / 2),

so that rotation vectors are N(0, sigma^2 I) for small sigma. There the sum over l converges slowly, and its
Poisson dual,

    f = sqrt(2 pi) exp(sigma^2 / 8) / sigma^3
        sum_k (-1)^k (w + 2 pi k) exp(-(w + 2 pi k)^2 / (2 sigma^2)) / sin(w / 2),

takes over: k = 0 is the usual small-angle asymptote, k = -1 its correction near w = pi. At the switch both are exact to
about 1e-12 with the terms kept here.
"""

import functools
import math

import torch
from torch import Tensor

from molgen.geometry import rotations
from molgen.manifolds.score_norm import ScoreNorm

SWITCH = 0.7
MODES = 16
GRID = 256
REACH = 9.0
FLAT = 1e-2


def log_density(rotvec: Tensor, sigma: Tensor) -> Tensor:
    """Log density of exp(rotvec) relative to the uniform distribution.

    Args:
        rotvec: [..., 3] radian, angle in [0, pi].
        sigma: [...] or [..., 1] radian, positive; a last dimension of 1 is dropped if it has as many as rotvec.

    Returns:
        [...] dimensionless, dtype of rotvec.
    """
    angle = rotations.length(rotvec.double())
    return log_angle_density(angle, _per_rotation(sigma, rotvec)).to(rotvec.dtype)


def score(rotvec: Tensor, sigma: Tensor) -> Tensor:
    """Gradient of the log density at exp(rotvec): d log f(exp(v) exp(rotvec)) / dv at v = 0.

    Args:
        rotvec: [..., 3] radian, angle in [0, pi].
        sigma: [...] or [..., 1] radian, positive.

    Returns:
        [..., 3] 1/radian, dtype of rotvec.
    """
    precise = rotvec.double()
    slope = log_slope_over_angle(rotations.length(precise), _per_rotation(sigma, rotvec))
    return (slope.unsqueeze(-1) * precise).to(rotvec.dtype)


def score_norm(sigma: Tensor) -> Tensor:
    """E|score|^2 over all three components, shaped like sigma, 1/radian^2; from a cached table, 1e-4 relative.

    3/sigma^2 for small sigma, 18 exp(-2 sigma^2) for large.
    """
    return _score_norm()(sigma)


def sample(sigma: Tensor, rng: torch.Generator) -> Tensor:
    """Draw rotation vectors: uniform axis, angle by inverting its distribution function.

    Args:
        sigma: [...] radian, positive.
        rng: generator.

    Returns:
        [..., 3] radian, dtype of sigma.
    """
    levels, index = sigma.double().flatten().unique(return_inverse=True)
    axis = torch.randn((*sigma.shape, 3), generator=rng, dtype=torch.float64, device=rng.device).to(sigma.device)
    quantile = torch.rand(index.shape, generator=rng, dtype=torch.float64, device=rng.device).to(sigma.device)
    angle = _invert(quantile, *_angle_distribution(levels), index).reshape(sigma.shape)
    return (axis / axis.norm(dim=-1, keepdim=True) * angle.unsqueeze(-1)).to(sigma.dtype)


def log_angle_density(angle: Tensor, sigma: Tensor) -> Tensor:
    """log f(angle, sigma), both [...] float64, angle in [0, pi]."""
    near = near_log_density(angle, sigma.clamp(max=SWITCH))
    return torch.where(sigma < SWITCH, near, _wave(angle, sigma.clamp(min=SWITCH)).log())


def log_slope_over_angle(angle: Tensor, sigma: Tensor) -> Tensor:
    """(d log f / d angle) / angle, both [...] float64; finite at angle 0."""
    near, large = near_slope_over_angle(angle, sigma.clamp(max=SWITCH)), sigma.clamp(min=SWITCH)
    return torch.where(sigma < SWITCH, near, _wave_slope(angle, large) / _wave(angle, large))


def near_log_density(angle: Tensor, sigma: Tensor) -> Tensor:
    """`log_angle_density` by the dual sum, for sigma up to SWITCH."""
    leading = 0.5 * math.log(2 * math.pi) + sigma**2 / 8 - 3 * sigma.log() - 0.5 * (angle / sigma) ** 2
    return leading - torch.log(0.5 * torch.sinc(angle / (2 * math.pi))) + torch.log1p(_far_images(angle, sigma)[0])


def near_slope_over_angle(angle: Tensor, sigma: Tensor) -> Tensor:
    """`log_slope_over_angle` by the dual sum, for sigma up to SWITCH."""
    ratio, ratio_slope = _far_images(angle, sigma)
    return -1 / sigma**2 + _half_cotangent(angle) + ratio_slope / (1 + ratio) / angle.clamp(min=FLAT)


def _heights(sigma: Tensor) -> tuple[Tensor, Tensor]:
    """Orders, coefficients of f = sum_m h_m cos(m w); sin((l + 1/2) w) / sin(w / 2) = 1 + 2 sum_1^l cos(m w)."""
    order = torch.arange(MODES, dtype=sigma.dtype, device=sigma.device)
    weight = (2 * order + 1) * torch.exp(-0.5 * order * (order + 1) * sigma.unsqueeze(-1) ** 2)
    tail = weight.flip(-1).cumsum(-1).flip(-1)
    return order, torch.cat([tail[..., :1], 2 * tail[..., 1:]], -1)


def _wave(angle: Tensor, sigma: Tensor) -> Tensor:
    """f as a cosine series."""
    order, height = _heights(sigma)
    return (height * torch.cos(order * angle.unsqueeze(-1))).sum(-1)


def _wave_slope(angle: Tensor, sigma: Tensor) -> Tensor:
    """(df / d angle) / angle as a series that is finite at angle 0."""
    order, height = _heights(sigma)
    return -(height * order**2 * torch.sinc(order * angle.unsqueeze(-1) / math.pi)).sum(-1)


def _far_images(angle: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    """The image k = -1 relative to k = 0, and its slope. Zero (below 1e-17) near angle 0, where it would be 0 / 0."""
    angle = angle.clamp(min=FLAT)
    decay = torch.exp(-2 * math.pi * (math.pi - angle) / sigma**2)
    ratio = (2 * math.pi / angle - 1) * decay
    return ratio, ratio * 2 * math.pi / sigma**2 - 2 * math.pi / angle**2 * decay


def _half_cotangent(angle: Tensor) -> Tensor:
    """(1/w - cot(w/2)/2) / w, 1/12 at 0."""
    is_flat = angle < FLAT
    safe = torch.where(is_flat, 1.0, angle)
    return torch.where(is_flat, 1 / 12 + angle**2 / 720, (1 / safe - 0.5 / torch.tan(0.5 * safe)) / safe)


def _angle_distribution(sigma: Tensor) -> tuple[Tensor, Tensor]:
    """Angle grid and distribution function on it, [s, GRID] each, for sigma [s]; the density is f (1 - cos w) / pi."""
    angle = torch.linspace(0, 1, GRID, dtype=sigma.dtype, device=sigma.device)
    angle = angle * (REACH * sigma).clamp(max=math.pi)[:, None]
    density = log_angle_density(angle, sigma[:, None]).exp() * torch.sin(0.5 * angle) ** 2
    cumulative = torch.cumulative_trapezoid(density, angle, dim=-1)
    cumulative = torch.cat([torch.zeros_like(cumulative[:, :1]), cumulative], -1)
    return angle, cumulative / cumulative[:, -1:]


def _invert(quantile: Tensor, angle: Tensor, cumulative: Tensor, row: Tensor) -> Tensor:
    """Linear interpolation of the inverse distribution function: quantile [n], tables [s, GRID], row [n] in 0..s-1."""
    # adding the row number makes one ascending table of all rows
    steps = (cumulative + torch.arange(len(cumulative), device=row.device)[:, None]).flatten()
    right = torch.searchsorted(steps, quantile + row, right=True)
    right = torch.minimum(torch.maximum(right, row * GRID + 1), row * GRID + GRID - 1)
    low, high = cumulative.flatten()[right - 1], cumulative.flatten()[right]
    share = ((quantile - low) / (high - low).clamp(min=1e-300)).clamp(0, 1)
    return torch.lerp(angle.flatten()[right - 1], angle.flatten()[right], share)


@functools.cache
def _score_norm() -> ScoreNorm:
    """The table by Simpson's rule, on the CPU."""
    first, last = math.log(0.01), math.log(3.2)
    sigma = torch.linspace(first, last, 512, dtype=torch.float64, device="cpu").exp()[:, None]
    angle = torch.linspace(0, 1, 129, dtype=torch.float64, device="cpu") * (REACH * sigma).clamp(max=math.pi)
    simpson = torch.tensor([2.0, 4.0], dtype=torch.float64, device="cpu").repeat(65)[:129]
    simpson[0] = simpson[-1] = 1
    density = log_angle_density(angle, sigma).exp() * torch.sin(0.5 * angle) ** 2 * simpson
    square = (log_slope_over_angle(angle, sigma) * angle) ** 2
    norm = (density * square).sum(-1, keepdim=True) / density.sum(-1, keepdim=True)
    table = ((sigma**2 * norm).log() + 2 * sigma**2).squeeze(-1)
    return ScoreNorm(first, last, table, near=3, far=18, decay=2)


def _per_rotation(sigma: Tensor, rotvec: Tensor) -> Tensor:
    return (sigma.squeeze(-1) if sigma.ndim == rotvec.ndim else sigma).double()
