"""Sampling: one integrator, its steppers and time grids, guidance, low-discrepancy starts."""

from molgen.sampling.grids import karras_grid, power_grid, uniform_grid
from molgen.sampling.guidance import Guidance, energy_gradient
from molgen.sampling.integrate import integrate
from molgen.sampling.likelihood import log_likelihood, sample_with_likelihood
from molgen.sampling.sobol import low_discrepancy, torus_points
from molgen.sampling.steppers import AdamsBashforth, OneStep, Stepper, adams_bashforth, euler, heun, midpoint
from molgen.sampling.stochastic import euler_maruyama, low_temperature, predictor_corrector
from molgen.sampling.variational import evidence_lower_bound

__all__ = [
    "AdamsBashforth",
    "Guidance",
    "OneStep",
    "Stepper",
    "adams_bashforth",
    "energy_gradient",
    "euler",
    "euler_maruyama",
    "evidence_lower_bound",
    "heun",
    "integrate",
    "karras_grid",
    "log_likelihood",
    "low_discrepancy",
    "low_temperature",
    "midpoint",
    "power_grid",
    "predictor_corrector",
    "sample_with_likelihood",
    "torus_points",
    "uniform_grid",
]
