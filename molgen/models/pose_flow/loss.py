"""The training loss of the model of poses."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.geometry.internal_coordinates import batch_coordinates, centroid
from molgen.graphs.complexes import ComplexBatch
from molgen.models.pose_flow.data import PoseBatch
from molgen.models.pose_flow.model import PoseModel, pose_positions

_ROTATION, _TORSION = 1.75, 3.29
"""Mean square of a component of the rotation vector of a uniform rotation, and of a uniform angle, radian^2."""


def pose_loss(model: PoseModel, batch: PoseBatch, rng: torch.Generator) -> Tensor:
    """Weighted squared error of the three parts of the field, each relative to that of a field that is zero.

    Flow matching (Lipman et al. 2023; Chen and Lipman 2024, eq. 13) or denoising score matching (Corso et al. 2023,
    arXiv:2210.01776, sec. 3); t uniform in strata over the poses of the batch.
    """
    terms = pose_errors(model, batch, rng)
    return torch.stack(list(terms.values())).sum()


def pose_errors(model: PoseModel, batch: PoseBatch, rng: torch.Generator) -> dict[str, Tensor]:
    """The parts of the loss; 1 is the error of a field that is zero (flow)."""
    graph, draws = batch.graph, batch.draws
    size, n = batch.positions.shape[:2]
    template = batch.positions[:, None].expand(size, draws, n, 3)
    noise = torch.randn(template.shape, generator=rng).to(template) * batch.ligand_noise
    shape = batch_coordinates(template + noise * graph.atom_mask[:, None, :, None], graph)
    x0 = {
        "translation": centroid(shape.template, graph.atom_mask[:, None]),
        "rotation": torch.eye(3).to(template).expand(size, draws, 3, 3),
        "torsion": shape.start,
    }
    count = size * draws
    strata = torch.randperm(count, generator=rng) + torch.rand(count, generator=rng)
    t = (strata / count).clamp(min=1e-3).to(template)
    noised = model.process.corrupt({name: value.flatten(0, 1) for name, value in x0.items()}, t, rng)
    state = {name: value.unflatten(0, (size, draws)) for name, value in noised.x_t.items()}
    positions = pose_positions(shape, state, graph)
    complexes = ComplexBatch(graph, batch.pocket)
    field = model(complexes, model.encode(complexes), positions, t.view(size, draws))
    mask = graph.torsion_mask[:, None].expand_as(shape.start).flatten(0, 1)
    errors = {name: noised.weight[name] * (field[name].flatten(0, 1) - noised.target[name]).square() for name in field}
    flow = model.config.process == "flow"
    units = {"translation": model.config.spread**2, "rotation": _ROTATION, "torsion": _TORSION}
    scale = units if flow else dict.fromkeys(units, 1.0)
    return {
        "translation": errors["translation"].mean() / scale["translation"],
        "rotation": errors["rotation"].mean() / scale["rotation"],
        "torsion": (errors["torsion"] * mask).sum() / mask.sum().clamp(min=1) / scale["torsion"],
    }
