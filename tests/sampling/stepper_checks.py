"""Steppers by name, and the order at which they converge; what tests of samplers on every manifold ask."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from molgen.sampling import (
    adams_bashforth,
    euler,
    euler_maruyama,
    heun,
    integrate,
    low_temperature,
    midpoint,
    predictor_corrector,
)

STEPPERS = {
    "euler": euler,
    "heun": heun,
    "midpoint": midpoint,
    "adams_bashforth": adams_bashforth(),
    "euler_maruyama": euler_maruyama,
    "predictor_corrector": predictor_corrector(),
    "low_temperature": low_temperature(1.0),
}


def each_stepper(**steps: int):
    """Run a test with each `stepper` named, and its number of `steps`."""
    return pytest.mark.parametrize(
        ("stepper", "steps"), [(STEPPERS[name], count) for name, count in steps.items()], ids=list(steps)
    )


def gain_of_half_steps(stepper, field, process, start: Tensor, steps: int, distance: Callable) -> float:
    """How many times smaller the error is with steps of half the size, from t = 0.9 to 0.6: 2 to the order."""

    def end(count: int, stepper) -> Tensor:
        times = torch.linspace(0.9, 0.6, count + 1, dtype=torch.float64)
        return integrate(field, process, start, times, stepper=stepper)

    exact = end(16 * steps, midpoint)
    whole, half = (distance(end(count, stepper), exact).norm() for count in (steps, 2 * steps))
    return float(whole / half)
