"""The ancestral rule and the samplers by name."""

import pytest
import torch

from molgen.errors import ConfigError
from molgen.processes import CartesianDiffusion, RotationDiffusion, TorsionDiffusion, TranslationDiffusion
from molgen.processes.product import ProductProcess
from molgen.processes.schedules import VarianceExploding
from molgen.sampling import integrate, uniform_grid
from molgen.sampling.named import SAMPLERS, check_score, stepper_of
from molgen.sampling.stochastic import ancestral


def gaussian_field(process, spread: float):
    """The score of data N(0, spread^2)."""
    return lambda x, t: -x / (spread**2 + process.path(x, t).sigma ** 2)


def test_one_step_reaches_data_at_one_point():
    process, rng = TranslationDiffusion(VarianceExploding(0.001, 4.0)), torch.Generator().manual_seed(0)
    x = process.prior(torch.zeros(200, 3), rng)
    found = integrate(gaussian_field(process, 0.0), process, x, uniform_grid(1), stepper=ancestral, rng=rng)
    assert found.abs().max() < 0.02


def test_samples_have_the_spread_of_gaussian_data():
    process, rng = TranslationDiffusion(VarianceExploding(0.01, 4.0)), torch.Generator().manual_seed(0)
    x = 4.0 * torch.randn(20_000, 3, generator=rng)
    found = integrate(gaussian_field(process, 0.5), process, x, uniform_grid(120), stepper=ancestral, rng=rng)
    assert abs(float(found.std()) / 0.5 - 1) < 0.06


def test_parts_of_a_product_move_by_their_own_noise():
    parts = {"translation": TranslationDiffusion(), "rotation": RotationDiffusion(), "torsion": TorsionDiffusion()}
    product, rng = ProductProcess(parts), torch.Generator().manual_seed(0)
    like = {"translation": torch.zeros(4, 3), "rotation": torch.eye(3).expand(4, 3, 3), "torsion": torch.zeros(4, 2)}
    start = product.prior(like, rng)
    moved = integrate(lambda x, t: product.tangent(x), product, start, uniform_grid(3), stepper=ancestral, rng=rng)
    assert all(torch.isfinite(value).all() for value in moved.values())
    turns = moved["rotation"] @ moved["rotation"].transpose(-1, -2)
    torch.testing.assert_close(turns, torch.eye(3).expand(4, 3, 3), rtol=0, atol=1e-5)


def test_a_path_that_shrinks_the_data_is_refused_and_so_is_a_step_without_noise():
    process, x = CartesianDiffusion(), torch.zeros(1, 4, 3)
    with pytest.raises(ValueError, match="variance-exploding"):
        integrate(lambda x, t: x, process, x, uniform_grid(2), stepper=ancestral, rng=torch.Generator())
    with pytest.raises(ValueError, match="rng"):
        integrate(gaussian_field(TorsionDiffusion(), 1.0), TorsionDiffusion(), x, uniform_grid(2), stepper=ancestral)


def test_a_stochastic_sampler_needs_a_score():
    check_score("ode", False, "a flow")
    with pytest.raises(ConfigError, match="needs a score"):
        check_score("sde", False, "a flow")
    with pytest.raises(ConfigError, match="sampler must be"):
        stepper_of("magic")
    assert all(stepper_of(name, exploding=exploding) for name in SAMPLERS for exploding in (False, True))
