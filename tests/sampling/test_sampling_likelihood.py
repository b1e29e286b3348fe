"""Densities along fields whose flow is known, on every manifold; the three views of a diffusion agree."""

import math

import pytest
import torch

from molgen.geometry import rotations
from molgen.manifolds import CenterFree, Euclidean, Sphere, wrapped_normal
from molgen.processes import (
    CartesianDiffusion,
    GaussianProcess,
    GeodesicFlow,
    HeatDiffusion,
    ProductProcess,
    RotationDiffusion,
    TorsionDiffusion,
    TorsionFlow,
    TranslationDiffusion,
    TranslationFlow,
    VarianceExploding,
    VariancePreservingLinear,
    igso3,
)
from molgen.sampling import evidence_lower_bound, log_likelihood, sample_with_likelihood, torus_points
from molgen.sampling.likelihood import integrate_with_divergence, velocity_and_divergence

SPREAD = 0.4
FLAT = GeodesicFlow(Euclidean())


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def sphere_log_density(x, sigma):
    """The heat kernel of S^2 about the pole, by its Legendre series."""
    cosine, degree = x[:, 2], torch.arange(60, dtype=torch.float64)
    before, now, series = torch.zeros_like(cosine), torch.ones_like(cosine), torch.zeros_like(cosine)
    for n in degree.tolist():
        series = series + (2 * n + 1) / (4 * math.pi) * math.exp(-0.5 * n * (n + 1) * float(sigma) ** 2) * now
        before, now = now, ((2 * n + 1) * cosine * now - n * before) / (n + 1)
    return series.log()


def normal_log_density(x, sigma):
    return (-0.5 * (x / sigma) ** 2 - torch.as_tensor(sigma).log() - 0.5 * math.log(2 * math.pi)).sum(-1)


CASES = {
    "R^3": (TranslationDiffusion(VarianceExploding(0.05, 20.0)), torch.zeros(3).double(), normal_log_density),
    "torus": (
        TorsionDiffusion(),
        torch.zeros(3).double(),
        lambda x, sigma: wrapped_normal.log_density(x, sigma.expand_as(x)).sum(-1),
    ),
    "SO(3)": (
        RotationDiffusion(),
        torch.eye(3).double(),
        lambda x, sigma: igso3.log_density(rotations.log(x), sigma.expand(len(x))) - math.log(8 * math.pi**2),
    ),
    "sphere": (
        HeatDiffusion(Sphere(), VarianceExploding(0.03, 3.0)),
        torch.tensor([0.0, 0.0, 1.0]).double(),
        sphere_log_density,
    ),
}


def case(name):
    """A diffusion whose data follow a heat kernel: points, the exact score, and the log-density at t = 0."""
    process, center, density = CASES[name]
    middle = center.expand(12, *center.shape)
    manifold = process.manifold
    x = manifold.exp(middle, SPREAD * manifold.tangent_noise(middle, rng(1)))

    def score(x, t):
        sigma = (SPREAD**2 + process.schedule(t).sigma ** 2).sqrt()
        if isinstance(process, TranslationDiffusion):
            return -x / sigma**2
        way = manifold.log(center.expand_as(x), x)
        return manifold.heat_score(center.expand_as(x), way, sigma.expand(*way.shape[:-1], 1))

    sigma = (SPREAD**2 + process.schedule(torch.zeros(()).double()).sigma ** 2).sqrt()
    return process, score, x, density(x, sigma)


def test_the_divergence_is_the_trace_of_the_jacobian():
    matrix = torch.tensor([[0.3, -1.0, 0.2], [0.5, 0.1, 0.0], [0.0, 2.0, -0.7]], dtype=torch.float64)
    x = torus_points(5, 3, seed=1)
    with torch.no_grad():  # gradients are taken all the same
        value, divergence = velocity_and_divergence(lambda x, t: (x @ matrix).sin() * t, FLAT, x, torch.tensor(2.0))
    torch.testing.assert_close(value, 2 * (x @ matrix).sin())
    jacobians = torch.stack([torch.autograd.functional.jacobian(lambda y: 2 * (y @ matrix).sin(), row) for row in x])
    torch.testing.assert_close(divergence, torch.diagonal(jacobians, dim1=1, dim2=2).sum(-1))


def test_a_linear_field_gives_its_exponential():
    """dx/dt = a x: x(1) = e^a x(0), and the volume grows by e^(m a)."""
    rate = 0.8
    x = torus_points(4, 2, seed=0)
    end, total = integrate_with_divergence(lambda x, t: rate * x, FLAT, x, torch.linspace(0, 1, 9, dtype=torch.float64))
    torch.testing.assert_close(end, math.exp(rate) * x, rtol=1e-5, atol=0)
    torch.testing.assert_close(total, torch.full_like(total, 2 * rate))


