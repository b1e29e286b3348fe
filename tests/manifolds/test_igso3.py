import math

import numpy as np
import pytest
import torch

from molgen.geometry import rotations
from molgen.manifolds import igso3

SIGMAS = [0.02, 0.1, 0.3, 0.5, 0.6999, 0.7001, 1.0, 1.5, 3.0]
ANGLES = np.linspace(0.005, np.pi - 1e-9, 300)


def reference_density(angle, sigma, modes=3000):
    """The defining series, all its terms."""
    order = np.arange(modes)
    weight = (2 * order + 1) * np.exp(-0.5 * order * (order + 1) * sigma**2)
    return (weight * np.sin((order + 0.5) * angle[:, None]) / np.sin(0.5 * angle[:, None])).sum(-1)


def spread(sigma, count=300):
    return torch.full((count,), sigma, dtype=torch.float64)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_density_is_the_defining_series(sigma):
    density = igso3.log_angle_density(torch.tensor(ANGLES), spread(sigma)).exp().numpy()
    expected = reference_density(ANGLES, sigma)
    np.testing.assert_allclose(density, expected, rtol=1e-9, atol=1e-9 * expected.max())


@pytest.mark.parametrize("sigma", [0.5, 0.6, 0.7, 0.8])
def test_both_expansions_agree_where_they_overlap(sigma, monkeypatch):
    angle = torch.tensor(ANGLES)
    results = []
    for switch in (sigma - 1e-3, sigma + 1e-3):
        monkeypatch.setattr(igso3, "SWITCH", switch)
        monkeypatch.setattr(igso3, "MODES", 25)
        results.append(
            (igso3.log_angle_density(angle, spread(sigma)), igso3.log_slope_over_angle(angle, spread(sigma)))
        )
    tolerance = 1e-6
    torch.testing.assert_close(results[0][0], results[1][0], rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(results[0][1], results[1][1], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_density_is_normalized(sigma):
    angle = np.linspace(0, min(np.pi, 12 * sigma), 20001)
    density = igso3.log_angle_density(torch.tensor(angle), spread(sigma, len(angle))).exp().numpy()
    assert np.trapezoid(density * (1 - np.cos(angle)) / np.pi, angle) == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_score_is_the_gradient_of_the_log_density(sigma):
    rng = torch.Generator().manual_seed(0)
    axis = torch.randn(40, 3, generator=rng, dtype=torch.float64)
    size = torch.linspace(0.02, min(3.13, 12 * sigma), 40, dtype=torch.float64)[:, None]
    mean_to_x = rotations.exp(axis / axis.norm(dim=-1, keepdim=True) * size)
    twist = torch.zeros(40, 3, dtype=torch.float64, requires_grad=True)
    moved = rotations.log(rotations.exp(twist) @ mean_to_x)
    (gradient,) = torch.autograd.grad(igso3.log_density(moved, spread(sigma, 40)).sum(), twist)
    score = igso3.score(rotations.log(mean_to_x), spread(sigma, 40))
    torch.testing.assert_close(score, gradient, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("sigma", [0.3, 0.6, 0.8, 1.5])
def test_score_is_the_slope_of_the_defining_series(sigma):
    angle, h = np.linspace(0.05, min(3.1, 5 * sigma), 50), 1e-5
    slope = np.log(reference_density(angle + h, sigma)) - np.log(reference_density(angle - h, sigma))
    rotvec = torch.zeros(50, 3, dtype=torch.float64)
    rotvec[:, 1] = torch.tensor(angle)
    np.testing.assert_allclose(
        igso3.score(rotvec, spread(sigma, 50))[:, 1].numpy(), slope / (2 * h), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sigma", [0.001, 0.1, 0.7, 3.0, 10.0])
def test_score_and_density_are_finite_at_the_mean_and_at_pi(sigma, dtype):
    rotvec = torch.tensor([[0.0, 0, 0], [1e-8, 0, 0], [0, math.pi, 0], [0, 0, 3.1415]], dtype=dtype)
    assert igso3.score(rotvec, torch.full((4, 1), sigma, dtype=dtype)).isfinite().all()
    assert igso3.log_density(rotvec, torch.full((4,), sigma, dtype=dtype)).isfinite().all()
    assert igso3.score(rotvec, torch.full((4,), sigma, dtype=dtype))[0].abs().max() == 0


@pytest.mark.parametrize("sigma", [0.005, 0.05, 0.5, 0.7, 1.0, 2.0, 3.1, 3.3])
def test_score_norm_is_the_integral_of_the_squared_score(sigma):
    angle = np.linspace(1e-6, min(np.pi, 10 * sigma) - 1e-6, 4001)
    if sigma < 0.06:
        density = angle / np.sin(angle / 2) * np.exp(-0.5 * (angle / sigma) ** 2)
    else:  # at least 9 / sigma terms
        density = reference_density(angle, sigma, 60)
    slope = np.gradient(np.log(np.maximum(density, 1e-300)), angle, edge_order=2)
    measure = density * (1 - np.cos(angle))
    norm = np.trapezoid(measure * slope**2, angle) / np.trapezoid(measure, angle)
    assert float(igso3.score_norm(torch.tensor(sigma, dtype=torch.float64))) == pytest.approx(norm, rel=1e-4)


@pytest.mark.parametrize("sigma", [0.05, 0.4, 0.9, 2.0])
def test_samples_have_the_moments_of_the_heat_kernel(sigma):
    """E[R] = exp(-sigma^2) I: the l = 1 coefficient of the kernel."""
    rotvec = igso3.sample(spread(sigma, 20000), torch.Generator().manual_seed(0))
    mean = rotations.exp(rotvec).mean(0)
    torch.testing.assert_close(mean, math.exp(-(sigma**2)) * torch.eye(3).double(), atol=0.02, rtol=0)
    if sigma < 0.1:
        torch.testing.assert_close(rotvec.T @ rotvec / 20000 / sigma**2, torch.eye(3).double(), atol=0.03, rtol=0)


def test_sampled_angles_follow_their_distribution_function():
    levels = torch.tensor([0.3, 1.1]).double()
    rotvec = igso3.sample(levels.repeat(20000), torch.Generator().manual_seed(1))
    for i, sigma in enumerate(levels):
        angle = rotvec[i::2].norm(dim=-1).sort().values.numpy()
        grid = np.linspace(1e-9, np.pi, 4001)
        density = reference_density(grid, float(sigma), 100) * (1 - np.cos(grid)) / np.pi
        cumulative = np.cumsum(density) * (grid[1] - grid[0])
        empirical = np.searchsorted(angle, grid) / len(angle)
        assert np.abs(empirical - cumulative).max() < 0.014
