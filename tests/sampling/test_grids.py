import math

import pytest
import torch

from molgen.processes import LinearPath, VarianceExploding, VariancePreservingCosine, VariancePreservingLinear
from molgen.sampling import karras_grid, power_grid, uniform_grid


def test_uniform_grid_has_equal_steps():
    torch.testing.assert_close(uniform_grid(4), torch.tensor([1.0, 0.75, 0.5, 0.25, 0.0]).double())


def test_power_grid_has_long_steps_first_below_one_and_equal_ones_at_one():
    torch.testing.assert_close(power_grid(4, 1.0), uniform_grid(4))
    steps = -power_grid(5, 0.7).diff()
    assert (steps.diff() < 0).all()
    assert float(power_grid(2, 0.5)[1]) == pytest.approx(1 - 0.5**0.5)


def test_karras_grid_has_the_noise_levels_of_the_paper():
    schedule, rho = VarianceExploding(0.002, 80.0), 7.0
    expected = [
        (80 ** (1 / rho) + i / 17 * (0.002 ** (1 / rho) - 80 ** (1 / rho))) ** rho for i in range(18)
    ]  # eq. 5 with N = 18
    times = karras_grid(17, schedule, rho=rho)
    by_hand = torch.tensor([math.log(s / 0.002) / math.log(80 / 0.002) for s in expected], dtype=torch.float64)
    torch.testing.assert_close(times, by_hand, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    "schedule", [VariancePreservingLinear(), VariancePreservingCosine(), LinearPath(), VarianceExploding()]
)
@pytest.mark.parametrize("steps", [1, 2, 25])
def test_karras_grid_falls_from_one_to_zero(schedule, steps):
    times = karras_grid(steps, schedule, edge=1e-3)
    assert times[0] == 1
    assert times[-1] == 0
    assert (times.diff() < 0).all()
    assert len(times) == steps + 1


def test_grids_refuse_what_they_cannot_do():
    with pytest.raises(ValueError, match="at least 1 step"):
        uniform_grid(0)
    with pytest.raises(ValueError, match="must be positive"):
        power_grid(5, 0.0)
    with pytest.raises(ValueError, match="edge > 0"):
        karras_grid(5, LinearPath())
