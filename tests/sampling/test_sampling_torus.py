"""Samplers fed with the exact field of a wrapped normal mixture must return its circular moments."""

import math

import pytest
import torch
from stepper_checks import each_stepper, gain_of_half_steps

from molgen.geometry import torus
from molgen.processes import TorsionDiffusion, TorsionFlow
from molgen.sampling import euler, heun, integrate, low_temperature, midpoint, torus_points, uniform_grid

CENTERS = torch.tensor([[3.0, 0.5], [-1.0, -3.1]], dtype=torch.float64)
SHARES = torch.tensor([0.3, 0.7], dtype=torch.float64)
SPREAD = 0.35


def mixture_score(x, variance):
    """Score of the mixture by brute force over components and images; x [n, 2]."""
    turns = 2 * math.pi * torch.arange(-5, 6, dtype=torch.float64)
    way = x[:, None, :, None] - CENTERS[:, :, None] + turns
    bells = torch.exp(-0.5 * way**2 / variance)
    density, slope = bells.sum(-1), (-way / variance * bells).sum(-1)
    joint = SHARES * density.prod(-1)
    share = joint / joint.sum(-1, keepdim=True)
    return (share[..., None] * slope / density).sum(1)


def exact_score(x, t):
    sigma = TorsionDiffusion().schedule(t).sigma
    return mixture_score(x, SPREAD**2 + sigma**2)


def check_moments(x, spread, tolerance):
    for order in ([1, 0], [0, 1], [1, 1], [1, -1], [2, 0]):
        k = torch.tensor(order, dtype=torch.float64)
        shrink = math.exp(-0.5 * float(k @ k) * spread**2)
        expected = (SHARES * torch.polar(torch.ones(2).double(), CENTERS @ k)).sum() * shrink
        found = torch.polar(torch.ones(len(x)).double(), x @ k).mean()
        assert abs(complex(found - expected)) < tolerance


@each_stepper(euler=100, heun=40, midpoint=40, euler_maruyama=100, predictor_corrector=50, low_temperature=100)
def test_diffusion_recovers_a_mixture_across_the_cut(stepper, steps):
    rng, process = torch.Generator().manual_seed(0), TorsionDiffusion()
    start = process.prior(torch.zeros(1500, 2, dtype=torch.float64), rng)
    x = integrate(exact_score, process, start, uniform_grid(steps), stepper=stepper, rng=rng)
    check_moments(x, SPREAD, 0.06)
    assert ((x >= -math.pi) & (x < math.pi)).all()


def flow_velocity(x, t, grid, density):
    """E[log(x0, x) / t | x_t = x] by quadrature over x0: given x0, x_t is uniform within t pi of it."""
    way = torch.remainder(x[:, None] - grid + math.pi, 2 * math.pi) - math.pi
    weight = density * (way.abs() < t * math.pi)
    return (weight * way).sum(-1) / weight.sum(-1) / t


@pytest.mark.parametrize("is_stratified", [False, True])
@each_stepper(euler=60, midpoint=30)
def test_flow_recovers_a_mixture(stepper, steps, is_stratified):
    grid = torch.linspace(-math.pi, math.pi, 301, dtype=torch.float64)[:-1]
    images = grid[:, None, None] - CENTERS[:, :1] + 2 * math.pi * torch.arange(-3, 4)
    density = (SHARES * torch.exp(-0.5 * (images / SPREAD) ** 2).sum(-1)).sum(-1)
    process = TorsionFlow()
    start = process.prior(torch.zeros(1500, dtype=torch.float64), torch.Generator().manual_seed(0))
    if is_stratified:
        start = torus_points(256, 1, seed=0).squeeze(-1)
    x = integrate(lambda x, t: flow_velocity(x, t, grid, density), process, start, uniform_grid(steps), stepper=stepper)
    for order in (1, 2, 3):
        expected = (density * torch.exp(1j * order * grid)).sum() / density.sum()
        assert abs(complex(torch.exp(1j * order * x).mean() - expected)) < (0.02 if is_stratified else 0.05)


@pytest.mark.parametrize(("stepper", "order"), [(euler, 1), (heun, 2), (midpoint, 2)])
def test_ode_steppers_converge_at_their_order(stepper, order):
    start = torus_points(16, 2, seed=1)
    gain = gain_of_half_steps(stepper, exact_score, TorsionDiffusion(), start, 20, torus.log)
    assert gain == pytest.approx(2**order, rel=0.2)


def test_low_temperature_prefers_the_likelier_mode():
    rng, process = torch.Generator().manual_seed(0), TorsionDiffusion()
    start = process.prior(torch.zeros(1000, 2, dtype=torch.float64), rng)
    shares = []
    for heat in (1.0, 3.0):
        cold = low_temperature(heat, 1.0, data_scale=1.0)
        x = integrate(exact_score, process, start, uniform_grid(100), stepper=cold, rng=rng)
        shares.append(float((torch.cos(x[:, 0] - CENTERS[1, 0]) > 0).double().mean()))
    assert shares[0] == pytest.approx(0.7, abs=0.06)
    assert shares[1] > shares[0] + 0.04
