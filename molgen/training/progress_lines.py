"""Progress where there is no terminal: a line a minute, and one for every validation."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

import pytorch_lightning as lightning

from molgen.training.hardware import is_first_process

SECONDS = 60.0


class ProgressLines(lightning.Callback):
    """Lines on stderr, e.g. `step 1200/25000, loss 0.231, 4.2 min`.

    Args:
        steps: of the whole training.
        seconds: between two lines.
    """

    def __init__(self, steps: int, seconds: float = SECONDS) -> None:
        self.steps, self.seconds = steps, seconds
        self.begun = self.last = time.monotonic()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        if is_first_process() and time.monotonic() - self.last > self.seconds:
            loss = trainer.callback_metrics.get("loss")
            self.write(trainer.global_step, {} if loss is None else {"loss": float(loss)})

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """One line."""
        self.last = time.monotonic()
        parts = [f"step {step}/{self.steps}", *(f"{name} {value:.3f}" for name, value in values.items())]
        print(", ".join([*parts, f"{(self.last - self.begun) / 60:.1f} min"]), file=sys.stderr, flush=True)
