"""Training the conformer model from prepared sets, in resumable pieces; needs neither RDKit nor Biopython."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as lightning
import torch
from pytorch_lightning.loggers import CSVLogger

from molgen.conformers.checkpoint import load_with_record, save_model
from molgen.conformers.config import ConformerConfig, TrainConfig
from molgen.conformers.dataset import MixtureDataset
from molgen.conformers.loss import torsion_loss
from molgen.conformers.model import Conformation, TorsionModel, parameter_count
from molgen.conformers.sample import sample_torsions, time_grid
from molgen.conformers.store import Entry, load_parts, part_files
from molgen.errors import CheckpointError
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import batch_graphs
from molgen.metrics.coverage import coverage
from molgen.metrics.rmsd import rmsd_matrix
from molgen.sampling import torus_points
from molgen.training.callbacks import PeriodicCheckpoint, SampledValidation, TimeLimit
from molgen.training.module import FieldTraining, OptimiserConfig

HELD_BACK = 100
VALIDATION_STEPS = 6


@dataclass(frozen=True)
class TrainResult:
    """Where the weights are and what they scored.

    Attributes:
        weights: safetensors with the averaged weights.
        state: full training state, for ``resume``.
        steps: optimiser steps in all; samples_per_second: noised conformers per second in this run.
        metrics: of the last validation.
    """

    weights: Path
    state: Path
    steps: int
    samples_per_second: float
    metrics: Mapping[str, float]


def train(
    config: ConformerConfig,
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
        resume: a `state.ckpt` (goes on exactly) or a `.safetensors` checkpoint (its weights with a fresh optimiser).

    Raises:
        InputError, CheckpointError, ConfigError.
    """
    settings = config.train
    _quiet_lightning()
    torch.set_num_threads(settings.threads)
    lightning.seed_everything(settings.seed, verbose=False)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    sources, validation, names = _load_data(settings)
    model, record, state = _initial(config, resume)
    first_step = _finished_steps(state, model)
    module = FieldTraining(model, torsion_loss, _optimiser(settings), settings.seed)
    dataset = MixtureDataset(
        sources,
        [s.share for s in settings.sources],
        settings.batch,
        settings.draws,
        settings.seed,
        start=first_step,
    )
    begun = time.monotonic()
    weights = folder / "weights.safetensors"
    last: dict[str, float] = {}

    def saved(trained: FieldTraining, metrics: Mapping[str, float], step: int) -> None:
        last.update(metrics)
        entry = {
            "sources": names,
            "steps": step,
            "batch": settings.batch * settings.draws,
            "minutes": round((time.monotonic() - begun) / 60, 1),
            "parameters": parameter_count(trained.model),
            "bad_batches": trained.bad_batches,
            "metrics": {k: round(v, 4) for k, v in metrics.items()},
        }
        save_model(trained.model, weights, {"runs": [*record.get("runs", []), entry]})  # type: ignore[arg-type]

    trainer = lightning.Trainer(
        max_steps=settings.steps,
        accelerator="auto",
        devices=1,
        precision=settings.precision,  # type: ignore[arg-type]
        gradient_clip_val=settings.clip,
        logger=CSVLogger(folder, name="log", version=f"from-{first_step}"),
        callbacks=[
            TimeLimit(max_minutes),
            SampledValidation(
                settings.validate_every,
                lambda m: validate(m, validation, settings.validation_samples),  # type: ignore[arg-type]
                saved,
            ),
            PeriodicCheckpoint(folder / "state.ckpt", checkpoint_minutes),
        ],
        enable_progress_bar=progress,
        enable_model_summary=False,
        enable_checkpointing=False,
        log_every_n_steps=50,
        use_distributed_sampler=False,
    )
    loader = torch.utils.data.DataLoader(dataset, batch_size=None)
    trainer.fit(module, loader, ckpt_path=state, weights_only=True)
    steps = trainer.global_step
    rate = (steps - first_step) * settings.batch * settings.draws / max(time.monotonic() - begun, 1e-9)
    return TrainResult(weights, folder / "state.ckpt", steps, rate, last)


