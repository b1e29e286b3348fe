"""Steps in the noise level sigma in place of the time: large ones go as far as the noise does, whatever the schedule.

On a variance-exploding path sigma falls by orders of magnitude in equal steps of time, and dx = v dt overshoots where
dx = (v / sigma') d sigma, with v / sigma' = -sigma score, is exact for data at one point (DDIM: Song et al. 2021,
arXiv:2010.02502, eq. 13; Karras et al. 2022, arXiv:2206.00364, eq. 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from molgen.processes.base import Process, combine
from molgen.sampling.steppers import Field, OneStep


class SigmaSlope(NamedTuple):
    """dx / d sigma of the step before, where it was found, and how far sigma fell."""

    x: Any
    slope: Any
    fall: Any


@dataclass(frozen=True)
class SigmaAdamsBashforth:
    """The two-step Adams-Bashforth rule in sigma; the first step is that of DDIM. One field evaluation a step."""

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
        carry: SigmaSlope | None,
        mask: Any = None,
    ) -> tuple[Any, SigmaSlope]:
        here, after = process.path(x, t), process.path(x, t + dt)
        slope = combine(lambda v, point: v / point.dsigma, process.velocity(x, field(x, t), t), here)
        fall = combine(lambda a, b: b.sigma - a.sigma, here, after)
        way = combine(torch.mul, fall, slope)
        if carry is not None:
            before = process.transport(carry.x, x, carry.slope)
            way = combine(lambda h, a, b, k: h * (a + 0.5 * h / k * (a - b)), fall, slope, before, carry.fall)
        return process.move(x, way, mask), SigmaSlope(x, slope, fall)


@OneStep
def ancestral(
    field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
) -> Any:
    """x <- x + (s^2 - r^2) score + r sqrt(1 - r^2 / s^2) z with s = sigma(t) and r = sigma(t + dt).

    The reverse SDE of a variance-exploding path, each step exact for data at one point (Song et al. 2021,
    arXiv:2011.13456, app. F).

    Raises:
        ValueError: without rng, or on a path that shrinks the data.
    """
    if rng is None:
        raise ValueError("a stochastic stepper needs rng")

    def tangent(score: Tensor, here: Any, after: Any, noise: Tensor) -> Tensor:
        if bool((here.dalpha != 0).any()):
            raise ValueError("an ancestral step is for a variance-exploding path; use euler_maruyama")
        gone = here.sigma**2 - after.sigma**2
        return gone * score + after.sigma * (gone.sqrt() / here.sigma) * noise

    score = process.score(x, field(x, t), t)
    parts = process.path(x, t), process.path(x, t + dt), process.tangent_noise(x, rng)
    return process.move(x, combine(tangent, score, *parts), mask)
