"""How likely torsions are under the model: the exact density of its probability flow. No RDKit.

With v the velocity of the flow and the uniform density at t = 1 (see :mod:`molgen.sampling.likelihood`),

    log p_s(x_s) = -m log(2 pi) + integral_s^1 div v(x_t, t) dt.

Densities are with respect to the angles (radian^-m) on a fixed template conformer. At s = 0 they are those of the
samples; a time s a little above 0 gives a broader, smoother density, as a proposal for reweighting needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from molgen.geometry import torus
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import pieces, torsion_field
from molgen.sampling.likelihood import integrate_with_divergence

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
    return _carried(model, graph, positions, torsions, torch.linspace(time, 1.0, steps + 1, device=torsions.device))[1]


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
    times = torch.linspace(1.0, time, steps + 1, device=torsions.device)
    end, likelihood = _carried(model, graph, template, torsions, times)
    return torus.wrap(end), likelihood


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

        end, integral = integrate_with_divergence(velocity, torsions[rows], times.to(torsions))
        ends.append(end)
        integrals.append(integral if times[-1] > times[0] else -integral)
    return torch.cat(ends), torch.cat(integrals) - m * math.log(2 * math.pi)
