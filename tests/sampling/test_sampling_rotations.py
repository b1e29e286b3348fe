"""Samplers fed with the exact field of a mixture on SO(3) must return its matrix moments."""

import math

import pytest
import torch
from stepper_checks import each_stepper, gain_of_half_steps

from molgen.geometry import rotations
from molgen.processes import RotationDiffusion, RotationFlow
from molgen.sampling import adams_bashforth, euler, heun, integrate, midpoint, uniform_grid

CENTERS = rotations.exp(torch.tensor([[0.0, 0.0, 3.0], [1.0, -0.8, 0.3]], dtype=torch.float64))
SHARES = torch.tensor([0.35, 0.65], dtype=torch.float64)
SPREAD = 0.4


def heat_kernel(angle, variance, modes=22):
    """Density at an angle and its slope, by the defining series with characters 1 + 2 sum cos(m w)."""
    order = torch.arange(modes, dtype=torch.float64)
    waves = torch.cos(order * angle[..., None]), -order * torch.sin(order * angle[..., None])
    weight = (2 * order + 1) * torch.exp(-0.5 * order * (order + 1) * variance)
    character = [2 * wave.cumsum(-1) - wave[..., :1] for wave in waves]
    return [(weight * part).sum(-1) for part in character]


def exact_score(x, t):
    variance = SPREAD**2 + RotationDiffusion().schedule(t).sigma ** 2
    way = rotations.log(x[:, None] @ CENTERS.transpose(-1, -2))
    angle = way.norm(dim=-1)
    density, slope = heat_kernel(angle, variance)
    share = SHARES * density.clamp(min=1e-12)
    share = share / share.sum(-1, keepdim=True)
    return (share[..., None] * (slope / density.clamp(min=1e-12) / angle)[..., None] * way).sum(1)


def check_moments(x, centers, shares, spread, tolerance):
    """E[R] and E[tr(R A)^2] of the mixture of heat kernels: degree l shrinks by exp(-l (l + 1) spread^2 / 2)."""
    expected = math.exp(-(spread**2)) * (shares[:, None, None] * centers).sum(0)
    torch.testing.assert_close(x.mean(0), expected, atol=tolerance, rtol=0)
    for k in range(len(centers)):
        trace = torch.einsum("nij,kij->nk", x, centers[k : k + 1]).squeeze(-1)
        own = torch.einsum("nij,ij->n", centers, centers[k])
        # chi_1^2 = chi_0 + chi_1 + chi_2, chi_l of the product of two rotations averages to chi_l * shrink
        shrink = [math.exp(-0.5 * degree * (degree + 1) * spread**2) for degree in (0, 1, 2)]
        degree_two = own**2 - own - 1
        square = (shares * (shrink[0] + shrink[1] * own + shrink[2] * degree_two)).sum()
        torch.testing.assert_close((trace**2).mean(), square, atol=6 * tolerance, rtol=0)


@each_stepper(euler=80, heun=40, midpoint=40, euler_maruyama=80, predictor_corrector=40, low_temperature=80)
def test_diffusion_recovers_a_mixture(stepper, steps):
    rng, process = torch.Generator().manual_seed(0), RotationDiffusion()
    start = process.prior(torch.zeros(1000, 3, 3, dtype=torch.float64), rng)
    x = integrate(exact_score, process, start, uniform_grid(steps), stepper=stepper, rng=rng)
    check_moments(x, CENTERS, SHARES, SPREAD, 0.05)
    torch.testing.assert_close(torch.linalg.det(x), torch.ones(1000, dtype=torch.float64))


def flow_velocity(x, t, data):
    """E[log(x x0^T) / t | x_t = x] over given data: the angle from x0 is t times that of a uniform rotation."""
    way = rotations.log(x[:, None] @ data.transpose(-1, -2))
    angle = way.norm(dim=-1)
    density = (1 - torch.cos(angle / t)) / (1 - torch.cos(angle)) * (angle < t * math.pi)
    weight = density + 1e-12 * torch.exp(-50 * angle)
    return (weight[..., None] * way).sum(1) / weight.sum(-1, keepdim=True) / t


@each_stepper(euler=40, midpoint=25)
def test_flow_recovers_its_data(stepper, steps):
    rng, process = torch.Generator().manual_seed(0), RotationFlow()
    twist = SPREAD * torch.randn(24, 3, generator=rng, dtype=torch.float64)
    data = rotations.exp(twist) @ CENTERS[torch.arange(24) % 3 // 2]
    start = process.prior(torch.zeros(700, 3, 3, dtype=torch.float64), rng)
    x = integrate(lambda x, t: flow_velocity(x, t, data), process, start, uniform_grid(steps), stepper=stepper)
    check_moments(x, data, torch.full((24,), 1 / 24).double(), 0.0, 0.06)


@pytest.mark.parametrize(("stepper", "order"), [(euler, 1), (heun, 2), (midpoint, 2), (adams_bashforth(), 2)])
def test_ode_steppers_converge_at_their_order(stepper, order):
    start = rotations.random_rotation((8,), torch.Generator().manual_seed(0), dtype=torch.float64)
    gain = gain_of_half_steps(stepper, exact_score, RotationDiffusion(), start, 12, rotations.distance)
    assert gain == pytest.approx(2**order, rel=0.2)
