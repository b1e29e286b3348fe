"""One loop for every sampler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor

from molgen.processes.base import Process
from molgen.sampling.guidance import Guidance, guided
from molgen.sampling.steppers import Stepper, euler

S = TypeVar("S")


def integrate(
    field: Callable[[S, Tensor], S],
    process: Process[S],
    state: S,
    times: Tensor,
    *,
    stepper: Stepper = euler,
    rng: torch.Generator | None = None,
    guidance: Guidance | None = None,
    on_step: Callable[[int, Tensor, S], None] | None = None,
    mask: Any = None,
) -> S:
    """Follow a field from times[0] (1: prior) to times[-1] (0: data).

    Args:
        field: (state, t) -> what the process calls its field (score, velocity, ...), with the structure of the state.
            t is a tensor without dimensions.
        process: one process for a tensor state, a ProductProcess for a mapping state.
        state: the start, usually `process.prior(...)`.
        times: [steps + 1] strictly descending, within [0, 1].
        stepper: one of `molgen.sampling`; decides whether the ODE or an SDE is followed; its memory is kept here.
        rng: needed by stochastic steppers, ignored by deterministic ones.
        guidance: a differentiable energy that bends the field.
        on_step: called after every step with (step index, the time reached, the state there).
        mask: padding, which does not move; as the verbs of the process take it.

    Returns:
        the state at times[-1].

    Raises:
        ValueError: if times is not a descending grid in [0, 1].
    """
    _check_times(times)
    bent = field if guidance is None else guided(field, process, guidance)
    carry = stepper.init(process, state)
    for index in range(len(times) - 1):
        t, t_next = times[index], times[index + 1]
        state, carry = stepper.step(bent, process, state, t, t_next - t, rng, carry, mask)
        if on_step is not None:
            on_step(index, t_next, state)
    return state


def _check_times(times: Tensor) -> None:
    if times.ndim != 1 or len(times) < 2:
        raise ValueError(f"times must be a 1-D tensor of two or more values, not of shape {tuple(times.shape)}")
    descends = bool((times.diff() < 0).all())
    if not descends or float(times[0]) > 1 or float(times[-1]) < 0:
        raise ValueError(f"times must fall strictly from at most 1 to at least 0, not {times.tolist()}")
