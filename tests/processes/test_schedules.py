import math

import pytest
import torch

from molgen.processes import LinearPath, VarianceExploding, VariancePreservingCosine, VariancePreservingLinear

SCHEDULES = [
    VarianceExploding(0.02, 30.0),
    VariancePreservingLinear(0.1, 20.0, scale=2.0),
    VariancePreservingCosine(scale=3.0),
    LinearPath(5.0),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_derivatives_are_those_of_autograd(schedule):
    t = torch.linspace(0.01, 1, 50, dtype=torch.float64, requires_grad=True)
    point = schedule(t)
    dalpha = torch.autograd.grad(point.alpha.sum() + 0 * t.sum(), t, retain_graph=True)[0]
    dsigma = torch.autograd.grad(point.sigma.sum(), t)[0]
    torch.testing.assert_close(point.dalpha, dalpha)
    torch.testing.assert_close(point.dsigma, dsigma)


@pytest.mark.parametrize("schedule", SCHEDULES[1:3], ids=lambda s: type(s).__name__)
def test_variance_is_preserved_for_data_of_the_given_scale(schedule):
    point = schedule(torch.linspace(0, 1, 20, dtype=torch.float64))
    variance = point.alpha**2 * schedule.scale**2 + point.sigma**2
    torch.testing.assert_close(variance, torch.full_like(variance, schedule.scale**2))


def test_the_ends_are_data_and_prior():
    ends = torch.tensor([0.0, 1.0]).double()
    exploding = SCHEDULES[0](ends)
    torch.testing.assert_close(exploding.sigma, torch.tensor([0.02, 30.0]).double())
    linear = SCHEDULES[1](ends)
    torch.testing.assert_close(linear.alpha, torch.tensor([1.0, math.exp(-0.5 * 10.05)]).double())
    cosine = SCHEDULES[2](ends)
    torch.testing.assert_close(cosine.alpha, torch.tensor([1.0, 0.01]).double())
    path = SCHEDULES[3](ends)
    torch.testing.assert_close(path.alpha, torch.tensor([1.0, 0.0]).double())
    torch.testing.assert_close(path.sigma, torch.tensor([0.0, 5.0]).double())


def test_forward_rate_is_beta_on_the_linear_schedule():
    t = torch.linspace(0.01, 1, 20, dtype=torch.float64)
    torch.testing.assert_close(SCHEDULES[1](t).forward_rate, 4 * (0.1 + t * 19.9))


@pytest.mark.parametrize("schedule", SCHEDULES[:3], ids=lambda s: type(s).__name__)
def test_forward_noise_rebuilds_sigma(schedule):
    """sigma^2(t) = int_0^t g^2(s) (alpha(t)/alpha(s))^2 ds + (alpha(t)/alpha(0))^2 sigma^2(0)."""
    s = torch.linspace(1e-6, 0.7, 200001, dtype=torch.float64)
    point = schedule(s)
    shrink = (point.alpha[-1] / point.alpha) ** 2
    built = torch.trapezoid(point.forward_rate * shrink, s) + shrink[0] * point.sigma[0] ** 2
    torch.testing.assert_close(built, point.sigma[-1] ** 2, rtol=1e-4, atol=0)
