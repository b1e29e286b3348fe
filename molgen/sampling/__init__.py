"""Sampling: one integrator, its steppers and time grids, guidance, low-discrepancy starts."""

from molgen.sampling.grids import karras_grid, power_grid, uniform_grid
from molgen.sampling.guidance import Guidance, energy_gradient
from molgen.sampling.integrate import integrate
from molgen.sampling.sobol import low_discrepancy, torus_points
from molgen.sampling.steppers import (
    Stepper,
    adams_bashforth,
    euler,
    euler_maruyama,
    heun,
    low_temperature,
    midpoint,
    predictor_corrector,
)

__all__ = [
    "Guidance",
    "Stepper",
    "adams_bashforth",
    "energy_gradient",
    "euler",
    "euler_maruyama",
    "heun",
    "integrate",
    "karras_grid",
    "low_discrepancy",
    "low_temperature",
    "midpoint",
    "power_grid",
    "predictor_corrector",
    "torus_points",
    "uniform_grid",
]
