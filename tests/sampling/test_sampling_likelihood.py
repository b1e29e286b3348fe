"""Densities along fields whose flow is known."""

import math

import torch

from molgen.sampling import torus_points
from molgen.sampling.likelihood import integrate_with_divergence, velocity_and_divergence


def test_the_divergence_is_the_trace_of_the_jacobian():
    matrix = torch.tensor([[0.3, -1.0, 0.2], [0.5, 0.1, 0.0], [0.0, 2.0, -0.7]], dtype=torch.float64)
    x = torus_points(5, 3, seed=1)
    with torch.no_grad():  # gradients are taken all the same
        value, divergence = velocity_and_divergence(lambda x, t: (x @ matrix).sin() * t, x, torch.tensor(2.0))
    torch.testing.assert_close(value, 2 * (x @ matrix).sin())
    jacobians = torch.stack([torch.autograd.functional.jacobian(lambda y: 2 * (y @ matrix).sin(), row) for row in x])
    torch.testing.assert_close(divergence, torch.diagonal(jacobians, dim1=1, dim2=2).sum(-1))


def test_a_linear_field_gives_its_exponential():
    """dx/dt = a x: x(1) = e^a x(0), and the volume grows by e^(m a)."""
    rate = 0.8
    x = torus_points(4, 2, seed=0)
    end, total = integrate_with_divergence(lambda x, t: rate * x, x, torch.linspace(0, 1, 9, dtype=torch.float64))
    torch.testing.assert_close(end, math.exp(rate) * x, rtol=1e-5, atol=0)
    torch.testing.assert_close(total, torch.full_like(total, 2 * rate))


def test_a_field_that_squeezes_the_circle_has_a_known_density():
    """dx/dt = k sin x moves tan(x / 2) by the factor e^k: the density at the data is its derivative over 2 pi."""
    k = 1.2
    x = torch.linspace(-math.pi, math.pi, 65, dtype=torch.float64)[:-1, None]
    _, total = integrate_with_divergence(lambda x, t: k * x.sin(), x, torch.linspace(0, 1, 33, dtype=torch.float64))
    tangent = (x[:, 0] / 2).tan()
    growth = math.exp(k) * (1 + tangent**2) / (1 + math.exp(2 * k) * tangent**2)
    torch.testing.assert_close(total.exp(), growth, rtol=1e-5, atol=0)
