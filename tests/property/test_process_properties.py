import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from molgen.geometry import rotations
from molgen.manifolds import igso3, wrapped_normal
from molgen.processes import (
    CartesianDiffusion,
    CartesianFlow,
    LinearPath,
    RotationDiffusion,
    RotationFlow,
    TorsionDiffusion,
    TorsionFlow,
    TranslationDiffusion,
    TranslationFlow,
    VarianceExploding,
    VariancePreservingCosine,
    VariancePreservingLinear,
    convert,
)

DTYPES = [torch.float32, torch.float64]
KINDS = st.sampled_from(["noise", "x0", "velocity", "score"])
SCHEDULES = [VarianceExploding(0.1, 5.0), VariancePreservingLinear(), VariancePreservingCosine(), LinearPath(2.0)]
times = st.floats(0.05, 0.95)
seeds = st.integers(0, 2**31 - 1)
EQUIVARIANT = [CartesianDiffusion(), CartesianFlow(), TranslationDiffusion(), TranslationFlow()]
ALL = [*EQUIVARIANT, RotationDiffusion(), RotationFlow(), TorsionDiffusion(), TorsionFlow()]


def name(process):
    return type(process).__name__


def random_state(process, rng, dtype):
    if isinstance(process, RotationDiffusion | RotationFlow):
        return rotations.random_rotation((4,), rng, dtype=dtype)
    x = torch.randn(4, 5, 3, generator=rng, dtype=dtype)
    return x[:, 0] if isinstance(process, TorsionDiffusion | TorsionFlow) else x


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=40)
@given(t=times, seed=seeds, schedule=st.sampled_from(SCHEDULES), source=KINDS, target=KINDS)
def test_predictions_round_trip(dtype, t, seed, schedule, source, target):
    value, x = torch.randn(2, 6, generator=torch.Generator().manual_seed(seed), dtype=dtype)
    point = schedule(torch.tensor(t, dtype=dtype))
    back = convert(convert(value, x, point, source, target), x, point, target, source)
    torch.testing.assert_close(back, value, atol=2e-2 if dtype == torch.float32 else 1e-9, rtol=1e-3)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("process", ALL, ids=name)
@settings(max_examples=15)
@given(t=times, seed=seeds)
def test_corruption_and_steps_are_finite_and_keep_shape_and_dtype(process, dtype, t, seed):
    rng = torch.Generator().manual_seed(seed)
    x0 = random_state(process, rng, dtype)
    noised = process.corrupt(x0, torch.full((4,), t), rng)
    moved = process.step(noised.x_t, noised.target, t, -0.05)
    for x in (noised.x_t, moved, process.prior(x0, rng)):
        assert x.shape == x0.shape
        assert x.dtype == dtype
        assert x.isfinite().all()
    assert noised.target.shape == process.tangent(x0).shape
    assert torch.broadcast_shapes(noised.weight.shape, noised.target.shape) == noised.target.shape
    assert (noised.weight > 0).all()


@pytest.mark.parametrize("process", EQUIVARIANT, ids=name)
@settings(max_examples=15)
@given(t=times, seed=seeds)
def test_rotating_state_and_field_rotates_the_step(process, t, seed):
    rng = torch.Generator().manual_seed(seed)
    x = process.corrupt(random_state(process, rng, torch.float64), t, rng)
    turn = rotations.random_rotation((), rng, dtype=torch.float64)
    turned = process.step(x.x_t @ turn, x.target @ turn, t, -0.05)
    torch.testing.assert_close(turned, process.step(x.x_t, x.target, t, -0.05) @ turn)


@pytest.mark.parametrize("process", [TorsionFlow(), RotationFlow(), TranslationFlow(), CartesianFlow()], ids=name)
@settings(max_examples=15)
@given(t=st.floats(0.01, 1), seed=seeds)
def test_one_step_along_the_true_velocity_reaches_the_data(process, t, seed):
    rng = torch.Generator().manual_seed(seed)
    x0 = process.manifold.project(random_state(process, rng, torch.float64))
    noised = process.corrupt(x0, t, rng)
    end = process.step(noised.x_t, noised.target, t, -t)
    close = torch.cos(end) - torch.cos(x0) if isinstance(process, TorsionFlow) else end - x0
    assert close.abs().max() < 1e-6


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=60)
@given(x=st.floats(-10, 10), sigma=st.floats(0.01, 10))
def test_wrapped_score_is_odd_periodic_and_matches_autograd(dtype, x, sigma):
    angle = torch.tensor(x, dtype=dtype).requires_grad_()
    spread = torch.tensor(sigma, dtype=dtype)
    (gradient,) = torch.autograd.grad(wrapped_normal.log_density(angle, spread), angle)
    score = wrapped_normal.score(angle.detach(), spread)
    scale = float(math.pi / spread**2)
    assert float(score) == pytest.approx(float(gradient), abs=(1e-3 if dtype == torch.float32 else 1e-9) * scale)
    mirrored = wrapped_normal.score(-angle.detach(), spread)
    assert float(mirrored) == pytest.approx(-float(score), abs=1e-3 * scale)


@settings(max_examples=60)
@given(seed=seeds, sigma=st.floats(0.01, 5), size=st.floats(1e-6, math.pi - 1e-3))
def test_igso3_score_matches_autograd_and_points_along_the_rotation(seed, sigma, size):
    axis = torch.randn(3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    rotvec = (axis / axis.norm() * size).requires_grad_()
    spread = torch.tensor(sigma, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(igso3.log_density(rotvec, spread), rotvec)
    score = igso3.score(rotvec.detach(), spread)
    # the density depends on the angle alone, so the gradient in the rotation vector is the score
    torch.testing.assert_close(score, gradient, atol=1e-7 / sigma**2, rtol=1e-6)
    assert float(score @ rotvec.detach()) <= 0
