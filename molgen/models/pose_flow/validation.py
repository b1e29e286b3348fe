"""Validation of the model of poses on held-back complexes."""

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
from molgen.sampling import Stepper, euler

VALIDATED = 60
"""Number of complexes that are sampled in a validation."""
_SAMPLES, _STEPS = 8, 8


@torch.no_grad()
def validate(model: PoseModel, records: Sequence[ComplexRecord], augmentation: Augmentation) -> dict[str, float]:
    """The loss, and metrics of sampled poses of held-back complexes, one of each cluster first.

    Poses are sampled over the ligands' own template conformers.

    Returns:
        the parts of the loss; the shares of samples within 2 A and of complexes with one, and the median RMSD, A.
    """
    if not records:
        return {}
    chosen = spread_over_clusters(records, VALIDATED)
    rng = torch.Generator().manual_seed(0)
    exact, device = replace(augmentation, protein_noise=0.0), next(model.parameters()).device
    losses: list[dict[str, float]] = []
    rmsds = []
    for index, record in enumerate(chosen):
        batch = exact_batch(record, index, exact, device)
        losses.append({name: float(value) for name, value in pose_errors(model, batch, rng).items()})
        rmsds.append(sampled_rmsds(model, batch, record.permutations, _SAMPLES, _STEPS, rng))
    rmsd = torch.stack(rmsds)
    parts = {f"loss_{name}": float(np.mean([loss[name] for loss in losses])) for name in losses[0]}
    return parts | {
        "within_2": float((rmsd < 2).double().mean()),
        "best_within_2": float((rmsd.amin(1) < 2).double().mean()),
        "median_rmsd": float(rmsd.median()),
    }


def exact_batch(record: ComplexRecord, index: int, augmentation: Augmentation, device: torch.device | str) -> PoseBatch:
    """One complex as the network sees it, rotated and cut by random numbers of its index."""
    drawn = collate_poses([record], np.random.default_rng((0, index)), augmentation).to(device)
    return PoseBatch.padded(drawn, augmentation.draws, augmentation.ligand_noise)


def sampled_rmsds(
    model: PoseModel,
    batch: PoseBatch,
    permutations: np.ndarray,
    samples: int,
    steps: int,
    rng: torch.Generator,
    stepper: Stepper = euler,
) -> torch.Tensor:
    """Symmetric RMSD to the true pose of poses that are sampled over the ligand's own template conformer.

    Args:
        model: the field.
        batch: one complex of n atoms (B = 1).
        permutations: [p, n], symmetry-equivalent orders of the atoms.
        samples, steps, stepper: how many poses, in how many steps, by which rule.
        rng: of the starting states, and of a stochastic stepper.

    Returns:
        [samples], Angstrom.
    """
    template = batch.positions.expand(samples, -1, -1)
    start = prior_states(model, template, batch.graph.torsions.shape[1], rng)
    times = time_grid(steps)
    poses = sample_poses(model, batch.graph, batch.pocket, template, start, times, stepper=stepper, rng=rng)
    orders = torch.from_numpy(permutations.astype(np.int64)).to(poses.device)
    return least_rmsd(poses, batch.positions[0], orders)


def least_rmsd(poses: torch.Tensor, target: torch.Tensor, orders: torch.Tensor) -> torch.Tensor:
    """Symmetric RMSD [S] of poses [S, n, 3] to a target [n, 3] as they lie; orders int64 [p, n]."""
    gaps = poses[:, None] - target[orders][None]
    return gaps.square().sum(-1).mean(-1).amin(1).sqrt()


def spread_over_clusters(records: Sequence[ComplexRecord], count: int) -> list[ComplexRecord]:
    """Records from as many clusters as possible: the first of each before the second of any."""
    seen: dict[str, int] = {}
    ranks = []
    for index, record in enumerate(records):
        seen[record.cluster] = seen.get(record.cluster, 0) + 1
        ranks.append((seen[record.cluster], index))
    return [records[index] for _, index in sorted(ranks)[:count]]
