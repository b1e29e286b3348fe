"""How likely torsions are under the model: the exact density of its probability flow. No RDKit.

Along dx/dt = v(x, t) the density obeys d log p_t(x_t) / dt = -div v, hence with the uniform density at t = 1

    log p_s(x_s) = -m log(2 pi) + integral_s^1 div v(x_t, t) dt

(Chen et al. 2018, arXiv:1806.07366, eq. 8; Song et al. 2021, arXiv:2011.13456, eq. 39). The divergence is the trace of
the Jacobian, one backward pass for each of the m torsions, so it is exact up to the step of the integrator, the
classical fourth-order Runge-Kutta rule. Densities are with respect to the angles (radian^-m) on a fixed local
structure. At s = 0 they are those of the samples; a time s a little above 0 gives a broader, smoother density, as a
proposal for reweighting needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from molgen.geometry import torus
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import pieces, torsion_field

Velocity = Callable[[Tensor, Tensor], Tensor]
"""(torsions [S, m], t) -> velocity [S, m], radian per unit time; a row must not depend on the others."""
STEPS = 16


def log_likelihood(
    model: TorsionModel, graph: GraphBatch, positions: Tensor, *, time: float = 0.0, steps: int = STEPS
) -> Tensor:
    """Log-density of the torsions of given conformations, given their bonds, angles and rings.

    Args:
        model: a flow or a diffusion.
        graph: one molecule (B = 1) with n atoms and m torsions.
        positions: [S, n, 3], heavy atoms, Angstrom.
        time: s, at which the density is asked for.
        steps: of the integrator; four evaluations of the field each.

    Returns:
        [S], log of radian^-m; zeros for a molecule without torsions.
    """
    torsions = dihedral_angles(positions, graph.torsions[0])
    return _carried(model, graph, positions, torsions, torch.linspace(time, 1.0, steps + 1))[1]


def sample_with_likelihood(
    model: TorsionModel, graph: GraphBatch, template: Tensor, torsions: Tensor, *, time: float = 0.0, steps: int = STEPS
) -> tuple[Tensor, Tensor]:
    """Carry torsions from the prior towards the data, by finer steps than the sampler, and say how likely they are.

    Args:
        model, graph, time, steps: see :func:`log_likelihood`.
        template: [S, n, 3], the template conformer under each sample, Angstrom.
        torsions: [S, m], uniform on the torus (independent or low-discrepancy), radian.

    Returns:
        torsions [S, m], radian, and their log-density [S] given the template.
    """
    end, likelihood = _carried(model, graph, template, torsions, torch.linspace(1.0, time, steps + 1))
    return torus.wrap(end), likelihood


def follow(velocity: Velocity, torsions: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Integrate dx/dt = v and the divergence together by the classical Runge-Kutta rule.

    Args:
        velocity: the field.
        torsions: [S, m], the start at times[0], radian.
        times: [steps + 1], ascending (data to prior) or descending (prior to data).

    Returns:
        torsions [S, m] at times[-1], and the integral of div v dt from times[0] to times[-1], [S].
    """
    total = torsions.new_zeros(torsions.shape[0])
    x = torsions
    for t, t_next in pairwise(times.unbind()):
        h = t_next - t
        v1, d1 = velocity_and_divergence(velocity, x, t)
        v2, d2 = velocity_and_divergence(velocity, x + 0.5 * h * v1, t + 0.5 * h)
        v3, d3 = velocity_and_divergence(velocity, x + 0.5 * h * v2, t + 0.5 * h)
        v4, d4 = velocity_and_divergence(velocity, x + h * v3, t_next)
        x = x + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        total = total + h / 6 * (d1 + 2 * d2 + 2 * d3 + d4)
    return x, total


def velocity_and_divergence(velocity: Velocity, torsions: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """v [S, m] and sum_j dv_j/dx_j [S], both detached. Works inside torch.no_grad()."""
    with torch.enable_grad():
        x = torsions.detach().requires_grad_()
        v = velocity(x, t)
        m = x.shape[1]
        divergence = x.new_zeros(x.shape[0])
        for j in range(m):
            (row,) = torch.autograd.grad(v[:, j].sum(), x, retain_graph=j < m - 1, materialize_grads=True)
            divergence = divergence + row[:, j]
    return v.detach(), divergence


def _carried(
    model: TorsionModel, graph: GraphBatch, template: Tensor, torsions: Tensor, times: Tensor
) -> tuple[Tensor, Tensor]:
    """Torsions [S, m] at times[-1], and the log-density [S] at the end of ``times`` that is not 1."""
    m = graph.torsions.shape[1]
    if m == 0:
        return torsions, torsions.new_zeros(torsions.shape[0])
    with torch.no_grad():
        encoding = model.encode(graph)
    ends, integrals = [], []
    for rows in pieces(template):
        with torch.no_grad():
            field = torsion_field(model, graph, encoding, template[rows])

        def velocity(x: Tensor, t: Tensor, field: Callable[..., Tensor] = field) -> Tensor:
            return model.process.velocity(x, field(x, t), t.to(x))

        end, integral = follow(velocity, torsions[rows], times.to(torsions))
        ends.append(end)
        integrals.append(integral if times[-1] > times[0] else -integral)
    return torch.cat(ends), torch.cat(integrals) - m * math.log(2 * math.pi)
