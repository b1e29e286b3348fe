"""Running a training: Lightning's trainer with a time limit, sampled validation and resumable state."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import nn

from molgen.files.weights import STATE, WEIGHTS
from molgen.training.batches import Batches
from molgen.training.callbacks import PeriodicCheckpoint, SampledValidation, StopOnInterrupt, TimeLimit
from molgen.training.hardware import check_hardware, trainer_options
from molgen.training.loggers import check_loggers, loggers_of
from molgen.training.module import FieldTraining
from molgen.training.progress_lines import ProgressLines
from molgen.training.settings import TrainSettings
from molgen.training.task import TrainingData


@dataclass(frozen=True)
class TrainResult:
    """The files of a training and its metrics.

    Attributes:
        weights: safetensors with the averaged weights.
        state: full training state, for ``resume``.
        steps: optimizer steps in all; samples_per_second: noised samples per second in this run.
        metrics: of the last validation, in the first of the processes.
        is_first_process: whether this is that process, which alone writes.
    """

    weights: Path
    state: Path
    steps: int
    samples_per_second: float
    metrics: Mapping[str, float]
    is_first_process: bool = True


@dataclass(frozen=True)
class Run:
    """One run of a training that may take several.

    Attributes:
        folder: for `state.ckpt` and, for every run, `log/from-STEP/metrics.csv`.
        state: a training state to go on with, or None.
        first_step: steps behind it.
        max_minutes, checkpoint_minutes: when to stop, and how often to save the state.
        progress: show a progress bar, or lines where there is no terminal.
    """

    folder: Path
    state: Path | None
    first_step: int
    max_minutes: float | None
    checkpoint_minutes: float
    progress: bool


def prepare_run(settings: TrainSettings) -> None:
    """Quiet Lightning, threads and seeds; before the data is loaded.

    Raises:
        ConfigError: hardware, precision or loggers that are not there.
    """
    check_hardware(settings)
    check_loggers(settings.loggers)
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
        KeyboardInterrupt: after a Ctrl-C, once the current step is done and the weights and the state are saved; after
            a second one at once.
        TrainingError: too many batches in a row whose loss is not finite.
        InputError: the state cannot be written.
    """
    module = FieldTraining(model, data.loss, settings)
    begun = time.monotonic()
    last: dict[str, float] = {}
    lines = ProgressLines(settings.steps)
    shows_lines = run.progress and not sys.stderr.isatty()

    def on_measured(trained: FieldTraining, metrics: Mapping[str, float], step: int) -> None:
        last.update(metrics)
        if shows_lines:
            lines.write(step, metrics)
        save(trained.model, _entry(trained, data.samples, begun, metrics, step))

    interrupt = StopOnInterrupt()
    validation = SampledValidation(settings.validate_every, data.measure, on_measured)
    checkpoint = PeriodicCheckpoint(run.folder / "state.ckpt", run.checkpoint_minutes)
    callbacks = [TimeLimit(run.max_minutes), interrupt, checkpoint, validation, *([lines] if shows_lines else [])]
    trainer = _trainer(settings, run, callbacks)
    try:
        trainer.fit(module, Batches(data, settings, run.first_step), ckpt_path=run.state, weights_only=True)
        trainer.strategy.barrier()  # the first process has written its files when any returns
    except SystemExit:  # Lightning's answer to a second Ctrl-C
        raise KeyboardInterrupt from None
    if interrupt.interrupted:
        raise KeyboardInterrupt
    steps = trainer.global_step
    samples = data.samples * settings.accumulate * trainer.world_size
    rate = (steps - run.first_step) * samples / max(time.monotonic() - begun, 1e-9)
    files = run.folder / WEIGHTS, run.folder / STATE
    return TrainResult(*files, steps, rate, last, trainer.is_global_zero)


def _trainer(settings: TrainSettings, run: Run, callbacks: list[lightning.Callback]) -> lightning.Trainer:
    return lightning.Trainer(
        max_steps=settings.steps,
        gradient_clip_val=settings.clip,
        logger=loggers_of(settings.loggers, run.folder, run.first_step),
        callbacks=callbacks,
        enable_progress_bar=run.progress and sys.stderr.isatty(),
        enable_model_summary=False,
        enable_checkpointing=False,
        log_every_n_steps=max(1, min(50, settings.steps // 100)),
        **trainer_options(settings),
    )


def _entry(
    trained: FieldTraining, samples: int, begun: float, metrics: Mapping[str, float], step: int
) -> dict[str, Any]:
    """The entry of this run in the record of a checkpoint."""
    return {
        "steps": step,
        "batch": samples,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "parameters": sum(p.numel() for p in trained.model.parameters()),
        "bad_batches": trained.bad_batches,
        "metrics": {k: round(v, 4) for k, v in metrics.items()},
    }
