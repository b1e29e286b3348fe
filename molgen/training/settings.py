"""The settings that every training has, whatever the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from molgen.limits import at_least, below_one

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """Optimizer, pace and reproducibility; the `train` section of every model's configuration inherits these keys.

    Attributes:
        learning_rate, warmup, weight_decay: AdamW with linear warm-up (steps) and cosine decay to a twentieth.
        steps: optimizer steps in all; the cosine decay ends here, later steps stay at a twentieth of the peak.
        clip: norm that the gradient is clipped to; 0: not at all.
        ema: decay of the averaged weights, which are the ones that are saved and validated.
        max_bad_batches: batches in a row whose loss or gradient is not finite (they are skipped) before training stops.
        precision: of the arithmetic; weights are kept in 32 bits.
        accelerator, devices: where training runs, and on how many of them; "auto" is a GPU where there is one. With
            several, each is a process with batches of its own, and a step sees ``devices`` batches.
        workers: processes that make batches for each device; 0: the device's own process does.
        memory: MiB of prepared sets that each process that makes batches keeps; larger sets stay on disk, and some of
            their parts at a time are read.
        accumulate: batches whose gradients make one step, for batches larger than memory.
        loggers: where metrics go: csv, tensorboard, wandb.
        validate_every: steps between validations.
        threads: torch threads on a CPU.
        seed: of everything.
    """

    learning_rate: float = 2e-3
    warmup: int = 300
    weight_decay: float = 0.0
    steps: int = 20000
    clip: float = 1.0
    ema: float = 0.999
    max_bad_batches: int = 20
    precision: Precision = "32-true"
    accelerator: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: int = 1
    workers: int = 0
    memory: float = 4096.0
    accumulate: int = 1
    loggers: tuple[Literal["csv", "tensorboard", "wandb"], ...] = ("csv",)
    validate_every: int = 1000
    threads: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, 0, "learning_rate", "warmup", "weight_decay", "clip", "max_bad_batches", "seed")
        at_least(self, 0, "workers", "memory")
        at_least(self, 1, "steps", "validate_every", "threads", "devices", "accumulate")
        below_one(self, "ema")
