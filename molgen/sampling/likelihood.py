"""The exact density of a probability flow in flat coordinates (R^n, or the torus unrolled).

Along dx/dt = v(x, t) the density obeys d log p_t(x_t) / dt = -div v (Chen et al. 2018, arXiv:1806.07366, eq. 8; Song et
al. 2021, arXiv:2011.13456, eq. 39). The divergence is the trace of the Jacobian, one backward pass for each of the m
coordinates, so it is exact up to the step of the integrator, the classical fourth-order Runge-Kutta rule.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]
"""(x [S, m], t) -> velocity [S, m], per unit time; a row must not depend on the others."""


def integrate_with_divergence(velocity: Velocity, x: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Integrate dx/dt = v and the divergence together by the classical Runge-Kutta rule.

    Args:
        velocity: the field.
        x: [S, m], the start at times[0].
        times: [steps + 1], ascending (data to prior) or descending (prior to data).

    Returns:
        x [S, m] at times[-1], and the integral of div v dt from times[0] to times[-1], [S].
    """
    total = x.new_zeros(x.shape[0])
    for t, t_next in pairwise(times.unbind()):
        h = t_next - t
        v1, d1 = velocity_and_divergence(velocity, x, t)
        v2, d2 = velocity_and_divergence(velocity, x + 0.5 * h * v1, t + 0.5 * h)
        v3, d3 = velocity_and_divergence(velocity, x + 0.5 * h * v2, t + 0.5 * h)
        v4, d4 = velocity_and_divergence(velocity, x + h * v3, t_next)
        x = x + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        total = total + h / 6 * (d1 + 2 * d2 + 2 * d3 + d4)
    return x, total


def velocity_and_divergence(velocity: Velocity, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """v [S, m] and sum_j dv_j/dx_j [S], both detached. Works inside torch.no_grad()."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        v = velocity(x, t)
        m = x.shape[1]
        divergence = x.new_zeros(x.shape[0])
        for j in range(m):
            (row,) = torch.autograd.grad(v[:, j].sum(), x, retain_graph=j < m - 1, materialize_grads=True)
            divergence = divergence + row[:, j]
    return v.detach(), divergence
