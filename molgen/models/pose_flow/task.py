"""Training the model of poses from prepared sets, in resumable pieces; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from molgen.datasets.complexes import ComplexRecord, load_complexes
from molgen.datasets.mixture import MixtureDataset, MixtureSource, cluster_weights
from molgen.datasets.part_files import find_parts
from molgen.models.pose_flow.checkpoint import load_pose_model, save_pose_model
from molgen.models.pose_flow.config import DockingTraining
from molgen.models.pose_flow.data import Augmentation, collate_poses
from molgen.models.pose_flow.loss import pose_errors, pose_loss
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.sample import prior_states, sample_poses, time_grid
from molgen.training.fit import Piece, TrainResult, finished_steps, fit, prepare_run, starting_point

VALIDATED = 60
"""Complexes that are sampled in a validation."""
_SAMPLES, _STEPS = 8, 8


def train_poses(
    config: DockingTraining,
    output: str | Path,
    *,
    max_minutes: float | None = None,
    resume: str | Path | None = None,
    checkpoint_minutes: float = 5.0,
    progress: bool = False,
) -> TrainResult:
    """Train, or go on training, for at most ``max_minutes``.

    Args:
        output: folder for `weights.safetensors`, `state.ckpt` and, for every piece of the run,
            `log/from-STEP/metrics.csv`.
        resume: a `state.ckpt` (goes on exactly) or a `.safetensors` checkpoint (its weights with a fresh optimizer),
            e.g. that of the pretraining.

    Raises:
        InputError, CheckpointError, ConfigError.
    """
    settings = config.train
    prepare_run(settings)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    loaded = [load_complexes(find_parts(Path(source.path))) for source in settings.sources]
    sources = [records for records, _ in loaded]
    sources[-1], held_back = split_by_cluster(sources[-1], settings.validation, settings.seed)
    model, record, state = starting_point(config.model, resume, PoseModel, load_pose_model)
    first_step = finished_steps(state, model)
    augmentation = augmentation_of(config)
    mixture = [
        MixtureSource(records, source.share, cluster_weights(records))
        for records, source in zip(sources, settings.sources, strict=True)
    ]
    collate = partial(collate_poses, augmentation=augmentation)
    dataset = MixtureDataset(mixture, settings.batch, collate, seed=settings.seed, start=first_step)

    def save(trained: torch.nn.Module, entry: Mapping[str, Any]) -> None:
        names = [f"{', '.join(given)} ({len(kept)})" for kept, (_, given) in zip(sources, loaded, strict=True)]
        runs = [*record.get("runs", []), {"sources": names, **entry}]
        save_pose_model(trained, folder / "weights.safetensors", {"runs": runs})  # type: ignore[arg-type]

    return fit(
        model,
        pose_loss,
        dataset,
        settings,
        Piece(folder, state, first_step, settings.batch * settings.draws, max_minutes, checkpoint_minutes, progress),
        measure=lambda m: validate(m, held_back, augmentation),  # type: ignore[arg-type]
        save=save,
    )


def augmentation_of(config: DockingTraining) -> Augmentation:
    """What is drawn anew each time an example is used."""
    train = config.train
    return Augmentation(train.draws, train.jitter, train.protein_noise, train.ligand_noise, config.model.pocket_radius)


def split_by_cluster(
    records: Sequence[ComplexRecord], share: float, seed: int
) -> tuple[list[ComplexRecord], list[ComplexRecord]]:
    """Whole clusters with about this share of the clusters apart: (the rest, those)."""
    clusters = sorted({record.cluster for record in records})
    order = np.random.default_rng(seed).permutation(len(clusters))
    held = {clusters[k] for k in order[: round(share * len(clusters))]}
    return [r for r in records if r.cluster not in held], [r for r in records if r.cluster in held]


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
    exact = replace(augmentation, protein_noise=0.0)
    losses: list[dict[str, float]] = []
    rmsds = []
    for place, record in enumerate(chosen):
        batch = collate_poses([record], np.random.default_rng((0, place)), exact)
        batch = batch.to(next(model.parameters()).device)
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
