"""How near sampled poses come to those of complexes that were held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from molgen.datasets.records.complexes import ComplexRecord
from molgen.models.pose_flow.data import Augmentation, PoseBatch, collate_poses
from molgen.models.pose_flow.loss import pose_errors
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.sample import prior_states, sample_poses, time_grid

VALIDATED = 60
"""Complexes that are sampled in a validation."""
_SAMPLES, _STEPS = 8, 8


@torch.no_grad()
def validate(model: PoseModel, records: Sequence[ComplexRecord], augmentation: Augmentation) -> dict[str, float]:
    """Loss and sampled poses of complexes that were held back, one of each cluster first.

    Poses are sampled over the ligands' own template conformers.

    Returns:
        the parts of the loss; the shares of samples within 2 A and of complexes with one, and the median RMSD, A.
    """
    if not records:
        return {}
    chosen = _spread_over_clusters(records, VALIDATED)
    rng = torch.Generator().manual_seed(0)
    exact, device = replace(augmentation, protein_noise=0.0), next(model.parameters()).device
    losses: list[dict[str, float]] = []
    rmsds = []
    for place, record in enumerate(chosen):
        drawn = collate_poses([record], np.random.default_rng((0, place)), exact).to(device)
        batch = PoseBatch.padded(drawn, augmentation.draws, augmentation.ligand_noise)
        losses.append({name: float(value) for name, value in pose_errors(model, batch, rng).items()})
        template = batch.positions.expand(_SAMPLES, -1, -1)
        start = prior_states(model, template, batch.graph.torsions.shape[1], rng)
        made = sample_poses(model, batch.graph, batch.pocket, template, start, time_grid(_STEPS))
        orders = torch.from_numpy(record.permutations.astype(np.int64)).to(made.device)
        rmsds.append(least_rmsd(made, batch.positions[0], orders))
    found = torch.stack(rmsds)
    parts = {f"loss_{name}": float(np.mean([loss[name] for loss in losses])) for name in losses[0]}
    return parts | {
        "within_2": float((found < 2).double().mean()),
        "best_within_2": float((found.amin(1) < 2).double().mean()),
        "median_rmsd": float(found.median()),
    }


def least_rmsd(poses: torch.Tensor, target: torch.Tensor, orders: torch.Tensor) -> torch.Tensor:
    """Symmetric RMSD [S] of poses [S, n, 3] to a target [n, 3] as they lie; orders int64 [p, n]."""
    gaps = poses[:, None] - target[orders][None]
    return gaps.square().sum(-1).mean(-1).amin(1).sqrt()


def _spread_over_clusters(records: Sequence[ComplexRecord], count: int) -> list[ComplexRecord]:
    seen: dict[str, int] = {}
    ranks = []
    for index, record in enumerate(records):
        seen[record.cluster] = seen.get(record.cluster, 0) + 1
        ranks.append((seen[record.cluster], index))
    return [records[index] for _, index in sorted(ranks)[:count]]
