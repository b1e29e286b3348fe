"""Time grids: [steps + 1] float64 tensors that fall from 1 (prior) to 0 (data)."""

import torch
from torch import Tensor

from molgen.processes.schedules import Schedule


def uniform_grid(steps: int) -> Tensor:
    """Equal steps in t.

    Args:
        steps: at least 1.

    Returns:
        [steps + 1].

    Raises:
        ValueError: if steps < 1.
    """
    _check_steps(steps)
    return torch.linspace(1, 0, steps + 1, dtype=torch.float64)


def power_grid(steps: int, power: float) -> Tensor:
    """t = 1 - s^power at equal steps in s: below 1 the first steps are long and those near the data short.

    Args:
        steps: at least 1; power: positive, 1 gives equal steps.

    Returns:
        [steps + 1].

    Raises:
        ValueError: if steps < 1 or power is not positive.
    """
    if not power > 0:
        raise ValueError(f"the power of a time grid must be positive, not {power}")
    return 1 - (1 - uniform_grid(steps)) ** power


def karras_grid(steps: int, schedule: Schedule, *, rho: float = 7.0, edge: float = 0.0) -> Tensor:
    """Equal steps in (sigma / alpha)^(1/rho) (Karras et al. 2022, arXiv:2206.00364, eq. 5), mapped back on t.

    Args:
        steps: at least 1.
        schedule: its noise-to-signal ratio sigma / alpha must rise with t.
        rho: 7 in the paper; larger puts more steps near the data.
        edge: the ratio runs from that at 1 - edge to that at edge; the ends of the grid are 1 and 0 all the same.
            Needed where the ratio is 0 at t = 0 or infinite at t = 1 (variance-preserving and linear paths).

    Returns:
        [steps + 1].

    Raises:
        ValueError: if steps < 1, or the ratio is not positive and finite at the edges.
    """
    _check_steps(steps)
    ends = torch.tensor([1 - edge, edge], dtype=torch.float64)
    high, low = _ratio(schedule, ends)
    if not (low > 0 and high.isfinite()):
        raise ValueError(f"sigma/alpha is {float(high)} and {float(low)} at the ends of the grid; give edge > 0")
    ramp = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    ratios = (high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho
    times = _time_of_ratio(schedule, ratios, edge)
    times[0], times[-1] = 1.0, 0.0
    return times


def _ratio(schedule: Schedule, t: Tensor) -> Tensor:
    point = schedule(t)
    return point.sigma / point.alpha


def _time_of_ratio(schedule: Schedule, ratio: Tensor, edge: float) -> Tensor:
    """Bisection to float64."""
    low, high = torch.full_like(ratio, edge), torch.full_like(ratio, 1 - edge)
    for _ in range(60):
        middle = 0.5 * (low + high)
        is_below = _ratio(schedule, middle) < ratio
        low, high = torch.where(is_below, middle, low), torch.where(is_below, high, middle)
    return 0.5 * (low + high)


def _check_steps(steps: int) -> None:
    if steps < 1:
        raise ValueError(f"a time grid needs at least 1 step, not {steps}")
