"""Training the networks of the confidence from labeled decoys; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from molgen.datasets.decoys import DecoyRecord, load_decoys
from molgen.datasets.mixture import MixtureDataset, MixtureSource, cluster_weights
from molgen.datasets.part_files import find_parts
from molgen.datasets.sources import SourceConfig
from molgen.errors import CheckpointError, ConfigError
from molgen.models.pose_confidence.checkpoint import load_confidence, save_confidence
from molgen.models.pose_confidence.data import CollateDecoys, DecoyBatch, collate_decoys
from molgen.models.pose_confidence.model import ConfidenceConfig, ConfidenceModel
from molgen.training.fit import Piece, TrainResult, finished_steps, fit, prepare_run

_SOFT = 0.3
"""Angstrom: how sharp the border between a right and a wrong pose is in the target."""
_TOGETHER = 4


@dataclass(frozen=True)
class ConfidenceTrainConfig:
    """How to train.

    Attributes:
        sources: sets of labeled decoys (`molgen prepare poses`) and their shares.
        folds, fold: the clusters of the last source are dealt into so many folds, and this one is held back.
        right: Angstrom; a pose nearer than this to the true one is right.
        batch: ligands per batch; poses: of each, at most.
        noise: Angstrom, on all atoms.
        learning_rate, warmup, weight_decay: AdamW with linear warm-up (steps) and cosine decay to a twentieth.
        steps: optimizer steps in all.
        clip: gradient norm.
        ema: decay of the averaged weights, which are the ones that are saved and validated.
        max_bad_batches: batches in a row whose loss or gradient is not finite (they are skipped) before training stops.
        precision: Lightning's, e.g. "32-true" or "bf16-mixed".
        validate_every: steps between validations.
        threads: torch threads on a CPU.
        seed: of everything.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    folds: int = 4
    fold: int = 0
    right: float = 2.0
    batch: int = 4
    poses: int = 32
    noise: float = 0.15
    learning_rate: float = 7e-4
    warmup: int = 50
    weight_decay: float = 0.1
    steps: int = 1000
    clip: float = 1.0
    ema: float = 0.995
    max_bad_batches: int = 20
    precision: str = "32-true"
    validate_every: int = 250
    threads: int = 1
    seed: int = 0


@dataclass(frozen=True)
class ConfidenceTraining:
    """The whole file: the model and its training."""

    model: ConfidenceConfig = field(default_factory=ConfidenceConfig)
    train: ConfidenceTrainConfig = field(default_factory=ConfidenceTrainConfig)


def train_confidence(
    config: ConfidenceTraining,
    output: str | Path,
    *,
    max_minutes: float | None = None,
    resume: str | Path | None = None,
    checkpoint_minutes: float = 5.0,
    progress: bool = False,
) -> TrainResult:
    """Train one network, or go on training it, for at most ``max_minutes``; `combine` makes the confidence of several.

    Args:
        output: folder for `weights.safetensors`, `state.ckpt` and, for every piece of the run,
            `log/from-STEP/metrics.csv`.
        resume: a `state.ckpt` (goes on exactly) or a `.safetensors` checkpoint (its weights with a fresh optimizer),
            e.g. that of the pretraining. Of a confidence of several networks ("default" is one) the network goes on
            that has not seen the fold.

    Raises:
        InputError, CheckpointError, ConfigError.
    """
    settings = config.train
    prepare_run(settings)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    sources = [load_decoys(find_parts(Path(source.path)))[0] for source in settings.sources]
    sources[-1], held_back = fold_of(sources[-1], settings.folds, settings.fold)
    model, record, state = _initial(config, resume)
    first_step = finished_steps(state, model)
    mixture = [
        MixtureSource(entries, source.share, cluster_weights(entries))
        for entries, source in zip(sources, settings.sources, strict=True)
    ]
    collate = CollateDecoys(settings.poses, settings.noise)
    dataset = MixtureDataset(mixture, settings.batch, collate, seed=settings.seed, start=first_step, pool=1)

    def loss(trained: ConfidenceModel, batch: DecoyBatch, rng: torch.Generator) -> Tensor:
        # dropout draws from the global generator; seeded every step, a resumed run draws what an unbroken one does
        torch.manual_seed(int(torch.randint(2**31, (), generator=rng)))
        return confidence_loss(trained, batch, settings.right)

    def save(trained: torch.nn.Module, entry: Mapping[str, Any]) -> None:
        names = [f"{source.path.rstrip('/').split('/')[-1]}" for source in settings.sources]
        sizes = [len(entries) for entries in sources]
        held = {"folds": settings.folds, "fold": settings.fold}
        runs = [*record.get("runs", []), {"sources": dict(zip(names, sizes, strict=True)), **held, **entry}]
        save_confidence(trained, folder / "weights.safetensors", {"runs": runs})  # type: ignore[arg-type]

    return fit(
        model,
        loss,
        dataset,
        settings,
        Piece(folder, state, first_step, settings.batch * settings.poses, max_minutes, checkpoint_minutes, progress),
        measure=lambda m: validate_confidence(m, [entry.found() for entry in held_back], settings.right),  # type: ignore[arg-type]
        save=save,
    )


