"""Torsional sampling: templates and starting torsions in, conformations out. No RDKit."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from molgen.conformers.model import Conformation, TorsionModel
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch
from molgen.sampling import integrate, uniform_grid

CHUNK_EDGES = 20000
"""Conformations go through the network in pieces of about this many edges, which fit the processor's cache."""


@torch.no_grad()
def sample_torsions(
    model: TorsionModel,
    graph: GraphBatch,
    template: Tensor,
    torsions: Tensor,
    *,
    times: Tensor,
    on_step: Callable[[int, Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Carry S sets of torsions of one molecule from the prior to the data.

    Args:
        model: the field.
        graph: one molecule (B = 1) with n atoms and m torsions.
        template: [S, n, 3], the local structure under each sample, Angstrom.
        torsions: [S, m], the start at times[0], radian.
        times: descending, from 1 to 0.
        on_step: sees (step, time, torsions) of every chunk.

    Returns:
        torsions [S, m] at times[-1], radian.
    """
    start = dihedral_angles(template, graph.torsions[0])
    if graph.torsions.shape[1] == 0:
        return torsions
    encoding = model.encode(graph)
    chunk = max(1, CHUNK_EDGES // (14 * template.shape[1]))
    moved = []
    for rows in torch.arange(template.shape[0]).split(chunk):
        shape = Conformation(template[rows][None], start[rows][None])

        def field(x: Tensor, t: Tensor, shape: Conformation = shape) -> Tensor:
            moment = t.to(x).expand(1, x.shape[0])
            return model(graph, encoding, shape.positions(x[None], graph), moment)[0]

        moved.append(integrate(field, model.process, torsions[rows], times, on_step=on_step))
    return torch.cat(moved)


def time_grid(steps: int) -> Tensor:
    """The default times of the sampler."""
    return uniform_grid(steps)