@torch.no_grad()
def validate(model: TorsionModel, entries: Sequence[Entry], samples: int) -> dict[str, float]:
    """Sampled recall on molecules that were held back: torsions redrawn over their own local structures.

    Returns:
        amr_recall and amr_precision (Angstrom), cov_recall at 0.75 A, means over molecules.
    """
    rows = []
    device = next(model.parameters()).device
    for entry in entries:
        graph = batch_graphs([entry.graph]).to(device)
        own = torch.from_numpy(entry.positions.astype(np.float32)).to(device)
        template = own[torch.arange(samples) % len(own)]
        start = torus_points(samples, entry.graph.n_torsions, seed=0).to(own)
        torsions = sample_torsions(model, graph, template, start, times=time_grid(VALIDATION_STEPS))
        shape = Conformation(template[None], dihedral_angles(template, graph.torsions[0])[None])
        made = shape.positions(torsions[None], graph)[0]
        rows.append(coverage(rmsd_matrix(own.cpu(), made.cpu(), entry.permutations.astype(np.int64)), 0.75))
    return {
        "amr_recall": float(np.mean([r.recall_rmsd for r in rows])),
        "amr_precision": float(np.mean([r.precision_rmsd for r in rows])),
        "cov_recall": float(np.mean([np.mean(r.recall) for r in rows])),
    }


def _quiet_lightning() -> None:
    """Its hardware report, advertisements and own deprecations are nothing that a user of molgen can act on."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="pytorch_lightning")


def _load_data(settings: TrainConfig) -> tuple[list[list[Entry]], list[Entry], list[str]]:
    sources, names = [], []
    for source in settings.sources:
        entries, found = load_parts(part_files(Path(source.path)))
        sources.append(entries)
        names += found
    if settings.validation:
        validation, _ = load_parts(part_files(Path(settings.validation)))
    else:
        order = np.random.default_rng(settings.seed).permutation(len(sources[0]))
        held = min(HELD_BACK, len(order) // 10)
        validation = [sources[0][k] for k in order[:held]]
        sources[0] = [sources[0][k] for k in order[held:]]
    return sources, [e for e in validation if e.graph.n_torsions][:HELD_BACK], names


def _initial(config: ConformerConfig, resume: str | Path | None) -> tuple[TorsionModel, Mapping[str, Any], Path | None]:
    if resume is None:
        return TorsionModel(config.model), {}, None
    path = Path(resume)
    if path.suffix == ".safetensors" or str(resume) == "default":
        model, record = load_with_record(resume)
        if model.config != config.model:
            raise CheckpointError("was trained with another model configuration than the config's", source=resume)
        return model.train(), record, None
    if not path.is_file():
        raise CheckpointError("no such training state", source=path)
    beside = path.with_name("weights.safetensors")
    record = load_with_record(beside)[1] if beside.exists() else {}
    return TorsionModel(config.model), record, path


def _finished_steps(state: Path | None, model: TorsionModel) -> int:
    """Steps behind a training state, after a look at whether it can be loaded at all."""
    if state is None:
        return 0
    try:
        saved = torch.load(state, weights_only=True, map_location="cpu")
        steps, weights = int(saved["global_step"]), saved["state_dict"]
        weights = {name.removeprefix("model."): value for name, value in weights.items()}
    except Exception as error:  # torch raises half a dozen types for a damaged file
        raise CheckpointError("is not a training state, or is damaged", source=state) from error
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"weights do not fit the model: {error}", source=state) from error
    return steps


def _optimiser(settings: TrainConfig) -> OptimiserConfig:
    return OptimiserConfig(
        learning_rate=settings.learning_rate,
        warmup=settings.warmup,
        steps=settings.steps,
        weight_decay=settings.weight_decay,
        ema=settings.ema,
    )