def confidence_loss(model: ConfidenceModel, batch: DecoyBatch, right: float) -> Tensor:
    """Ranking plus calibration: minus the log of the softmax share of the right poses, and binary cross entropy.

    The first part leaves out ligands without a right pose; the target of the second goes smoothly from 1 to 0 about
    ``right`` (Angstrom).
    """
    logits = model(batch.graph, batch.pocket, batch.positions, batch.gaps).masked_fill(~batch.mask, -1e4)
    good = (batch.rmsds <= right) & batch.mask
    found = good.any(1)
    shares = logits.masked_fill(~good, -1e4).logsumexp(1) - logits.logsumexp(1)
    ranking = -(shares * found).sum() / found.sum().clamp(min=1)
    target = torch.sigmoid((right - batch.rmsds) / _SOFT)
    single = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return ranking + (single * batch.mask).sum() / batch.mask.sum()


@torch.no_grad()
def logits_of(model: ConfidenceModel, entries: Sequence[DecoyRecord]) -> list[np.ndarray]:
    """Logits of all poses of each ligand."""
    device = next(model.parameters()).device
    found = []
    for start in range(0, len(entries), _TOGETHER):
        rows = entries[start : start + _TOGETHER]
        batch = collate_decoys(rows).to(device)
        logits = model(batch.graph, batch.pocket, batch.positions, batch.gaps).cpu().numpy()
        found += [logits[k, : len(row.energies)] for k, row in enumerate(rows)]
    return found


def validate_confidence(model: ConfidenceModel, entries: Sequence[DecoyRecord], right: float) -> dict[str, float]:
    """How the poses of held-back ligands are ranked.

    Returns:
        top1, energy_top1, oracle: shares of ligands whose first pose is right, by logit, by energy, at best; auc: of
        the logit of the first pose against its being right; nll: the ranking part of the loss.
    """
    if not entries:
        return {}
    logits = logits_of(model, entries)
    firsts = [int(row.argmax()) for row in logits]
    right_first = np.array([e.rmsds[k] <= right for e, k in zip(entries, firsts, strict=True)])
    first_logits = np.array([row[k] for row, k in zip(logits, firsts, strict=True)])
    losses = [
        np.logaddexp.reduce(row) - np.logaddexp.reduce(row[e.rmsds <= right])
        for row, e in zip(logits, entries, strict=True)
        if (e.rmsds <= right).any()
    ]
    return {
        "top1": float(right_first.mean()),
        "energy_top1": float(np.mean([e.rmsds[e.energies.argmin()] <= right for e in entries])),
        "oracle": float(np.mean([e.rmsds.min() <= right for e in entries])),
        "auc": ranking_auc(first_logits, right_first),
        "nll": float(np.mean(losses)) if losses else float("nan"),
    }


def ranking_auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of (right, wrong) pairs in which the right one has the higher score, ties half; nan without a pair."""
    good, bad = scores[labels], scores[~labels]
    if not len(good) or not len(bad):
        return float("nan")
    gaps = good[:, None] - bad
    return float((gaps > 0).mean() + 0.5 * (gaps == 0).mean())


def fold_of(entries: Sequence[DecoyRecord], folds: int, fold: int) -> tuple[list[DecoyRecord], list[DecoyRecord]]:
    """The entries outside and inside a fold; clusters are dealt to the folds in a fixed random order."""
    if not 0 <= fold < folds:
        raise ConfigError(f"train.fold must be between 0 and {folds - 1}, not {fold}")
    clusters = sorted({entry.cluster for entry in entries})
    order = np.random.default_rng(0).permutation(len(clusters))
    held = {clusters[k] for k in order[fold::folds]}
    return [e for e in entries if e.cluster not in held], [e for e in entries if e.cluster in held]


def _initial(
    config: ConfidenceTraining, resume: str | Path | None
) -> tuple[ConfidenceModel, Mapping[str, Any], Path | None]:
    if resume is None:
        return ConfidenceModel(config.model), {}, None
    path = Path(resume)
    if path.suffix == ".safetensors" or str(resume) == "default":
        model, record = load_confidence(resume)
        if model.config.contacts != config.model.contacts:  # another dropout is allowed
            raise CheckpointError("was trained with another model configuration than the config's", source=resume)
        fresh = ConfidenceModel(config.model)
        fresh.members[0].load_state_dict(model.members[_member_of(model, config.train, resume)].state_dict())
        return fresh, record if len(model.members) == 1 else {}, None
    beside = path.with_name("weights.safetensors")
    record = load_confidence(beside)[1] if beside.exists() else {}
    return ConfidenceModel(config.model), record, path


def _member_of(model: ConfidenceModel, settings: ConfidenceTrainConfig, source: str | Path) -> int:
    """Which network of a checkpoint goes on: of several, the one that has not seen the fold that is held back."""
    if len(model.members) == 1:
        return 0
    if len(model.members) != settings.folds:
        reason = f"holds {len(model.members)} networks, each trained without one fold: set train.folds to that number"
        raise CheckpointError(reason, source=source)
    return settings.fold
