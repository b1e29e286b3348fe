"""What happens during training besides the steps: a time limit, validation by sampling, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytorch_lightning as lightning
import torch

from molgen.training.module import FieldTraining


class TimeLimit(lightning.Callback):
    """Stops training after so many minutes."""

    def __init__(self, minutes: float | None) -> None:
        self.minutes = minutes
        self.begin = time.monotonic()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        elapsed = time.monotonic() - self.begin
        if self.minutes is not None and elapsed > 60 * self.minutes:
            trainer.should_stop = True


class SampledValidation(lightning.Callback):
    """Every ``every`` steps and at the end: swap in the averaged weights, measure, log, save.

    Args:
        every: optimiser steps.
        measure: model -> metric name -> value.
        on_measured: called with (model with averaged weights, metrics, step); typically saves a checkpoint.
    """

    def __init__(
        self,
        every: int,
        measure: Callable[[torch.nn.Module], Mapping[str, float]],
        on_measured: Callable[[FieldTraining, Mapping[str, float], int], None],
    ) -> None:
        self.every, self.measure, self.on_measured = every, measure, on_measured
        self.last = -1

    def on_train_batch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule, *_: object) -> None:
        if trainer.global_step % self.every == 0 and trainer.global_step != self.last:
            self._validate(trainer, module)  # type: ignore[arg-type]

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        if trainer.global_step != self.last:
            self._validate(trainer, module)  # type: ignore[arg-type]

    def _validate(self, trainer: lightning.Trainer, module: FieldTraining) -> None:
        self.last = trainer.global_step
        module.average.swap(module.model)
        module.model.eval()
        try:
            with torch.no_grad():
                metrics = self.measure(module.model)
            self.on_measured(module, metrics, trainer.global_step)
        finally:
            module.average.swap(module.model)
            module.model.train()
        for logger in trainer.loggers:
            logger.log_metrics(dict(metrics), step=trainer.global_step)
            logger.save()


class PeriodicCheckpoint(lightning.Callback):
    """Writes Lightning's full checkpoint (optimiser included) to one path every few minutes and at the end."""

    def __init__(self, path: Path, minutes: float) -> None:
        self.path, self.minutes = path, minutes
        self.last = time.monotonic()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        if time.monotonic() - self.last > 60 * self.minutes:
            self._save(trainer)

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._save(trainer)

    def _save(self, trainer: lightning.Trainer) -> None:
        self.last = time.monotonic()
        temporary = self.path.with_suffix(".tmp")
        trainer.save_checkpoint(temporary)
        temporary.replace(self.path)
