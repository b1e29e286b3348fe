from itertools import pairwise

import pytest
import torch

from molgen.processes import ProductProcess, RotationDiffusion, TorsionFlow, TranslationDiffusion
from molgen.sampling import (
    OneStep,
    adams_bashforth,
    euler,
    euler_maruyama,
    heun,
    integrate,
    low_temperature,
    midpoint,
    power_grid,
    predictor_corrector,
    uniform_grid,
)

DIFFUSION = ProductProcess({"translation": TranslationDiffusion(), "rotation": RotationDiffusion()})


def pose(count):
    like = {"translation": torch.zeros(count, 3), "rotation": torch.eye(3).expand(count, 3, 3)}
    return DIFFUSION.prior(like, torch.Generator().manual_seed(0))


def pull(state, t):
    """A stand-in for a network: some smooth field."""
    return {"translation": -state["translation"] / 400, "rotation": state["rotation"][..., 0].sin() * t.float()}


def test_a_constant_velocity_is_followed_exactly():
    end = integrate(lambda x, t: torch.ones_like(x), TorsionFlow(), torch.zeros(3), uniform_grid(7))
    torch.testing.assert_close(end, torch.full((3,), -1.0))


def test_on_step_sees_every_state_and_the_time_it_belongs_to():
    seen = []
    times = uniform_grid(4)
    end = integrate(
        lambda x, t: torch.ones_like(x),
        TorsionFlow(),
        torch.zeros(1),
        times,
        on_step=lambda index, t, x: seen.append((index, float(t), float(x))),
    )
    assert seen == [(0, 0.75, -0.25), (1, 0.5, -0.5), (2, 0.25, -0.75), (3, 0.0, -1.0)]
    assert float(end) == -1.0


@pytest.mark.parametrize("stepper", [euler, heun, midpoint, euler_maruyama, predictor_corrector(), low_temperature()])
def test_a_product_is_integrated_like_a_tensor(stepper):
    times = uniform_grid(5)
    together = integrate(pull, DIFFUSION, pose(4), times, stepper=stepper, rng=torch.Generator().manual_seed(1))
    assert together["rotation"].shape == (4, 3, 3)
    assert all(part.isfinite().all() for part in together.values())
    if stepper in (euler, heun, midpoint):
        for name, part in DIFFUSION.parts.items():
            alone = integrate(
                lambda x, t, name=name: pull({**pose(4), name: x}, t)[name], part, pose(4)[name], times, stepper=stepper
            )
            torch.testing.assert_close(together[name], alone)


def test_deterministic_samples_do_not_depend_on_the_batch():
    whole = integrate(pull, DIFFUSION, pose(4), uniform_grid(5))
    half = integrate(pull, DIFFUSION, {name: x[:2] for name, x in pose(4).items()}, uniform_grid(5))
    assert all(torch.equal(half[name], whole[name][:2]) for name in whole)


def test_same_generator_state_same_sample():
    def run():
        rng = torch.Generator().manual_seed(5)
        return integrate(pull, DIFFUSION, pose(3), uniform_grid(5), stepper=euler_maruyama, rng=rng)

    first, second = run(), run()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("stepper", [euler_maruyama, predictor_corrector(), low_temperature()])
def test_stochastic_steppers_need_a_generator(stepper):
    with pytest.raises(ValueError, match="needs rng"):
        integrate(pull, DIFFUSION, pose(2), uniform_grid(2), stepper=stepper)


def test_an_sde_on_a_flow_without_score_is_an_error():
    with pytest.raises(ValueError, match="ODE-only"):
        integrate(
            lambda x, t: x,
            TorsionFlow(),
            torch.zeros(2),
            uniform_grid(2),
            stepper=euler_maruyama,
            rng=torch.Generator(),
        )


@pytest.mark.parametrize("times", [[1.0], [0.0, 1.0], [1.0, 1.0, 0.0], [1.1, 0.0], [1.0, -0.1], [[1.0, 0.0]]])
def test_a_grid_that_does_not_descend_in_the_unit_interval_is_an_error(times):
    with pytest.raises(ValueError, match="times must"):
        integrate(lambda x, t: x, TorsionFlow(), torch.zeros(2), torch.tensor(times))


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_adams_bashforth_is_of_second_order_with_one_evaluation_a_step(power):
    evaluations = []

    def field(x, t):
        evaluations.append(float(t))
        return torch.cos(x) * (1 + t)

    start = torch.linspace(-3, 3, 7, dtype=torch.float64)

    def end(steps, stepper):
        return integrate(field, TorsionFlow(), start, power_grid(steps, power), stepper=stepper)

    exact = end(4000, midpoint)
    errors = []
    for steps in (32, 64):
        evaluations.clear()
        errors.append(float((end(steps, adams_bashforth()) - exact).abs().max()))
        assert len(evaluations) == steps
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.15)
    assert errors[1] < 0.1 * float((end(64, euler) - exact).abs().max())


def test_adams_bashforth_is_exact_for_a_velocity_linear_in_time_after_its_first_step():
    """The first step, Euler's, is off by half its square; that the steps are uneven must not show."""
    times = torch.tensor([1.0, 0.98, 0.7, 0.65, 0.4, 0.0], dtype=torch.float64)
    start = torch.tensor([0.1, 2.0], dtype=torch.float64)
    found = integrate(lambda x, t: 3 * t.expand_as(x), TorsionFlow(), start, times, stepper=adams_bashforth())
    torch.testing.assert_close(found, start - 1.5 - 1.5 * (1 - 0.98) ** 2)


def test_a_stepper_serves_several_trajectories_and_remembers_none():
    stepper, process = adams_bashforth(), TorsionFlow()
    times, first, second = uniform_grid(5), torch.zeros(3), torch.ones(3)

    def field(x, t):
        return torch.cos(x) * (1 + t.float())

    alone = [integrate(field, process, x, times, stepper=stepper) for x in (first, second)]
    again = [integrate(field, process, x, times, stepper=stepper) for x in (first, second)]
    states = [(x, stepper.init(process, x)) for x in (first, second)]
    for t, t_next in pairwise(times):
        states = [stepper.step(field, process, x, t, t_next - t, None, carry) for x, carry in states]
    for end, repeated, (woven, _) in zip(alone, again, states, strict=True):
        assert torch.equal(end, repeated)
        assert torch.equal(end, woven)


def test_a_rule_without_memory_becomes_a_stepper():
    @OneStep
    def half_euler(field, process, x, t, dt, rng, mask):
        return process.step(x, field(x, t), t, 0.5 * dt, rng, mask)

    end = integrate(lambda x, t: torch.ones_like(x), TorsionFlow(), torch.zeros(2), uniform_grid(4), stepper=half_euler)
    torch.testing.assert_close(end, torch.full((2,), -0.5))


def test_adams_bashforth_follows_a_constant_velocity_and_a_product_of_processes():
    end = integrate(
        lambda x, t: torch.ones_like(x), TorsionFlow(), torch.zeros(3), power_grid(5, 0.6), stepper=adams_bashforth()
    )
    torch.testing.assert_close(end, torch.full((3,), -1.0))
    together = integrate(pull, DIFFUSION, pose(4), uniform_grid(5), stepper=adams_bashforth())
    assert all(part.isfinite().all() for part in together.values())
