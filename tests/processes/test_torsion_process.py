import math

import pytest
import torch

from molgen.geometry import torus
from molgen.processes import TorsionDiffusion, TorsionFlow, VarianceExploding

COUNT = 40000


def data(count=COUNT):
    return torch.full((count, 1), 3.0) + 0.2 * torch.randn(count, 1, generator=torch.Generator().manual_seed(7))


def test_flow_runs_along_the_shortest_arc_at_its_target_velocity():
    process, x0 = TorsionFlow(), torus.wrap(data(100).double())
    ends = [process.corrupt(x0, t, torch.Generator().manual_seed(0)) for t in (0.0, 0.3, 0.3001, 1.0)]
    torch.testing.assert_close(ends[0].x_t, x0)
    torch.testing.assert_close(torus.log(ends[1].x_t, ends[2].x_t) / 0.0001, ends[1].target, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(ends[3].x_t, process.prior(x0, torch.Generator().manual_seed(0)))
    assert ends[1].target.abs().max() <= math.pi


@pytest.mark.parametrize("process", [TorsionFlow(), TorsionDiffusion()], ids=["flow", "diffusion"])
def test_prior_is_uniform(process):
    angles = process.prior(torch.zeros(COUNT), torch.Generator().manual_seed(0)).sort().values
    expected = torch.linspace(-math.pi, math.pi, COUNT)
    assert (angles - expected).abs().max() < 0.05


def test_full_noise_is_nearly_the_prior():
    x1 = TorsionDiffusion().corrupt(data(), 1.0, torch.Generator().manual_seed(0)).x_t
    assert torch.polar(torch.ones_like(x1), x1).mean().abs() < 0.02


@pytest.mark.parametrize("t", [0.3, 0.7, 1.0])
def test_diffusion_target_satisfies_steins_identity(t):
    """E[score f] = -E[f'] for every periodic f; the target's expectation given x_t is the score."""
    noised = TorsionDiffusion().corrupt(data(), t, torch.Generator().manual_seed(0))
    for order in (1, 2):
        for shift in (0.0, 1.0):
            phase = order * noised.x_t + shift
            found = (noised.target * phase.sin()).mean()
            error = (noised.target * phase.sin()).std() / math.sqrt(COUNT)
            assert (found + order * phase.cos().mean()).abs() < 5 * error + 0.02


@pytest.mark.parametrize("t", [0.05, 0.5, 1.0])
def test_weighted_targets_have_unit_variance(t):
    noised = TorsionDiffusion().corrupt(data(), t, torch.Generator().manual_seed(0))
    assert float((noised.weight * noised.target**2).mean()) == pytest.approx(1, abs=0.04)


def test_each_row_may_have_its_own_time():
    t = torch.tensor([0.01, 1.0])
    spread = TorsionDiffusion().corrupt(torch.zeros(2, 5000), t, torch.Generator().manual_seed(0)).x_t.std(-1)
    sigma = VarianceExploding(0.01 * math.pi, math.pi)(t).sigma
    assert float(spread[0]) == pytest.approx(float(sigma[0]), rel=0.05)
    assert spread[1] > 1.5


def test_flow_refuses_an_sde():
    x = torch.zeros(2, 3)
    with pytest.raises(ValueError, match="ODE-only"):
        TorsionFlow().step(x, x, 0.5, -0.1, torch.Generator())
    with pytest.raises(ValueError, match="ODE-only"):
        TorsionFlow().score(x, x, 0.5)


def test_flow_step_moves_by_dt_times_velocity_and_wraps():
    stepped = TorsionFlow().step(torch.tensor([3.0]), torch.tensor([-2.0]), 0.5, -0.25)
    torch.testing.assert_close(stepped, torch.tensor([3.5 - 2 * math.pi]))


def test_same_seed_same_result():
    first, second = (TorsionDiffusion().corrupt(data(10), 0.5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first.x_t, second.x_t)
