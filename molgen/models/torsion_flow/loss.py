"""The training losses of the torsional model."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch
from molgen.models.torsion_flow.coupling import transported
from molgen.models.torsion_flow.data import ConformerBatch, TrajectoryBatch
from molgen.models.torsion_flow.model import TorsionModel
from molgen.processes.base import Corrupted
from molgen.sampling.flow_map import equal_jumps, mean_velocity

GEOMETRY_NOISE = 0.03


def torsion_loss(
    model: TorsionModel,
    batch: ConformerBatch,
    rng: torch.Generator,
    coupling: str = "independent",
    geometry_noise: float = GEOMETRY_NOISE,
) -> Tensor:
    """Weighted squared error of the field, averaged over real torsions.

    Geodesic flow matching (Chen and Lipman 2024, eq. 13) or denoising score matching on the torus (Jing et al. 2022,
    eq. 4), whichever process the model has; t uniform, one stratum per conformation of the batch.

    Args:
        coupling: "independent", or for a flow "transport" (:func:`molgen.models.torsion_flow.coupling.transported`).
        geometry_noise: standard deviation of the noise on the template conformers, Angstrom, so that the network cannot
            read the torsions off bond angles.
    """
    graph, positions = batch.graph, batch.positions
    noise = torch.randn(positions.shape, generator=rng).to(positions) * geometry_noise
    template = (positions if batch.local is None else batch.local) + noise * graph.atom_mask[:, None, :, None]
    shape = batch_coordinates(template, graph)
    start = shape.start if batch.local is None else dihedral_angles(positions, graph.torsions[:, None])
    t = _strata(positions, rng)
    if coupling == "transport":
        noised = _transported(model, template, start, t, batch, rng)
    else:
        noised = model.process.corrupt(start.flatten(0, 1), t.flatten(), rng)
    moved = shape.positions(noised.x_t.reshape(start.shape))
    field = model(graph, model.encode(graph), moved, t)
    error = noised.weight * (field.flatten(0, 1) - noised.target).square()
    return _mean(error.reshape(start.shape), graph)


def reflow_loss(model: TorsionModel, batch: TrajectoryBatch, rng: torch.Generator) -> Tensor:
    """Squared error of the velocity on the straight way between the ends of a trajectory, full turns included.

    Rectified flow (Liu et al. 2022, arXiv:2209.03003) with the pairs of a trained flow, which straightens it.
    """
    graph, total = batch.graph, batch.path[:, :, -1]
    t = _strata(batch.template, rng)
    x = batch.start + (1 - t[..., None]) * total
    moved = batch_coordinates(batch.template, graph).positions(x)
    return _mean((model(graph, model.encode(graph), moved, t) + total).square(), graph)


def map_loss(model: TorsionModel, batch: TrajectoryBatch, rng: torch.Generator) -> Tensor:
    """Squared error of the mean velocity between two points of a trajectory.

    A flow map (Boffi et al. 2024, arXiv:2406.07507) distilled in the simplest way: the ends of a jump come from
    integrated trajectories; only the jumps of samplers with equal steps.
    """
    graph, path = batch.graph, batch.path.flatten(0, 1)
    intervals = path.shape[1] - 1
    begin, end = (points.to(path.device) for points in equal_jumps(len(path), intervals, rng))
    size = batch.start.shape
    target = mean_velocity(path, begin, end).reshape(size)
    x = batch.start + path[torch.arange(len(path), device=path.device), begin].reshape(size)
    t, s = (1 - point.to(x).reshape(size[:2]) / intervals for point in (begin, end))
    moved = batch_coordinates(batch.template, graph).positions(x)
    return _mean((model(graph, model.encode(graph), moved, t, s) - target).square(), graph)


def _transported(
    model: TorsionModel, template: Tensor, start: Tensor, t: Tensor, batch: ConformerBatch, rng: torch.Generator
) -> Corrupted[Tensor]:
    prior = model.process.prior(start, rng)
    way = transported(template, start, prior, batch)
    x_t = model.process.move(prior, (t - 1)[..., None] * way)
    return Corrupted(x_t.flatten(0, 1), way.flatten(0, 1), torch.ones_like(way).flatten(0, 1))


def _strata(like: Tensor, rng: torch.Generator) -> Tensor:
    """Times [B, S] in [0, 1], one in each of B S equal pieces, in random order."""
    count = like.shape[0] * like.shape[1]
    strata = torch.randperm(count, generator=rng) + torch.rand(count, generator=rng)
    return (strata / count).to(like).reshape(like.shape[:2])


def _mean(error: Tensor, graph: GraphBatch) -> Tensor:
    mask = graph.torsion_mask[:, None].expand_as(error)
    return (error * mask).sum() / mask.sum()