def test_a_field_that_squeezes_the_circle_has_a_known_density():
    """dx/dt = k sin x moves tan(x / 2) by the factor e^k: the density at the data is its derivative over 2 pi."""
    k = 1.2
    x = torch.linspace(-math.pi, math.pi, 65, dtype=torch.float64)[:-1, None]
    found = log_likelihood(lambda x, t: k * x.sin(), TorsionFlow(), x, steps=32)
    tangent = (x[:, 0] / 2).tan()
    growth = math.exp(k) * (1 + tangent**2) / (1 + math.exp(2 * k) * tangent**2)
    torch.testing.assert_close(found, growth.log() - math.log(2 * math.pi), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_the_probability_flow_has_the_density_of_the_data(name):
    process, score, x, expected = case(name)
    torch.testing.assert_close(log_likelihood(score, process, x, steps=20), expected, atol=0.05, rtol=0)


@pytest.mark.parametrize("name", CASES)
def test_the_variational_bound_is_tight_for_the_exact_score_and_lower_for_another(name):
    process, score, x, expected = case(name)
    x, expected = x.repeat(8, *[1] * (x.ndim - 1)), expected.repeat(8)
    gaps = evidence_lower_bound(score, process, x, rng(2), draws=25) - expected
    error = float(gaps.std()) / len(gaps) ** 0.5
    assert abs(float(gaps.mean())) < 4 * error < 1.0
    wrong = evidence_lower_bound(lambda x, t: 0.4 * score(x, t), process, x, rng(2), draws=25)
    assert float((wrong - expected).mean()) < -4 * error


def test_a_bound_needs_a_diffusion():
    with pytest.raises(ValueError, match="ODE-only"):
        evidence_lower_bound(lambda x, t: x, TorsionFlow(), torch.zeros(2, 3), rng())
    with pytest.raises(ValueError, match="singular"):
        evidence_lower_bound(lambda x, t: x, TranslationFlow(), torch.zeros(2, 3), rng())


def test_the_views_agree_on_a_variance_preserving_path():
    process = GaussianProcess(Euclidean(), VariancePreservingLinear(), "score")

    def score(x, t):
        point = process.schedule(t)
        return -x / ((point.alpha * SPREAD) ** 2 + point.sigma**2)

    x = SPREAD * torch.randn(200, 3, generator=rng(), dtype=torch.float64)
    exact = normal_log_density(x, SPREAD)
    flow = log_likelihood(score, process, x[:10], time=1e-3, steps=60)
    torch.testing.assert_close(flow, exact[:10], atol=0.02, rtol=0)
    gaps = evidence_lower_bound(score, process, x, rng(), draws=100) - exact
    assert abs(float(gaps.mean())) < 4 * float(gaps.std()) / 200**0.5 < 1.2


def test_a_product_is_the_sum_of_independent_parts_and_a_sample_knows_its_density():
    parts = {name: case(name) for name in ("R^3", "torus", "SO(3)")}
    process = ProductProcess({name: part[0] for name, part in parts.items()})

    def score(state, t):
        return {name: part[1](state[name], t) for name, part in parts.items()}

    state = {name: part[2] for name, part in parts.items()}
    expected = sum(part[3] for part in parts.values())
    found = log_likelihood(score, process, state, steps=16)
    torch.testing.assert_close(found, expected, atol=0.1, rtol=0)
    start = process.prior({name: x[:4] for name, x in state.items()}, rng(4))
    end, likelihood = sample_with_likelihood(score, process, start, steps=16)
    torch.testing.assert_close(log_likelihood(score, process, end, steps=16), likelihood, atol=0.1, rtol=0)


def test_probes_estimate_the_divergence_without_bias():
    process, score, x, _ = case("torus")
    exact = log_likelihood(score, process, x, steps=10)
    found = torch.stack([log_likelihood(score, process, x, steps=10, probes=4, rng=rng(k)) for k in range(8)])
    error = found.std(0) / 8**0.5
    assert ((found.mean(0) - exact).abs() < 4 * error + 1e-3).all()
    assert float(error.mean()) > 1e-3
    with pytest.raises(ValueError, match="needs rng"):
        log_likelihood(score, process, x, probes=1)


def test_the_density_of_centered_coordinates_counts_their_dimensions():
    """Six of nine: the prior of three atoms, integrated over the plane of centered coordinates, is 1."""
    process = CartesianDiffusion()
    x = CenterFree().project(torch.randn(5, 3, 3, generator=rng(), dtype=torch.float64))
    sigma = float(process.schedule(torch.ones(()).double()).sigma)
    expected = -0.5 * x.square().sum((-1, -2)) / sigma**2 - 6 * math.log(sigma * (2 * math.pi) ** 0.5)
    torch.testing.assert_close(process.prior_log_density(x), expected)
    _, divergence = velocity_and_divergence(
        lambda x, t: -x, GeodesicFlow(CenterFree()), x, torch.tensor(0.5, dtype=torch.float64)
    )
    torch.testing.assert_close(divergence, torch.full((5,), -6.0, dtype=torch.float64))
