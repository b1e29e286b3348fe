"""Guided samples of data that are normal about a point have the mean that the energy, linear there, gives them."""

import math
from functools import partial

import pytest
import torch

from molgen.manifolds import SO3, CenterFree, Euclidean, Sphere, Torus
from molgen.processes import (
    CartesianDiffusion,
    GaussianProcess,
    GeodesicFlow,
    HeatDiffusion,
    LinearPath,
    ProductProcess,
    TorsionDiffusion,
    TranslationDiffusion,
    VarianceExploding,
    VariancePreservingCosine,
    VariancePreservingLinear,
    convert,
)
from molgen.sampling import Guidance, euler_maruyama, heun, integrate, karras_grid, midpoint, uniform_grid

MEAN, SPREAD = 0.5, 0.7
SLOPE = torch.tensor([1.5, -1.0, 0.0], dtype=torch.float64)
SCHEDULES = [VarianceExploding(0.005, 30.0), VariancePreservingCosine(), VariancePreservingLinear(), LinearPath(2.0)]
NARROW, STRENGTH = 0.12, 8.0
PULL = torch.tensor([1.0, -0.5, 0.0], dtype=torch.float64)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def linear(x):
    return x @ SLOPE


def field_of_normal_data(process):
    def field(x, t):
        point = process.schedule(t)
        x0 = MEAN + point.alpha * SPREAD**2 / (point.alpha**2 * SPREAD**2 + point.sigma**2) * (x - point.alpha * MEAN)
        noise = (x - point.alpha * x0) / point.sigma
        return x0 if process.prediction == "x0" else convert(noise, x, point, "noise", process.prediction)

    return field


def grid(schedule):
    if isinstance(schedule, VarianceExploding):
        return karras_grid(50, schedule)
    last = 0.0 if isinstance(schedule, LinearPath) else 1e-4
    return torch.linspace(1, last, 100, dtype=torch.float64)


def velocity_of_normal_data(process):
    """The same field as a velocity, which is finite at both ends of a linear path."""

    def field(x, t):
        a = process.schedule(t)
        slope = (a.alpha * a.dalpha * SPREAD**2 + a.sigma * a.dsigma) / (a.alpha**2 * SPREAD**2 + a.sigma**2)
        return a.dalpha * MEAN + slope * (x - a.alpha * MEAN)

    return field


@pytest.mark.parametrize(
    ("schedule", "stepper"),
    [*((schedule, heun) for schedule in SCHEDULES), *((schedule, euler_maruyama) for schedule in SCHEDULES[:3])],
    ids=lambda part: type(part).__name__ if part in SCHEDULES else "ode" if part is heun else "sde",
)
def test_a_linear_energy_moves_the_mean_of_normal_data_in_flat_space(schedule, stepper):
    """exp(-scale a.x) N(m, s^2) is N(m - scale s^2 a, s^2)."""
    is_linear = isinstance(schedule, LinearPath)
    process = GaussianProcess(Euclidean(), schedule, "velocity" if is_linear else "score")
    field = velocity_of_normal_data(process) if is_linear else field_of_normal_data(process)
    start = process.prior(torch.zeros(800, 3, dtype=torch.float64), rng())
    guidance = Guidance(linear, scale=2.0, data_scale=SPREAD)
    x = integrate(field, process, start, grid(schedule), stepper=stepper, rng=rng(1), guidance=guidance)
    torch.testing.assert_close(x.mean(0), MEAN - 2.0 * SPREAD**2 * SLOPE, atol=0.06, rtol=0)
    torch.testing.assert_close(x.std(0), torch.full((3,), SPREAD).double(), atol=0.04, rtol=0)


@pytest.mark.parametrize("prediction", ["noise", "x0", "velocity"])
def test_every_prediction_is_bent_alike(prediction):
    """One guided ODE, whatever its field is called."""
    schedule = VariancePreservingCosine()
    start = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None].expand(9, 3)
    ends = []
    for kind in ("score", prediction):
        process = GaussianProcess(Euclidean(), schedule, kind)
        guidance = Guidance(linear, data_scale=SPREAD)
        ends.append(integrate(field_of_normal_data(process), process, start, grid(schedule), guidance=guidance))
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-6, atol=1e-6)


def test_centered_coordinates_stay_centered():
    schedule = VarianceExploding(0.01, 20.0)
    process = CartesianDiffusion(schedule)
    pull = torch.tensor([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [3.0, 3.0, 3.0]], dtype=torch.float64)
    start = process.prior(torch.zeros(1500, 3, 3, dtype=torch.float64), rng())

    def field(x, t):
        return -x / (SPREAD**2 + schedule(t).sigma ** 2)

    guidance = Guidance(lambda x: (pull * x).sum((-1, -2)), data_scale=SPREAD)
    x = integrate(field, process, start, karras_grid(60, schedule), stepper=heun, guidance=guidance)
    expected = -(SPREAD**2) * CenterFree().project(pull)
    torch.testing.assert_close(x.mean(0), expected, atol=0.1, rtol=0)
    torch.testing.assert_close(x.sum(1), torch.zeros(1500, 3, dtype=torch.float64))


