"""Running a training: Lightning's trainer with a time limit, sampled validation and resumable state."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
from pytorch_lightning.loggers import CSVLogger
from torch import nn

from molgen.training.callbacks import PeriodicCheckpoint, SampledValidation, StopOnInterrupt, TimeLimit
from molgen.training.module import FieldTraining
from molgen.training.settings import TrainSettings
from molgen.training.task import TrainingData


@dataclass(frozen=True)
class TrainResult:
    """Where the weights are and what they scored.

    Attributes:
        weights: safetensors with the averaged weights.
        state: full training state, for ``resume``.
        steps: optimizer steps in all; samples_per_second: noised samples per second in this run.
        metrics: of the last validation.
    """

    weights: Path
    state: Path
    steps: int
    samples_per_second: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """One run of a training that may take several.

    Attributes:
        folder: for `state.ckpt` and, for every run, `log/from-STEP/metrics.csv`.
        state: a training state to go on with, or None.
        first_step: steps behind it.
        max_minutes, checkpoint_minutes: when to stop, and how often to save the state.
        progress: show a progress bar.
    """

    folder: Path
    state: Path | None
    first_step: int
    max_minutes: float | None
    checkpoint_minutes: float
    progress: bool


def prepare_run(settings: TrainSettings) -> None:
    """Quiet Lightning, threads and seeds; before the data is loaded."""
    # its hardware report, advertisements and own deprecations are nothing that a user of molgen can act on
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="pytorch_lightning")
    torch.set_num_threads(settings.threads)
    lightning.seed_everything(settings.seed, verbose=False)


def fit(
    model: nn.Module,
    data: TrainingData,
    settings: TrainSettings,
    run: Run,
    save: Callable[[nn.Module, Mapping[str, Any]], None],
) -> TrainResult:
    """Train until the last step or the time limit.

    Args:
        save: writes `weights.safetensors` of a model and the record of this run.

    Raises:
        KeyboardInterrupt: after a Ctrl-C, when the step in hand is done and the weights and the state are saved; after
            a second one at once.
        TrainingError: too many batches in a row whose loss is not finite.
        InputError: the state cannot be written.
    """
    module = FieldTraining(model, data.loss, settings)
    begun = time.monotonic()
    last: dict[str, float] = {}

    def on_measured(trained: FieldTraining, metrics: Mapping[str, float], step: int) -> None:
        last.update(metrics)
        save(trained.model, _entry(trained, data.samples, begun, metrics, step))

    interrupt = StopOnInterrupt()
    validation = SampledValidation(settings.validate_every, data.measure, on_measured)
    checkpoint = PeriodicCheckpoint(run.folder / "state.ckpt", run.checkpoint_minutes)
    trainer = _trainer(settings, run, [TimeLimit(run.max_minutes), interrupt, checkpoint, validation])
    loader = torch.utils.data.DataLoader(data.stream(start=run.first_step), batch_size=None)
    try:
        trainer.fit(module, loader, ckpt_path=run.state, weights_only=True)
    except SystemExit:  # Lightning's answer to a second Ctrl-C
        raise KeyboardInterrupt from None
    if interrupt.interrupted:
        raise KeyboardInterrupt
    steps = trainer.global_step
    rate = (steps - run.first_step) * data.samples / max(time.monotonic() - begun, 1e-9)
    return TrainResult(run.folder / "weights.safetensors", run.folder / "state.ckpt", steps, rate, last)


def _trainer(settings: TrainSettings, run: Run, callbacks: list[lightning.Callback]) -> lightning.Trainer:
    return lightning.Trainer(
        max_steps=settings.steps,
        accelerator="auto",
        devices=1,
        precision=settings.precision,  # type: ignore[arg-type]
        gradient_clip_val=settings.clip,
        logger=CSVLogger(run.folder, name="log", version=f"from-{run.first_step}"),
        callbacks=callbacks,
        enable_progress_bar=run.progress,
        enable_model_summary=False,
        enable_checkpointing=False,
        log_every_n_steps=50,
        use_distributed_sampler=False,
    )


def _entry(
    trained: FieldTraining, samples: int, begun: float, metrics: Mapping[str, float], step: int
) -> dict[str, Any]:
    """What the record of a checkpoint says of this run."""
    return {
        "steps": step,
        "batch": samples,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "parameters": sum(p.numel() for p in trained.model.parameters()),
        "bad_batches": trained.bad_batches,
        "metrics": {k: round(v, 4) for k, v in metrics.items()},
    }
