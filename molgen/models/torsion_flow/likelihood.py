"""How likely torsions are under the model: the exact density of its probability flow. No RDKit.

With v the velocity of the flow and the uniform density at t = 1 (see :mod:`molgen.sampling.likelihood`),

    log p_s(x_s) = -m log(2 pi) + integral_s^1 div v(x_t, t) dt.

Densities are with respect to the angles (radian^-m) on a fixed template conformer. At s = 0 they are those of the
samples; a time s a little above 0 gives a broader, smoother density, as a proposal for reweighting needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from molgen import sampling
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import pieces, torsion_field
from molgen.sampling.likelihood import STEPS, Field


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
    if torsions.shape[1] == 0:
        return torsions.new_zeros(len(torsions))

    def work(field: Field, torsions: Tensor) -> Tensor:
        return sampling.log_likelihood(field, model.process, torsions, time=time, steps=steps, probes=0)

    return torch.cat(_in_pieces(model, graph, positions, torsions, work))


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
    if torsions.shape[1] == 0:
        return torsions, torsions.new_zeros(len(torsions))

    def work(field: Field, torsions: Tensor) -> tuple[Tensor, Tensor]:
        return sampling.sample_with_likelihood(field, model.process, torsions, time=time, steps=steps)

    ends, likelihoods = zip(*_in_pieces(model, graph, template, torsions, work), strict=True)
    return torch.cat(ends), torch.cat(likelihoods)


def _in_pieces(
    model: TorsionModel, graph: GraphBatch, template: Tensor, torsions: Tensor, work: Callable[..., Any]
) -> list[Any]:
    """What ``work`` makes of the field over some of the template conformers, and of the torsions there."""
    with torch.no_grad():
        encoding = model.encode(graph)
        fields = [(torsion_field(model, graph, encoding, template[rows]), rows) for rows in pieces(template)]
    return [work(field, torsions[rows]) for field, rows in fields]
