"""The heat kernel of S^2 against its Legendre series, summed by scipy, and against the moments of its samples."""

import math

import numpy as np
import pytest
import torch
from scipy.special import eval_legendre

from molgen.manifolds import Sphere, sphere_heat

SIGMAS = [0.05, 0.1, 0.3, 0.5, 0.6999, 0.7001, 1.0, 1.5, 3.0]
ANGLES = torch.linspace(0, math.pi, 200, dtype=torch.float64)
COUNT = 20000


def spread(sigma, like=ANGLES):
    return torch.full_like(like, sigma)


def reference_density(angle, sigma):
    """The defining series, all its terms that float64 can see."""
    degree = np.arange(int(12 / sigma) + 10)
    height = (2 * degree + 1) * np.exp(-0.5 * degree * (degree + 1) * sigma**2)
    return (height * eval_legendre(degree, np.cos(angle)[:, None])).sum(-1)


def pole(count=COUNT, dtype=torch.float64):
    return torch.tensor([0.36, -0.48, 0.8], dtype=dtype).expand(count, 3)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_density_is_the_legendre_series(sigma):
    density = sphere_heat.log_density(ANGLES, spread(sigma)).exp().numpy()
    expected = reference_density(ANGLES.numpy(), sigma)
    np.testing.assert_allclose(density, expected, rtol=1e-8, atol=1e-12 * expected.max())


@pytest.mark.parametrize("sigma", SIGMAS)
def test_density_is_normalized(sigma):
    node, weight = np.polynomial.legendre.leggauss(100)
    limit = min(math.pi, 10 * sigma)
    angle = torch.from_numpy(0.5 * limit * (node + 1))
    density = sphere_heat.log_density(angle, spread(sigma, angle)).exp().numpy()
    total = (0.25 * limit * weight * density * np.sin(angle.numpy())).sum()
    assert total == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_slope_is_the_derivative_of_the_log_density(sigma):
    angle = ANGLES.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(sphere_heat.log_density(angle, spread(sigma)).sum(), angle)
    slope = sphere_heat.log_slope_over_angle(ANGLES, spread(sigma)) * ANGLES
    torch.testing.assert_close(slope[1:-1], gradient[1:-1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("sigma", [0.2, 0.6, 0.9, 2.0])
def test_score_is_the_gradient_on_the_sphere_and_a_tangent_at_the_point_reached(sigma):
    sphere = Sphere()
    x = pole(50)
    v = sphere.tangent_noise(x, torch.Generator().manual_seed(0)) * 0.7
    y = sphere.exp(x, v)
    size = spread(sigma, v[..., :1])

    def log_density(step):
        angle = torch.acos((x * sphere.exp(y, step)).sum(-1).clamp(-1, 1))
        return sphere_heat.log_density(angle, size.squeeze(-1)).sum()

    step = torch.zeros_like(y).requires_grad_()
    (gradient,) = torch.autograd.grad(log_density(step), step)
    score = sphere.heat_score(x, v, size)
    torch.testing.assert_close(score, sphere.project_tangent(y, gradient), rtol=1e-6, atol=1e-6)
    assert (score * y).sum(-1).abs().max() < 1e-12 / sigma**2


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.69, 0.71, 1.2])
def test_samples_have_the_moments_of_the_heat_kernel(sigma):
    """E P_l(x . x0) = exp(-l (l + 1) sigma^2 / 2); l = 1 is the mean of x . x0."""
    sphere, x0 = Sphere(), pole()
    v = sphere.heat_sample(x0, torch.tensor(sigma).double(), torch.Generator().manual_seed(0))
    assert (v * x0).sum(-1).abs().max() < 1e-12
    cosine = (sphere.exp(x0, v) * x0).sum(-1).numpy()
    for degree in (1, 2, 3):
        moment = eval_legendre(degree, cosine)
        expected = math.exp(-0.5 * degree * (degree + 1) * sigma**2)
        assert moment.mean() == pytest.approx(expected, abs=5 * moment.std() / math.sqrt(COUNT))


def test_samples_are_isotropic():
    sphere, x0 = Sphere(), pole()
    v = sphere.heat_sample(x0, torch.tensor(0.5).double(), torch.Generator().manual_seed(0))
    normal = torch.eye(3).double() - x0[0][:, None] * x0[0]
    torch.testing.assert_close(v.T @ v / (v**2).sum() * 2, normal, atol=0.03, rtol=0)


@pytest.mark.parametrize("sigma", [0.005, 0.02, 0.5, 0.7, 1.0, 2.0, 3.1, 3.3])
def test_score_norm_is_the_mean_of_the_squared_score(sigma):
    angle = np.linspace(1e-6, min(np.pi, 10 * sigma) - 1e-6, 20001)
    if sigma < 0.05:  # flat but for a percent of sigma^2
        density = np.exp(-0.5 * (angle / sigma) ** 2) * np.sqrt(angle / np.sin(angle))
    else:
        density = reference_density(angle, sigma)
    slope = np.gradient(np.log(np.maximum(density, 1e-300)), angle, edge_order=2)
    measure = np.where(density > 1e-13 * density.max(), density, 0) * np.sin(angle)
    norm = np.trapezoid(measure * slope**2, angle) / np.trapezoid(measure, angle)
    found = float(sphere_heat.score_norm(torch.tensor(sigma, dtype=torch.float64)))
    assert found == pytest.approx(norm, rel=1e-4)
    assert float(Sphere().heat_score_norm(torch.tensor(sigma, dtype=torch.float64))) == found / 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sigma", [0.001, 0.1, 0.7, 3.0, 10.0])
def test_score_is_finite_at_the_mean_and_at_the_opposite_point(sigma, dtype):
    x = torch.tensor([[0.0, 0.0, 1.0]], dtype=dtype).expand(4, 3)
    v = torch.tensor([[0.0, 0, 0], [1e-8, 0, 0], [0, math.pi, 0], [3.1415, 0, 0]], dtype=dtype)
    score = Sphere().heat_score(x, v, torch.full((4, 1), sigma, dtype=dtype))
    assert score.dtype == dtype
    assert score.isfinite().all()
    assert score[0].abs().max() == 0
