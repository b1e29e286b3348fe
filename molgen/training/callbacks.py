"""Callbacks of a training: time limit, Ctrl-C, validation by sampling, checkpoints."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch

from molgen.errors import InputError, TrainingError
from molgen.training.module import FieldTraining


def any_process(trainer: lightning.Trainer, flag: bool) -> bool:
    """Whether the flag is set in any of the processes that train together; a collective call."""
    return trainer.strategy.reduce_boolean_decision(flag, all=False)


def ends_a_step(trainer: lightning.Trainer) -> bool:
    """Whether the batch that ended was the last of its step; in between nothing is stopped or saved."""
    return trainer.fit_loop.epoch_loop.batch_progress.current.ready % trainer.accumulate_grad_batches == 0


class TimeLimit(lightning.Callback):
    """Stops training after a number of minutes, once the current step is done."""

    def __init__(self, minutes: float | None) -> None:
        self.minutes = minutes
        self.begin = time.monotonic()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        elapsed = time.monotonic() - self.begin
        if self.minutes is not None and ends_a_step(trainer) and any_process(trainer, elapsed > 60 * self.minutes):
            trainer.should_stop = True


class StopOnInterrupt(lightning.Callback):
    """The first Ctrl-C ends training regularly after the current step; a second one ends it at once.

    ``interrupted`` says whether there was one. Signals arrive in the main thread only; elsewhere this does nothing.
    """

    def __init__(self) -> None:
        self.interrupted = False
        self._before: Any = None

    def on_train_start(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        if ends_a_step(trainer) and any_process(trainer, self.interrupted):
            self.interrupted = trainer.should_stop = True

    def teardown(self, *_: object, **__: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _note(self, *_: object) -> None:
        self.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


class SampledValidation(lightning.Callback):
    """Every ``every`` steps and at the end: swap in the averaged weights, measure, log, save; in the first process.

    Args:
        every: optimizer steps.
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

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self.last = trainer.global_step

    def on_train_batch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule, *_: object) -> None:
        if trainer.global_step % self.every == 0 and trainer.global_step != self.last:
            self._validate(trainer, module)  # type: ignore[arg-type]

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        if trainer.global_step != self.last:
            self._validate(trainer, module)  # type: ignore[arg-type]

    def _validate(self, trainer: lightning.Trainer, module: FieldTraining) -> None:
        self.last = trainer.global_step
        if not trainer.is_global_zero:
            return
        module.average.swap(module.model)
        module.model.eval()
        try:
            with torch.no_grad():
                metrics = self.measure(module.model)
            self.on_measured(module, metrics, trainer.global_step)
        except torch.linalg.LinAlgError as error:  # pyright: ignore[reportPrivateImportUsage]  # it is documented
            reason = f"what the model samples after step {self.last} are no structures: lower train.learning_rate"
            raise TrainingError(reason) from error
        finally:
            module.average.swap(module.model)
            module.model.train()
        for logger in trainer.loggers:
            logger.log_metrics(dict(metrics), step=trainer.global_step)
            logger.save()


class PeriodicCheckpoint(lightning.Callback):
    """Writes Lightning's full checkpoint (optimizer included) to one path every few minutes and at the end."""

    def __init__(self, path: Path, minutes: float) -> None:
        self.path, self.minutes = path, minutes
        self.last = time.monotonic()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        if ends_a_step(trainer) and any_process(trainer, time.monotonic() - self.last > 60 * self.minutes):
            self._save(trainer)

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._save(trainer)

    def _save(self, trainer: lightning.Trainer) -> None:
        self.last = time.monotonic()
        temporary = self.path.with_suffix(".tmp")
        try:
            trainer.save_checkpoint(temporary)
            if trainer.is_global_zero:
                temporary.replace(self.path)
        except OSError as error:  # a full disk; the state that was saved before stays
            raise InputError(f"cannot be written: {error.strerror}", source=self.path) from error
        finally:
            if trainer.is_global_zero:
                temporary.unlink(missing_ok=True)
