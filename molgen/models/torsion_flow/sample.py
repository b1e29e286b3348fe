"""Torsional sampling: templates and starting torsions in, conformations out. No RDKit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.graphs.batch import GraphBatch
from molgen.models.torsion_flow.model import TorsionModel
from molgen.nets.field_model import field_of_states
from molgen.processes import TorsionDiffusion
from molgen.sampling import Stepper, adams_bashforth, integrate, power_grid
from molgen.sampling.flow_map import jump_along, trajectory
from molgen.sampling.pieces import in_pieces

CHUNK_EDGES, GPU_EDGES = 20_000, 1_000_000
"""Conformations go through the network in pieces of about this many edges: they fit a processor's cache, or keep a GPU
busy."""

GRID_POWER = 0.7


@torch.no_grad()
def sample_torsions(
    model: TorsionModel,
    graph: GraphBatch,
    template: Tensor,
    torsions: Tensor,
    *,
    times: Tensor,
    stepper: Callable[[], Stepper] = adams_bashforth,
    rng: torch.Generator | None = None,
    on_step: Callable[[int, Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Carry S sets of torsions of one molecule from the prior to the data, one evaluation per step.

    Args:
        model: the field, or the flow map.
        graph: one molecule (B = 1) with n atoms and m torsions.
        template: [S, n, 3], the template conformer under each sample, Angstrom.
        torsions: [S, m], the start at times[0], radian.
        times: descending, from 1 to 0.
        stepper: makes the rule by which a field is followed; a flow map has its own, the jump.
        rng: of stochastic steppers.
        on_step: sees (step, time, torsions) of every chunk.

    Returns:
        torsions [S, m] at times[-1], radian.
    """
    if graph.torsions.shape[1] == 0:
        return torsions
    encoding = model.encode(graph)

    def carried(rows: slice) -> Tensor:
        field = torsion_field(model, graph, encoding, template[rows])
        if model.jumps:
            return jump_along(field, model.process, torsions[rows], times, on_step=on_step)  # type: ignore[arg-type]
        return integrate(field, model.process, torsions[rows], times, stepper=stepper(), rng=rng, on_step=on_step)

    return in_pieces(len(template), samples_at_once(template), carried)


@torch.no_grad()
def sample_molecules(
    model: TorsionModel,
    graph: GraphBatch,
    template: Tensor,
    torsions: Tensor,
    *,
    times: Tensor,
    stepper: Stepper | None = None,
) -> Tensor:
    """Carry S sets of torsions of each of B molecules from the prior to the data, all at once.

    Args:
        model: the field.
        graph: B molecules padded to n atoms and m torsions.
        template: [B, S, n, 3], the template conformer under each sample, Angstrom.
        torsions: [B, S, m], the start at times[0], radian.
        times, stepper: see :func:`sample_torsions`.

    Returns:
        torsions [B, S, m] at times[-1], radian; those of padded rows as they were.
    """
    encoding, shape = model.encode(graph), batch_coordinates(template, graph)

    def field(states: Tensor, t: Tensor) -> Tensor:
        positions = shape.positions(states)
        return model(graph, encoding, positions, t.to(positions).expand(positions.shape[:2]))

    return integrate(field, model.process, torsions, times, stepper=stepper or adams_bashforth())


@torch.no_grad()
def sample_paths(
    model: TorsionModel, graph: GraphBatch, template: Tensor, torsions: Tensor, *, steps: int, intervals: int
) -> Tensor:
    """The ways that S sets of torsions of one molecule take from the prior to the data.

    Args:
        model: a flow.
        graph, template, torsions: see :func:`sample_torsions`.
        steps: network evaluations, a multiple of ``intervals``.
        intervals: equal pieces of the time at whose ends the torsions are kept.

    Returns:
        [S, intervals + 1, m]: how far every torsion has turned since t = 1, radian, full turns included.
    """
    encoding = model.encode(graph)
    paths = []
    for rows in pieces(template):
        field = torsion_field(model, graph, encoding, template[rows])
        paths.append(trajectory(field, model.process, torsions[rows], steps=steps, intervals=intervals))  # type: ignore[arg-type]
    return torch.cat(paths, 1).transpose(0, 1)


def time_grid(model: TorsionModel, steps: int) -> Tensor:
    """The default times of the sampler: steps that grow shorter towards the data, where a field is steepest; equal ones
    for a flow map, which knows no others, and for a diffusion, whose noise falls as exp(-t) by itself."""
    has_equal_steps = model.jumps or isinstance(model.process, TorsionDiffusion)
    return power_grid(steps, 1.0 if has_equal_steps else GRID_POWER)


def pieces(template: Tensor) -> tuple[Tensor, ...]:
    """Indices of the template conformers [S, n, 3], in pieces that go through the network together."""
    return torch.arange(len(template), device=template.device).split(samples_at_once(template))


def samples_at_once(template: Tensor) -> int:
    """How many of the template conformers [S, n, 3] go through the network together."""
    edges = CHUNK_EDGES if template.device.type == "cpu" else GPU_EDGES
    return max(1, edges // (14 * template.shape[1]))


def torsion_field(model: TorsionModel, graph: GraphBatch, encoding: Any, template: Tensor) -> Callable[..., Tensor]:
    """(torsions [S, m], t) -> field, and with a second time the mean velocity on the way there."""
    shape = batch_coordinates(template[None], graph)
    return field_of_states(model, graph, encoding, lambda torsions: shape.positions(torsions[None]))
