"""Few-step sampling: trajectories of a flow, and maps that jump along them.

A flow map X_{t,s} carries every point of the ODE dx/dt = v(x, t) from time t to time s. Written with a mean velocity,
X_{t,s}(x) = move(x, (s - t) u(x, t, s)), it is the identity at s = t, where u is the velocity itself (Boffi et al.
2024, arXiv:2406.07507). Here u is learned from the trajectories of a trained flow.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from molgen.processes.geodesic_flow import GeodesicFlow
from molgen.sampling.grids import uniform_grid
from molgen.sampling.integrate import integrate


def jump_along(
    jump: Callable[[Tensor, Tensor, Tensor], Tensor],
    process: GeodesicFlow,
    state: Tensor,
    times: Tensor,
    *,
    on_step: Callable[[int, Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Jump from times[0] to times[-1]: one evaluation of the map per interval.

    Args:
        jump: (state, t, s) -> mean velocity on the way from t to s; t and s are tensors without dimensions.
        state: the start.
        times: [jumps + 1], strictly descending, within [0, 1].
        on_step: called after every jump with (index, the time reached, the state there).

    Returns:
        the state at times[-1].

    Raises:
        ValueError: if times is not a descending grid in [0, 1].
    """
    following = dict(zip(times[:-1].tolist(), times[1:], strict=True))

    def mean_velocity(x: Tensor, t: Tensor) -> Tensor:
        return jump(x, t, following[float(t)])

    return integrate(mean_velocity, process, state, times, on_step=on_step)


def trajectory(
    field: Callable[[Tensor, Tensor], Tensor],
    process: GeodesicFlow,
    state: Tensor,
    *,
    steps: int,
    intervals: int,
) -> Tensor:
    """The displacement of points along a flow, unwrapped: full turns count.

    Args:
        field: (state, t) -> velocity.
        state: [..., m], the start at t = 1.
        steps: Euler steps, a multiple of ``intervals``.
        intervals: equal pieces of [0, 1] at whose ends the path is kept.

    Returns:
        [intervals + 1, ..., m]: the displacement from the start at t = 1, 1 - 1 / intervals, ..., 0; not wrapped.

    Raises:
        ValueError: if steps is not a multiple of intervals.
    """
    if intervals < 1 or steps % intervals:
        raise ValueError(f"steps ({steps}) must be a multiple of intervals ({intervals})")
    traveled = torch.zeros_like(state)
    kept = [traveled]
    times = uniform_grid(steps)
    for index in range(steps):
        t, t_next = times[index], times[index + 1]
        velocity = field(state, t)
        traveled = traveled + (t_next - t) * velocity
        state = process.step(state, velocity, t, t_next - t)
        if (index + 1) % (steps // intervals) == 0:
            kept.append(traveled)
    return torch.stack(kept)


def mean_velocity(path: Tensor, begin: Tensor, end: Tensor) -> Tensor:
    """The mean velocity along trajectories between two of their points.

    Args:
        path: [K, P + 1, m], displacements at t = 1, 1 - 1 / P, ..., 0 (see :func:`trajectory`), K paths.
        begin, end: int64 [K], indices of the points, begin < end.

    Returns:
        [K, m], per unit time: (x_s - x_t) / (s - t).
    """
    rows = torch.arange(len(path), device=path.device)
    intervals = path.shape[1] - 1
    return (path[rows, end] - path[rows, begin]) * intervals / (begin - end)[:, None]


def equal_jumps(count: int, intervals: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random jumps of samplers with equal steps along trajectories of ``intervals`` pieces.

    The number of jumps of the sampler is uniform over the divisors of ``intervals``, the jump uniform over its jumps.

    Returns:
        int64 [count] each: the indices of the points where the jumps begin and end.
    """
    divisors = torch.tensor([k for k in range(1, intervals + 1) if intervals % k == 0])
    jumps = divisors[torch.randint(len(divisors), (count,), generator=rng)]
    length = intervals // jumps
    begin = (torch.rand(count, generator=rng) * jumps).long() * length
    return begin, begin + length
