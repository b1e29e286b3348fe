import math

import numpy as np
import pytest
import torch

from molgen.manifolds import wrapped_normal

SIGMAS = [0.01, 0.1, 0.5, 1.0, 1.4999, 1.5001, 2.0, math.pi, 6.0]
ANGLES = torch.linspace(-math.pi, math.pi, 401, dtype=torch.float64)[:-1]


def reference_density(x, sigma):
    images = x[:, None] + 2 * np.pi * np.arange(-60, 61)
    return np.exp(-0.5 * (images / sigma) ** 2).sum(-1) / (sigma * np.sqrt(2 * np.pi))


@pytest.mark.parametrize("sigma", SIGMAS)
def test_density_is_the_sum_over_images(sigma):
    density = wrapped_normal.log_density(ANGLES, torch.tensor(sigma, dtype=torch.float64)).exp()
    np.testing.assert_allclose(density.numpy(), reference_density(ANGLES.numpy(), sigma), rtol=1e-11, atol=1e-200)


@pytest.mark.parametrize("sigma", SIGMAS[1:])
def test_density_is_normalized(sigma):
    assert float(
        wrapped_normal.log_density(ANGLES, torch.tensor(sigma, dtype=torch.float64)).exp().mean()
    ) * 2 * math.pi == (pytest.approx(1, abs=1e-10))


@pytest.mark.parametrize("sigma", SIGMAS)
def test_score_is_the_gradient_of_the_log_density(sigma):
    x = (ANGLES + 0.01).requires_grad_()
    spread = torch.full_like(ANGLES, sigma)
    (gradient,) = torch.autograd.grad(wrapped_normal.log_density(x, spread).sum(), x)
    score = wrapped_normal.score(x.detach(), spread)
    torch.testing.assert_close(score, gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("sigma", SIGMAS[2:])
def test_score_is_the_slope_of_the_summed_images(sigma):
    x, h = ANGLES.numpy() + 0.01, 1e-5
    slope = (np.log(reference_density(x + h, sigma)) - np.log(reference_density(x - h, sigma))) / (2 * h)
    score = wrapped_normal.score(torch.tensor(x), torch.tensor(sigma, dtype=torch.float64)).numpy()
    np.testing.assert_allclose(score, slope, atol=1e-8, rtol=1e-6)


def test_score_is_periodic_and_finite_in_float32():
    x = torch.linspace(-20, 20, 500)
    for sigma in [1e-3, 0.3, 3.0, 20.0]:
        score = wrapped_normal.score(x, torch.tensor(sigma))
        assert score.isfinite().all()
    spread = torch.tensor(0.7).double()
    turned = wrapped_normal.score(ANGLES + 4 * math.pi, spread)
    torch.testing.assert_close(turned[1:], wrapped_normal.score(ANGLES, spread)[1:])


@pytest.mark.parametrize("sigma", [0.01, 0.19, 0.21, 0.5, 1.0, 2.0, 3.4, 3.6, 5.0])
def test_score_norm_is_the_integral_of_the_squared_score(sigma):
    x = np.linspace(-np.pi, np.pi, 20001)
    images = x[:, None] + 2 * np.pi * np.arange(-12, 13)
    bells = np.exp(-0.5 * (images / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    density, slope = bells.sum(-1), (-images / sigma**2 * bells).sum(-1)
    norm = np.trapezoid(np.divide(slope**2, density, where=density > 0, out=np.zeros_like(x)), x)
    assert float(wrapped_normal.score_norm(torch.tensor(sigma, dtype=torch.float64))) == pytest.approx(norm, rel=1e-5)


def test_samples_have_the_circular_mean_of_the_wrapped_normal():
    sigma = torch.full((40000,), 0.8)
    angles = wrapped_normal.sample(sigma, torch.Generator().manual_seed(0))
    assert float(angles.cos().mean()) == pytest.approx(math.exp(-0.32), abs=0.01)
    assert float(angles.sin().mean()) == pytest.approx(0, abs=0.015)
    assert angles.abs().max() <= math.pi
