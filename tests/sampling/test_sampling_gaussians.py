"""Samplers fed with the exact field of Gaussian data must return its mean and spread."""

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
    VariancePreservingCosine,
    VariancePreservingLinear,
    center_free,
)
from molgen.sampling import (
    euler,
    euler_maruyama,
    heun,
    integrate,
    karras_grid,
    low_temperature,
    midpoint,
    predictor_corrector,
    uniform_grid,
)

SPREAD = 0.5
MEAN = torch.tensor([1.0, -0.5, 0.2], dtype=torch.float64)
ATOMS = torch.tensor([[1.0, 0, 0], [-1.0, 1, 0], [0, -1, 2], [0, 0, -2]], dtype=torch.float64)
PROCESSES = {**TRANSLATIONS, "flow-x0": TranslationFlow(LinearPath(2.0), prediction="x0")}
STEPPERS = {
    "euler": (euler, 600),
    "heun": (heun, 120),
    "midpoint": (midpoint, 40),
    "euler-maruyama": (euler_maruyama, 200),
    "predictor-corrector": (predictor_corrector(), 120),
    "low-temperature-1": (low_temperature(1.0, 0.5, SPREAD), 300),
}


def exact_field(process, mean, spread=SPREAD):
    """What a perfect network says about N(mean, spread^2), from the posterior of x0 given x."""

    def field(x, t):
        a = process.schedule(t)
        gain = a.alpha * spread**2 / (a.alpha**2 * spread**2 + a.sigma**2)
        x0 = mean + gain * (x - a.alpha * mean)
        noise = (x - a.alpha * mean) * a.sigma / (a.alpha**2 * spread**2 + a.sigma**2)
        score = -(x - a.alpha * mean) / (a.alpha**2 * spread**2 + a.sigma**2)
        velocity = a.dalpha * x0 + a.dsigma * noise
        return {"x0": x0, "noise": noise, "score": score, "velocity": velocity}[process.prediction]

    return field


def draw(process, stepper, steps, like, mean, seed=0, spread=SPREAD, mask=None):
    rng = torch.Generator().manual_seed(seed)
    is_exploding = isinstance(process.schedule, VarianceExploding)
    times = karras_grid(steps, process.schedule) if is_exploding else uniform_grid(steps)
    start = process.prior(like, rng, mask)
    return integrate(exact_field(process, mean, spread), process, start, times, stepper=stepper, rng=rng, mask=mask)


@pytest.mark.parametrize("stepper", STEPPERS)
@pytest.mark.parametrize("name", PROCESSES)
def test_translations_recover_mean_and_spread(name, stepper):
    like = torch.zeros(2500, 3, dtype=torch.float64)
    x = draw(PROCESSES[name], *STEPPERS[stepper], like, MEAN)
    torch.testing.assert_close(x.mean(0), MEAN, atol=0.04, rtol=0)
    torch.testing.assert_close(x.std(0), torch.full((3,), SPREAD, dtype=torch.float64), atol=0.03, rtol=0)


@pytest.mark.parametrize("stepper", ["heun", "euler-maruyama", "predictor-corrector"])
@pytest.mark.parametrize("family", [CartesianDiffusion, CartesianFlow])
def test_padded_molecules_recover_mean_and_spread(family, stepper):
    count = 700
    mask = torch.tensor([[True] * 4, [True] * 3 + [False]]).repeat(count, 1)
    mean = center_free(ATOMS.expand(2 * count, 4, 3), mask)
    x = draw(family(), *STEPPERS[stepper], torch.zeros(2 * count, 4, 3, dtype=torch.float64), mean, mask=mask)
    for row, atoms in ((0, 4), (1, 3)):
        part = x[row::2, :atoms]
        torch.testing.assert_close(part.mean(0), mean[row, :atoms], atol=0.07, rtol=0)
        expected = SPREAD**2 * 3 * (atoms - 1)
        assert float(((part - mean[row, :atoms]) ** 2).sum((-1, -2)).mean()) == pytest.approx(expected, rel=0.06)
    assert x[1::2, 3].abs().max() == 0


@pytest.mark.parametrize("equilibration", [0.0, 1.0])
@pytest.mark.parametrize("name", ["ve", "vp-linear", "flow"])
def test_low_temperature_narrows_a_gaussian_by_its_inverse(name, equilibration):
    cold = low_temperature(4.0, equilibration, data_scale=SPREAD)
    x = draw(PROCESSES[name], cold, 250, torch.zeros(2500, 3, dtype=torch.float64), MEAN)
    torch.testing.assert_close(x.mean(0), MEAN, atol=0.04, rtol=0)
    assert float(x.std(0).mean()) == pytest.approx(SPREAD / 2, abs=0.02)


def test_low_temperature_has_the_published_rate_on_a_variance_preserving_path():
    """One step by the formula of the paper, written out: data scale 1, beta from the linear schedule."""
    process, heat, psi = TranslationDiffusion(VariancePreservingLinear()), 3.0, 0.7
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    t, dt = torch.tensor(0.6).double(), torch.tensor(-0.01).double()
    score = x.cos()
    beta, alpha = 0.1 + 0.6 * 19.9, math.exp(-0.5 * (0.06 + 0.18 * 19.9))
    rate = heat / (alpha**2 + (1 - alpha**2) * heat)
    noise = torch.randn(5, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    drift = (-0.5 * x - (rate + heat * psi / 2) * score) * beta
    expected = x - 0.01 * drift + math.sqrt(beta * (1 + psi) * 0.01) * noise
    stepper = low_temperature(heat, psi)
    found, _ = stepper.step(lambda x, t: score, process, x, t, dt, torch.Generator().manual_seed(1), None)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("stepper", "order"), [(euler, 1), (heun, 2), (midpoint, 2)])
def test_ode_steppers_converge_at_their_order(stepper, order):
    """Away from t = 0 the ODE of Gaussian data has a closed solution: (x - alpha m) scales with its spread."""
    process = TranslationDiffusion(VariancePreservingCosine())
    start = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    first, last = (process.schedule(torch.tensor(t).double()) for t in (0.9, 0.3))
    spread = [math.sqrt(float(p.alpha**2 * SPREAD**2 + p.sigma**2)) for p in (first, last)]
    exact = last.alpha * MEAN + (start - first.alpha * MEAN) * spread[1] / spread[0]
    errors = []
    for steps in (20, 40):
        times = torch.linspace(0.9, 0.3, steps + 1, dtype=torch.float64)
        end = integrate(exact_field(process, MEAN), process, start, times, stepper=stepper)
        errors.append(float((end - exact).abs().max()))
    assert errors[0] / errors[1] == pytest.approx(2**order, rel=0.15)
