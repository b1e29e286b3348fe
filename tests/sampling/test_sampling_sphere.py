"""Samplers fed with the exact field of a mixture on S^2 must return its moments."""

import math

import numpy as np
import pytest
import torch
from scipy.special import eval_legendre
from stepper_checks import each_stepper, gain_of_half_steps

from molgen.manifolds import Sphere
from molgen.processes import GeodesicFlow, HeatDiffusion, VarianceExploding
from molgen.sampling import Guidance, adams_bashforth, euler, heun, integrate, midpoint, uniform_grid

SPHERE = Sphere()
FLOW, DIFFUSION = GeodesicFlow(SPHERE), HeatDiffusion(SPHERE, VarianceExploding(0.03, 3.0))
CENTERS = torch.tensor([[0.0, 0.6, -0.8], [0.8, 0.0, 0.6]], dtype=torch.float64)
SHARES = torch.tensor([0.35, 0.65], dtype=torch.float64)
SPREAD = 0.4


def heat_kernel(cosine, variance, modes=24):
    """The density at an angle and its slope in the cosine, by the Legendre series and numpy."""
    degree = np.arange(modes)
    height = (2 * degree + 1) * np.exp(-0.5 * degree * (degree + 1) * float(variance))
    series = np.polynomial.legendre.Legendre(height)
    return torch.from_numpy(series(cosine.numpy())), torch.from_numpy(series.deriv()(cosine.numpy()))


def exact_score(x, t):
    cosine = (x @ CENTERS.T).clamp(-1, 1)
    density, slope = heat_kernel(cosine, SPREAD**2 + DIFFUSION.schedule(t).sigma ** 2)
    density = density.clamp(min=1e-12)
    share = SHARES * density
    share = share / share.sum(-1, keepdim=True)
    return SPHERE.project_tangent(x, (share * slope / density) @ CENTERS)


def check_moments(x, centers, shares, spread, tolerance):
    """E P_l(x . a) = exp(-l (l + 1) spread^2 / 2) sum of shares P_l(center . a), by the addition theorem."""
    for axis in (*torch.eye(3, dtype=torch.float64), *CENTERS):
        for degree in (1, 2, 3):
            shrink = math.exp(-0.5 * degree * (degree + 1) * spread**2)
            expected = shrink * (shares.numpy() * eval_legendre(degree, (centers @ axis).numpy())).sum()
            assert eval_legendre(degree, (x @ axis).numpy()).mean() == pytest.approx(expected, abs=tolerance)


@each_stepper(
    euler=80, heun=40, midpoint=40, adams_bashforth=60, euler_maruyama=80, predictor_corrector=40, low_temperature=80
)
def test_diffusion_recovers_a_mixture(stepper, steps):
    rng = torch.Generator().manual_seed(0)
    start = DIFFUSION.prior(torch.zeros(3000, 3, dtype=torch.float64), rng)
    x = integrate(exact_score, DIFFUSION, start, uniform_grid(steps), stepper=stepper, rng=rng)
    check_moments(x, CENTERS, SHARES, SPREAD, 0.05)
    torch.testing.assert_close(x.norm(dim=-1), torch.ones(3000, dtype=torch.float64))


def flow_velocity(x, t, data):
    """E[-log(x, x0) / t] over given data: the angle from x0 is t times that of a uniform point, of density sin / 2."""
    way = -SPHERE.log(x[:, None].expand(-1, len(data), 3), data)
    angle = way.norm(dim=-1)
    density = torch.sin(angle / t) / torch.sin(angle).clamp(min=1e-9) * (angle < t * math.pi)
    weight = density + 1e-12 * torch.exp(-50 * angle)
    return (weight[..., None] * way).sum(1) / weight.sum(-1)[:, None] / t


@each_stepper(euler=60, midpoint=40, adams_bashforth=60)
def test_flow_recovers_its_data(stepper, steps):
    rng = torch.Generator().manual_seed(0)
    middle = CENTERS[torch.arange(24) % 3 // 2]
    data = SPHERE.exp(middle, SPREAD * SPHERE.tangent_noise(middle, rng))
    start = FLOW.prior(torch.zeros(2000, 3, dtype=torch.float64), rng)
    x = integrate(lambda x, t: flow_velocity(x, t, data), FLOW, start, uniform_grid(steps), stepper=stepper)
    check_moments(x, data, torch.full((24,), 1 / 24).double(), 0.0, 0.05)


@pytest.mark.parametrize(("stepper", "order"), [(euler, 1), (heun, 2), (midpoint, 2), (adams_bashforth(), 2)])
def test_ode_steppers_converge_at_their_order(stepper, order):
    start = SPHERE.prior(torch.zeros(16, 3, dtype=torch.float64), torch.Generator().manual_seed(0))
    gain = gain_of_half_steps(stepper, exact_score, DIFFUSION, start, 24, torch.sub)
    assert gain == pytest.approx(2**order, rel=0.2)


@pytest.mark.parametrize("stepper", [euler, heun, midpoint, adams_bashforth()])
def test_ode_steppers_follow_a_great_circle_exactly(stepper):
    """Velocities at two points of it are the same only after transport: at few steps their coordinates differ much."""
    times = torch.tensor([1.0, 0.8, 0.3, 0.1, 0.0], dtype=torch.float64)
    axis = torch.tensor([0.0, 0.0, 3.0], dtype=torch.float64)
    start = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
    end = integrate(lambda x, t: torch.linalg.cross(axis.expand_as(x), x), FLOW, start, times, stepper=stepper)
    torch.testing.assert_close(end, torch.tensor([[math.cos(3.0), -math.sin(3.0), 0.0]], dtype=torch.float64))


@pytest.mark.parametrize("at_denoised", [False, True])
@pytest.mark.parametrize("process", [FLOW, DIFFUSION], ids=["flow", "diffusion"])
def test_guidance_pulls_points_down_an_energy(process, at_denoised):
    start = process.prior(torch.zeros(500, 3), torch.Generator().manual_seed(0))
    guidance = Guidance(lambda x: -x[:, 2], scale=2.0, at_denoised=at_denoised)
    x = integrate(lambda x, t: torch.zeros_like(x), process, start, uniform_grid(50), guidance=guidance)
    assert x[:, 2].mean() > start[:, 2].mean() + 0.3
    torch.testing.assert_close(x.norm(dim=-1), torch.ones(500))
