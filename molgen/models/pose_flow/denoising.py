"""Denoising errors of a pose: how well the model predicts it from noised copies. They score poses of any origin."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.geometry.internal_coordinates import batch_coordinates, centroid
from molgen.graphs.batch import GraphBatch
from molgen.graphs.complexes import ComplexBatch
from molgen.graphs.pockets import PocketBatch
from molgen.models.pose_flow.model import PoseModel, pose_positions
from molgen.models.pose_flow.sample import CHUNK, GPU_CHUNK
from molgen.sampling.pieces import in_pieces

TIMES, DRAWS = (0.3, 0.7), 16
"""Noise levels, and noised copies at each."""


def has_denoising_errors(model: PoseModel | None) -> bool:
    """Whether the errors of a model are those that a confidence is fitted to: velocities of a flow, not scores."""
    return model is not None and model.config.process == "flow"


@torch.no_grad()
def denoising_errors(model: PoseModel, graph: GraphBatch, pocket: PocketBatch, positions: Tensor) -> Tensor:
    """Mean squared errors of the model's translation field at noised copies of poses, as in its training loss.

    Every pose is noised alike, so that the errors of two of them differ by the poses. The likelihood of a pose under
    the model rises as they fall (Kingma and Gao, arXiv:2303.00848); of the three parts of the field the translation
    says most about which pose is near-native.

    Args:
        model: the field.
        graph, pocket: one ligand of n atoms and one pocket (B = 1), on the model's device.
        positions: [S, n, 3], Angstrom, relative to the center of the pocket.

    Returns:
        [S, len(TIMES)], Angstrom^2 (of a flow).
    """
    t = torch.tensor(TIMES).repeat_interleave(DRAWS)
    batch = ComplexBatch(graph, pocket)
    encoding = model.encode(batch)
    noised = [_noised(model, graph, pose, t.to(pose)) for pose in positions.to(model.device)]
    copies, targets = (torch.cat(values) for values in zip(*noised, strict=True))
    times = t.repeat(len(positions)).to(copies)

    def errors(rows: slice) -> Tensor:
        field = model(batch, encoding, copies[None, rows], times[None, rows])["translation"][0]
        return (field - targets[rows]).square().sum(-1)

    together = CHUNK if copies.device.type == "cpu" else GPU_CHUNK
    return in_pieces(len(copies), together, errors).view(len(positions), len(TIMES), DRAWS).mean(-1).cpu()


def _noised(model: PoseModel, graph: GraphBatch, pose: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Copies [k, n, 3] of a pose [n, 3] at times [k], and the translation field that the model should have there."""
    shape = batch_coordinates(pose.expand(len(t), *pose.shape)[None], graph)
    clean = {
        "translation": centroid(shape.template, graph.atom_mask[:, None])[0],
        "rotation": torch.eye(3).to(pose).expand(len(t), 3, 3),
        "torsion": shape.start[0],
    }
    rng = torch.Generator().manual_seed(0)  # draws on the CPU, whatever the device
    noised = model.process.corrupt({name: value.cpu() for name, value in clean.items()}, t.cpu(), rng)
    state = {name: value.to(pose)[None] for name, value in noised.x_t.items()}
    return pose_positions(shape, state, graph)[0], noised.target["translation"].to(pose)
