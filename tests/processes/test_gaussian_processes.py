import math

import pytest
import torch
from translation_processes import TRANSLATIONS

from molgen.processes import (
    CartesianDiffusion,
    CartesianFlow,
    LinearPath,
    TranslationDiffusion,
    TranslationFlow,
    VarianceExploding,
    center_free,
)

COUNT, MEAN, SPREAD = 100000, 1.5, 0.5
PROCESSES = {**TRANSLATIONS, "flow-score": TranslationFlow(LinearPath(2.0), prediction="score")}
each_process = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)


@each_process
def test_regressing_the_target_on_the_state_gives_the_gaussian_answer(process):
    """For jointly Gaussian (x_t, target) the expectation of the target is linear in x_t with slope cov / var."""
    t, rng = 0.4, torch.Generator().manual_seed(0)
    x0 = MEAN + SPREAD * torch.randn(COUNT, 1, generator=rng, dtype=torch.float64)
    noised = process.corrupt(x0, t, rng)
    a = process.schedule(torch.tensor(t, dtype=torch.float64))
    variance = a.alpha**2 * SPREAD**2 + a.sigma**2
    slope = {
        "score": -1 / variance,
        "noise": a.sigma / variance,
        "x0": a.alpha * SPREAD**2 / variance,
        "velocity": (a.alpha * a.dalpha * SPREAD**2 + a.sigma * a.dsigma) / variance,
    }[process.prediction]
    level = {"score": 0.0, "noise": 0.0, "x0": MEAN, "velocity": float(a.dalpha) * MEAN}[process.prediction]
    x, y = noised.x_t - noised.x_t.mean(), noised.target - noised.target.mean()
    error = float(y.std() / x.std()) / math.sqrt(COUNT)
    assert float((x * y).mean() / (x * x).mean()) == pytest.approx(float(slope), abs=5 * error)
    assert float(noised.target.mean()) == pytest.approx(level, abs=5 * float(noised.target.std()) / math.sqrt(COUNT))
    assert float(x.std()) == pytest.approx(float(variance.sqrt()), rel=0.02)


@each_process
def test_the_true_target_denoises_to_the_data(process):
    rng = torch.Generator().manual_seed(0)
    x0, t = torch.randn(50, 3, generator=rng, dtype=torch.float64), 0.1 + 0.8 * torch.rand(50, generator=rng)
    noised = process.corrupt(x0, t, rng)
    torch.testing.assert_close(process.denoised(noised.x_t, noised.target, t), x0, rtol=1e-6, atol=1e-6)


@each_process
def test_adding_a_score_adds_it(process):
    rng = torch.Generator().manual_seed(0)
    x, value, delta = torch.randn(3, 20, 3, generator=rng, dtype=torch.float64)
    before = process.score(x, value, 0.6)
    after = process.score(x, process.add_score(x, value, 0.6, delta), 0.6)
    torch.testing.assert_close(after - before, delta)


def test_flow_velocity_is_prior_minus_data():
    rng = torch.Generator().manual_seed(0)
    x0 = torch.randn(10, 3, generator=rng, dtype=torch.float64)
    start, end = (TranslationFlow().corrupt(x0, t, torch.Generator().manual_seed(1)) for t in (0.0, 1.0))
    torch.testing.assert_close(start.x_t, x0)
    torch.testing.assert_close(start.target, end.x_t - x0)


@pytest.mark.parametrize("family", [CartesianDiffusion, CartesianFlow])
def test_cartesian_states_stay_centered_and_padding_stays_zero(family):
    mask = torch.tensor([[True] * 5, [True, True, True, False, False]])
    process, rng = family(), torch.Generator().manual_seed(0)
    x0 = torch.randn(2, 5, 3, generator=rng) + 10
    noised = process.corrupt(x0, torch.tensor([0.3, 0.8]), rng, mask)
    moved = process.step(noised.x_t, noised.target, 0.5, -0.1, rng, mask)
    assert torch.equal((noised.weight > 0).expand(2, 5, 3), mask[..., None].expand(2, 5, 3))
    for x in (noised.x_t, noised.target, process.prior(x0, rng, mask), moved, process.move(noised.x_t, x0, mask)):
        assert x.mean(-2)[0].abs().max() < 1e-5
        assert x[1, :3].mean(-2).abs().max() < 1e-5
        assert x[1, 3:].abs().max() == 0


def test_cartesian_noise_has_three_degrees_of_freedom_less():
    process = CartesianDiffusion(VarianceExploding(0.1, 2.0))
    x = process.prior(torch.zeros(20000, 4, 3), torch.Generator().manual_seed(0))
    assert float((x**2).sum((-1, -2)).mean()) == pytest.approx(4 * 9, rel=0.02)


def test_padding_does_not_change_the_center():
    x = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
    padded = torch.cat([x, torch.full((1, 2, 3), 99.0)], 1)
    mask = torch.tensor([[True] * 4 + [False] * 2])
    torch.testing.assert_close(center_free(padded, mask)[:, :4], center_free(x))


def test_score_weight_is_the_noise_variance():
    process = TranslationDiffusion(VarianceExploding(0.1, 5.0))
    noised = process.corrupt(torch.zeros(COUNT, 1), 0.7, torch.Generator().manual_seed(0))
    assert float((noised.weight * noised.target**2).mean()) == pytest.approx(1, abs=0.02)


def test_a_linear_path_has_a_finite_sde_at_the_prior():
    process, x = TranslationFlow(), torch.ones(5, 3)
    assert process.step(x, x, 1.0, -0.1, torch.Generator().manual_seed(0)).isfinite().all()
