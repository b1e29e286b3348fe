"""Steppers: rules that step along the ODE from t to t + dt (dt < 0), written as in their papers.

The memory of a trajectory is explicit: `init` makes it, `step` takes it and returns the next. Steppers themselves are
stateless, so one serves any number of trajectories. Deterministic ones ignore rng, stochastic
ones (:mod:`molgen.sampling.stochastic`) raise ValueError without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from molgen.processes.base import Process, combine

Field = Callable[[Any, Tensor], Any]
Rule = Callable[[Field, Process[Any], Any, Tensor, Tensor, torch.Generator | None, Any], Any]
"""(field, process, x, t, dt, rng, mask) -> x at t + dt."""


class Stepper(Protocol):
    """A rule for one step along a field."""

    def init(self, process: Process[Any], x: Any) -> Any:
        """The memory before the first step."""
        ...

    def step(
        self,
        field: Field,
        process: Process[Any],
        x: Any,
        t: Tensor,
        dt: Tensor,
        rng: torch.Generator | None,
        carry: Any,
        mask: Any = None,
    ) -> tuple[Any, Any]:
        """The state at t + dt, and the memory for the next step."""
        ...


@dataclass(frozen=True)
class OneStep:
    """A stepper without memory, from its rule; also a decorator."""

    rule: Rule

    def init(self, process: Process[Any], x: Any) -> None:
        return None

    def step(
        self,
        field: Field,
        process: Process[Any],
        x: Any,
        t: Tensor,
        dt: Tensor,
        rng: torch.Generator | None,
        carry: None,
        mask: Any = None,
    ) -> tuple[Any, None]:
        return self.rule(field, process, x, t, dt, rng, mask), None


@OneStep
def euler(
    field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
) -> Any:
    """x <- exp(x, dt v(x, t)): one field evaluation, first order."""
    return process.step(x, field(x, t), t, dt, mask=mask)


@OneStep
def heun(
    field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
) -> Any:
    """Trapezoidal rule, second order (Karras et al. 2022, arXiv:2206.00364, algorithm 1).

    As there, the step that arrives at t = 0 is an Euler step: a score need not exist at the data.
    """
    v = process.velocity(x, field(x, t), t)
    guess = process.move(x, combine(lambda a: dt * a, v), mask)
    if t + dt <= 0:
        return guess
    v_next = process.transport(guess, x, process.velocity(guess, field(guess, t + dt), t + dt))
    return process.move(x, combine(lambda a, b: dt * 0.5 * (a + b), v, v_next), mask)


@OneStep
def midpoint(
    field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
) -> Any:
    """Midpoint rule, second order; never evaluates the field at the end of the step."""
    half = 0.5 * dt
    middle = process.step(x, field(x, t), t, half, mask=mask)
    v = process.velocity(middle, field(middle, t + half), t + half)
    return process.move(x, combine(lambda a: dt * a, process.transport(middle, x, v)), mask)


class Slope(NamedTuple):
    """The velocity of the previous step, the state at which it was evaluated, and the length of the step."""

    x: Any
    velocity: Any
    dt: Tensor


@dataclass(frozen=True)
class AdamsBashforth:
    """Two-step Adams-Bashforth rule: second order at one field evaluation a step.

    x <- exp(x, dt (v + r/2 (v - v'))), where v' is the velocity at the step before, transported to x, and r the ratio
    of the two steps (Hairer, Norsett and Wanner 1993, section III.5); the first step is Euler's.
    """

    def init(self, process: Process[Any], x: Any) -> None:
        return None

    def step(
        self,
        field: Field,
        process: Process[Any],
        x: Any,
        t: Tensor,
        dt: Tensor,
        rng: torch.Generator | None,
        carry: Slope | None,
        mask: Any = None,
    ) -> tuple[Any, Slope]:
        v = process.velocity(x, field(x, t), t)
        way = combine(lambda a: dt * a, v)
        if carry is not None:
            before, ratio = process.transport(carry.x, x, carry.velocity), 0.5 * dt / carry.dt
            way = combine(lambda a, b: dt * (a + ratio * (a - b)), v, before)
        return process.move(x, way, mask), Slope(x, v, dt)


def adams_bashforth() -> Stepper:
    """The stepper of :class:`AdamsBashforth`."""
    return AdamsBashforth()
