"""The density of what a process generates, on any product of manifolds.

Along dx/dt = v(x, t) the density obeys d log p_t(x_t) / dt = -div v (Chen et al. 2018, arXiv:1806.07366, eq. 8; Song et
al. 2021, arXiv:2011.13456, eq. 39; on manifolds Mathieu and Nickel 2020, arXiv:2006.10605), so that

    log p_0(x_0) = log p_1(x_1) + integral_0^1 div v(x_t, t) dt.

The divergence is the trace of the Jacobian in an orthonormal frame of the tangent space: exact, by one backward pass
for each dimension, or estimated from random tangents (Hutchinson 1989; Grathwohl et al. 2019, arXiv:1810.01367).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from molgen.former_names import former_attributes
from molgen.processes.base import Process, combine

Field = Callable[[Any, Tensor], Any]
STEPS = 16
MOST_EXACT = 64
"""Largest dimension for which the divergence is exact by default."""


def log_likelihood(
    field: Field,
    process: Process[Any],
    state: Any,
    *,
    time: float = 0.0,
    steps: int = STEPS,
    probes: int | None = None,
    rng: torch.Generator | None = None,
) -> Tensor:
    """Log-density of states under the probability flow of a field.

    Args:
        field: (state, t) -> what the process calls its field; a row must not depend on the others.
        process: one process for a tensor state, a ProductProcess for a mapping state.
        state: [S, ...], or a mapping of such tensors: S rows, at ``time``.
        time: of the density; 0: that of the samples. A little more than 0 where the field is infinite at
            the data (a score whose sigma(0) is 0), or for a smoother density.
        steps: of the integrator, four evaluations of the field each.
        probes: random tangents from which the divergence is estimated; 0: exact; None: exact up to 64 dimensions,
            one above.
        rng: of the probes, which stay the same along the way; needed with them.

    Returns:
        [S], log of one over the unit of the state to the power of its dimensions.

    Raises:
        ValueError: probes without rng, or a prior without a density.
    """
    first = _first(state)
    times = torch.linspace(time, 1.0, steps + 1, device=first.device, dtype=torch.float64)
    end, integral = integrate_with_divergence(field, process, state, times, probes=probes, rng=rng)
    return process.prior_log_density(end) + integral


def sample_with_likelihood(
    field: Field, process: Process[Any], start: Any, *, time: float = 0.0, steps: int = STEPS
) -> tuple[Any, Tensor]:
    """Carry states [S, ...] of the prior to the data, with their log-likelihood there: (states, [S]).

    Arguments and errors as of :func:`log_likelihood`; the divergence is exact.
    """
    times = torch.linspace(1.0, time, steps + 1, device=_first(start).device, dtype=torch.float64)
    end, integral = integrate_with_divergence(field, process, start, times, probes=0)
    return end, process.prior_log_density(start) - integral


def integrate_with_divergence(
    field: Field,
    process: Process[Any],
    state: Any,
    times: Tensor,
    *,
    probes: int | None = None,
    rng: torch.Generator | None = None,
) -> tuple[Any, Tensor]:
    """Follow the probability flow, and integrate its divergence, by the classical Runge-Kutta rule.

    Of fourth order in flat coordinates, of second order on curved manifolds.

    Args:
        times: [steps + 1], ascending (data to prior) or descending (prior to data).

    Returns:
        the state at times[-1], and the integral of div v dt from times[0] to times[-1], [S].
    """
    tangents = probe_tangents(process, state, probes, rng)

    def slope(x: Any, t: Tensor) -> tuple[Any, Tensor]:
        return velocity_and_divergence(field, process, x, t, tangents)

    total = torch.zeros(len(_first(state)), dtype=_first(state).dtype, device=_first(state).device)
    for t, t_next in pairwise(times.to(total).unbind()):
        state, gain = _runge_kutta_step(slope, process, state, t, t_next - t)
        total = total + gain
    return state, total


def _runge_kutta_step(
    slope: Callable[[Any, Tensor], tuple[Any, Tensor]], process: Process[Any], x: Any, t: Tensor, h: Tensor
) -> tuple[Any, Tensor]:
    """The state at t + h, and the integral of the divergence on the way; slopes are carried back to x."""

    def at(way: Any, time: Tensor) -> tuple[Any, Tensor]:
        there = process.move(x, way)
        v, divergence = slope(there, time)
        return process.transport(there, x, v), divergence

    v1, d1 = slope(x, t)
    v2, d2 = at(combine(lambda v: 0.5 * h * v, v1), t + 0.5 * h)
    v3, d3 = at(combine(lambda v: 0.5 * h * v, v2), t + 0.5 * h)
    v4, d4 = at(combine(lambda v: h * v, v3), t + h)
    way = combine(lambda a, b, c, d: h / 6 * (a + 2 * b + 2 * c + d), v1, v2, v3, v4)
    return process.move(x, way), h / 6 * (d1 + 2 * d2 + 2 * d3 + d4)


def velocity_and_divergence(
    field: Field, process: Process[Any], x: Any, t: Tensor, probes: Sequence[Any] = ()
) -> tuple[Any, Tensor]:
    """The velocity at x and its divergence [S], both detached. Works inside torch.no_grad().

    Args:
        probes: tangents at x to estimate the divergence from; none: exact.
    """
    return value_and_divergence(lambda y: process.velocity(y, field(y, t), t), process, x, probes)


def value_and_divergence(
    vectors: Callable[[Any], Any], process: Process[Any], x: Any, probes: Sequence[Any] = ()
) -> tuple[Any, Tensor]:
    """A vector field at x and its divergence [S], both detached.

    With vectors in the coordinates of the space around a manifold, or in a frame that transport keeps, the trace of
    d vectors(exp(x, w)) / dw over all coordinates of w is that over the tangent space, as exp projects w on to it.
    """
    with torch.enable_grad():
        way = combine(lambda w: w.detach().requires_grad_(), process.tangent(x))
        value = vectors(process.move(combine(Tensor.detach, x), way))
        trace = _estimated_trace(value, way, probes) if probes else _exact_trace(value, way)
    return combine(Tensor.detach, value), trace


def probe_tangents(process: Process[Any], x: Any, probes: int | None, rng: torch.Generator | None) -> list[Any]:
    """Random tangents at x for the divergence; none where it is exact.

    Raises:
        ValueError: there is no rng to draw them.
    """
    size = sum(leaf[0].numel() for leaf in _leaves(process.tangent(x)))
    count = probes if probes is not None else int(size > MOST_EXACT)
    if count and rng is None:
        raise ValueError(f"{size} dimensions: an estimated divergence needs rng; probes=0 makes it exact")
    return [process.tangent_noise(x, rng) for _ in range(count)]  # type: ignore[arg-type]


def _exact_trace(value: Any, way: Any) -> Tensor:
    total = torch.zeros(len(_first(way)), dtype=_first(way).dtype, device=_first(way).device)
    for vectors, coordinates in zip(_leaves(value), _leaves(way), strict=True):
        flat = rows_of(vectors)
        for k in range(flat.shape[1]):
            (row,) = torch.autograd.grad(flat[:, k].sum(), coordinates, retain_graph=True, materialize_grads=True)
            total = total + rows_of(row)[:, k]
    return total.detach()


def _estimated_trace(value: Any, way: Any, probes: Sequence[Any]) -> Tensor:
    total = torch.zeros(len(_first(way)), dtype=_first(way).dtype, device=_first(way).device)
    for probe in probes:
        along = sum((v * e).sum() for v, e in zip(_leaves(value), _leaves(probe), strict=True))
        rows = torch.autograd.grad(along, _leaves(way), retain_graph=True, materialize_grads=True)  # type: ignore[arg-type]
        total = total + sum(rows_of(row * e).sum(1) for row, e in zip(rows, _leaves(probe), strict=True))
    return (total / len(probes)).detach()


def rows_of(x: Tensor) -> Tensor:
    """[S, ...] -> [S, dimensions]."""
    return x.reshape(len(x), -1)


def _leaves(state: Any) -> list[Tensor]:
    return list(state.values()) if isinstance(state, dict) else [state]


def _first(state: Any) -> Tensor:
    return next(iter(state.values())) if isinstance(state, dict) else state


__getattr__ = former_attributes(__name__, {"carried": "integrate_with_divergence"})