CENTERS = {
    Torus(): torch.tensor([2.9, -1.0, 0.3], dtype=torch.float64),
    SO3(): torch.eye(3, dtype=torch.float64),
    Sphere(): torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64),
}


def heat_score(manifold, center, x, sigma):
    way = manifold.log(center.expand_as(x), x)
    return manifold.heat_score(center.expand_as(x), way, sigma.expand(*way.shape[:-1], 1))


@pytest.mark.parametrize("manifold", CENTERS, ids=lambda manifold: type(manifold).__name__)
def test_a_diffusion_on_a_compact_manifold_is_tilted(manifold):
    """Heat kernels about one point add their variances; the energy is linear in the coordinates log(center, x)."""
    process, center = HeatDiffusion(manifold, VarianceExploding(0.01, 3.0)), CENTERS[manifold]
    start = process.prior(center.expand(200, *center.shape), rng())

    def field(x, t):
        return heat_score(manifold, center, x, (NARROW**2 + process.schedule(t).sigma ** 2).sqrt())

    guidance = Guidance(lambda x: manifold.log(center.expand_as(x), x) @ PULL, scale=STRENGTH, data_scale=NARROW)
    x = integrate(field, process, start, karras_grid(40, process.schedule), stepper=heun, guidance=guidance)
    moved = manifold.log(center.expand_as(x), x).mean(0)
    torch.testing.assert_close(moved, -STRENGTH * NARROW**2 * PULL, atol=0.04, rtol=0)


def velocity_of_cloud(manifold, cloud, x, t):
    """E[-log(x, x0) / t] over given points; the way from x0 is t times that to a uniform point."""
    way = -manifold.log(x[:, None].expand(-1, len(cloud), *x.shape[1:]), cloud)
    angle = way.norm(dim=-1)
    if manifold == Torus():
        angle = way.abs().amax(-1)
        inside = (angle < t * math.pi).double()
    elif manifold == SO3():
        inside = (1 - torch.cos(angle / t)) / (1 - torch.cos(angle)).clamp(min=1e-12) * (angle < t * math.pi)
    else:
        inside = torch.sin(angle / t) / torch.sin(angle).clamp(min=1e-9) * (angle < t * math.pi)
    weight = inside + 1e-12 * torch.exp(-50 * angle)
    return (weight[..., None] * way).sum(1) / weight.sum(-1)[:, None] / t


@pytest.mark.parametrize("manifold", CENTERS, ids=lambda manifold: type(manifold).__name__)
def test_a_flow_on_a_compact_manifold_is_tilted(manifold):
    """The mean of the cloud of data, each weighted by exp(-energy); right to the first order of its spread."""
    process, center = GeodesicFlow(manifold), CENTERS[manifold]
    middle = center.expand(100, *center.shape)
    cloud = manifold.exp(middle, NARROW * manifold.tangent_noise(middle, rng(2)))
    places = manifold.log(middle, cloud)
    start = process.prior(center.expand(100, *center.shape), rng())
    guidance = Guidance(lambda x: manifold.log(center.expand_as(x), x) @ PULL, scale=STRENGTH, data_scale=NARROW)
    times = torch.linspace(1, 0.01, 30, dtype=torch.float64)
    field = partial(velocity_of_cloud, manifold, cloud)
    x = integrate(field, process, start, times, stepper=midpoint, guidance=guidance)
    expected = (-STRENGTH * places @ PULL).softmax(0) @ places
    torch.testing.assert_close(manifold.log(center.expand_as(x), x).mean(0), expected, atol=0.04, rtol=0)


def test_parts_of_a_product_have_their_own_spread():
    process = ProductProcess({"translation": TranslationDiffusion(), "torsion": TorsionDiffusion()})
    state = {"translation": torch.ones(2, 3), "torsion": torch.ones(2, 4)}

    def ends(data_scale):
        guidance = Guidance(lambda s: s["translation"].sum(-1) + s["torsion"].sum(-1), data_scale=data_scale)
        still = {name: torch.zeros_like(value) for name, value in state.items()}
        return integrate(lambda x, t: still, process, state, uniform_grid(4), guidance=guidance)

    alike, other = ends({"translation": 1.0, "torsion": 1.0}), ends({"translation": 2.0, "torsion": 1.0})
    torch.testing.assert_close(alike, ends(1.0))
    assert (other["translation"] < alike["translation"]).all()
    assert torch.equal(other["torsion"], alike["torsion"])
    with pytest.raises(ValueError, match="torsion"):
        ends({"translation": 1.0})
