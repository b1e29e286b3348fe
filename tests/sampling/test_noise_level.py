"""Steps in the noise level: exact for data at one point, and right for a Gaussian."""

import pytest
import torch

from molgen.errors import ConfigError
from molgen.processes import RotationDiffusion, TorsionDiffusion, TranslationDiffusion
from molgen.processes.product import ProductProcess
from molgen.processes.schedules import VarianceExploding
from molgen.sampling import integrate, uniform_grid
from molgen.sampling.named import SAMPLERS, check_score, stepper_of

NARROW = VarianceExploding(0.05, 1.0)  # small enough that the torus is flat about the data
ODE, SDE = (stepper_of(name, exploding=True) for name in ("ode", "sde"))


def gaussian_field(process, spread: float):
    """The score of data N(0, spread^2)."""
    return lambda x, t: -x / (spread**2 + process.path(x, t).sigma ** 2)


@pytest.mark.parametrize("stepper", [ODE, SDE], ids=["ode", "sde"])
def test_one_step_reaches_data_at_one_point(stepper):
    process, rng = TranslationDiffusion(VarianceExploding(0.001, 4.0)), torch.Generator().manual_seed(0)
    x = process.prior(torch.zeros(200, 3), rng)
    found = integrate(gaussian_field(process, 0.0), process, x, uniform_grid(1), stepper=stepper, rng=rng)
    assert found.abs().max() < 0.02


@pytest.mark.parametrize(("stepper", "steps"), [(ODE, 30), (SDE, 120)], ids=["ode", "sde"])
def test_samples_have_the_spread_of_gaussian_data(stepper, steps):
    process, rng = TranslationDiffusion(VarianceExploding(0.01, 4.0)), torch.Generator().manual_seed(0)
    x = 4.0 * torch.randn(20_000, 3, generator=rng)
    found = integrate(gaussian_field(process, 0.5), process, x, uniform_grid(steps), stepper=stepper, rng=rng)
    assert abs(float(found.std()) / 0.5 - 1) < 0.06


def test_few_steps_in_sigma_are_nearer_than_steps_in_time():
    process, rng = TorsionDiffusion(NARROW), torch.Generator().manual_seed(0)
    x = 0.8 * torch.randn(500, 2, generator=rng)
    field = gaussian_field(process, 0.2)
    exact = integrate(field, process, x, uniform_grid(400), stepper=ODE)
    errors = [
        (integrate(field, process, x, uniform_grid(4), stepper=stepper) - exact).abs().mean()
        for stepper in (ODE, stepper_of("ode"))
    ]
    assert errors[0] < 0.5 * errors[1]


@pytest.mark.parametrize("stepper", [ODE, SDE], ids=["ode", "sde"])
def test_parts_of_a_product_move_by_their_own_noise(stepper):
    parts = {"translation": TranslationDiffusion(), "rotation": RotationDiffusion(), "torsion": TorsionDiffusion()}
    product, rng = ProductProcess(parts), torch.Generator().manual_seed(0)
    like = {"translation": torch.zeros(4, 3), "rotation": torch.eye(3).expand(4, 3, 3), "torsion": torch.zeros(4, 2)}
    start = product.prior(like, rng)
    still = integrate(lambda x, t: product.tangent(x), product, start, uniform_grid(3), stepper=ODE)
    assert all(torch.allclose(still[name], start[name], atol=1e-5) for name in start)
    moved = integrate(lambda x, t: product.tangent(x), product, start, uniform_grid(3), stepper=stepper, rng=rng)
    assert all(torch.isfinite(value).all() for value in moved.values())


def test_a_stochastic_sampler_needs_a_score():
    check_score("ode", False, "a flow")
    with pytest.raises(ConfigError, match="needs a score"):
        check_score("sde", False, "a flow")
    with pytest.raises(ConfigError, match="sampler must be"):
        stepper_of("magic")
    assert all(stepper_of(name) for name in SAMPLERS)


def test_an_ancestral_step_needs_noise():
    process = TorsionDiffusion()
    with pytest.raises(ValueError, match="rng"):
        integrate(gaussian_field(process, 1.0), process, torch.zeros(1, 1), uniform_grid(2), stepper=SDE)
