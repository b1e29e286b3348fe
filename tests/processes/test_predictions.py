import itertools

import pytest
import torch

from molgen.geometry import rotations, torus
from molgen.processes import (
    LinearPath,
    RotationFlow,
    TorsionFlow,
    VarianceExploding,
    VariancePreservingCosine,
    VariancePreservingLinear,
    convert,
)
from molgen.processes.predictions import score_from_velocity, velocity_from_score, velocity_from_x0, x0_from_velocity

KINDS = ["noise", "x0", "velocity", "score"]
SCHEDULES = [VarianceExploding(), VariancePreservingLinear(), VariancePreservingCosine(scale=2.0), LinearPath(3.0)]


def path(schedule):
    rng = torch.Generator().manual_seed(0)
    t = 0.05 + 0.9 * torch.rand(30, 1, generator=rng, dtype=torch.float64)
    x0, noise = torch.randn(2, 30, 3, generator=rng, dtype=torch.float64)
    return schedule(t), x0, noise


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize(("source", "target"), list(itertools.product(KINDS, KINDS)))
def test_every_kind_converts_to_every_other(schedule, source, target):
    point, x0, noise = path(schedule)
    x = point.alpha * x0 + point.sigma * noise
    known = {
        "noise": noise,
        "x0": x0,
        "velocity": point.dalpha * x0 + point.dsigma * noise,
        "score": -(x - point.alpha * x0) / point.sigma**2,
    }
    converted = convert(known[source], x, point, source, target)
    torch.testing.assert_close(converted, known[target], rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(convert(converted, x, point, target, source), known[source], rtol=1e-8, atol=1e-8)


def test_linear_flow_velocity_is_the_way_from_data_to_prior():
    point, x0, noise = path(LinearPath(3.0))
    x = point.alpha * x0 + point.sigma * noise
    torch.testing.assert_close(convert(noise, x, point, "noise", "velocity"), 3 * noise - x0)


def test_score_of_gaussian_data_converts_to_its_posterior_mean():
    """For x0 ~ N(m, s^2): E[x0 | x] = m + s^2 alpha (x - alpha m) / (alpha^2 s^2 + sigma^2)."""
    point, _, x = path(VariancePreservingLinear())
    mean, variance = 0.7, 0.3
    total = point.alpha**2 * variance + point.sigma**2
    expected = mean + variance * point.alpha * (x - point.alpha * mean) / total
    score = -(x - point.alpha * mean) / total
    torch.testing.assert_close(convert(score, x, point, "score", "x0"), expected)


def test_an_unknown_kind_is_an_error():
    point, x, _ = path(LinearPath())
    with pytest.raises(ValueError, match="unknown prediction"):
        convert(x, x, point, "speed", "x0")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="unknown prediction"):
        convert(x, x, point, "x0", "speed")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("process", [TorsionFlow(), RotationFlow()], ids=["torus", "so3"])
def test_geodesic_velocity_and_data_end_determine_each_other(process):
    rng = torch.Generator().manual_seed(0)
    like = torch.zeros(50, 4).double() if isinstance(process, TorsionFlow) else torch.eye(3).double().expand(50, 3, 3)
    x0 = process.prior(like, rng)
    t = 0.05 + 0.9 * torch.rand(50, 1, generator=rng, dtype=torch.float64)
    noised = process.corrupt(x0, t, rng)
    back = x0_from_velocity(noised.x_t, noised.target, t, process.manifold.exp)
    distance = torus.log(back, x0).abs() if isinstance(process, TorsionFlow) else rotations.distance(back, x0)
    assert distance.max() < 1e-6
    torch.testing.assert_close(
        velocity_from_x0(noised.x_t, x0, t, process.manifold.log), noised.target, rtol=1e-6, atol=1e-6
    )


def test_probability_flow_velocity_and_score_determine_each_other():
    point, score, _ = path(VarianceExploding(0.1, 2.0))
    velocity = velocity_from_score(score, point)
    torch.testing.assert_close(velocity, -point.sigma * point.dsigma * score)
    torch.testing.assert_close(score_from_velocity(velocity, point), score)
