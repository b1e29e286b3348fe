"""The settings that every training has, whatever the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """Optimizer, pace and reproducibility; the `train` section of every model's configuration inherits these keys.

    Attributes:
        learning_rate, warmup, weight_decay: AdamW with linear warm-up (steps) and cosine decay to a twentieth.
        steps: optimizer steps in all; the cosine decay ends here, later steps stay at a twentieth of the peak.
        clip: norm that the gradient is clipped to.
        ema: decay of the averaged weights, which are the ones that are saved and validated.
        max_bad_batches: batches in a row whose loss or gradient is not finite (they are skipped) before training stops.
        precision: Lightning's, e.g. "32-true" or "bf16-mixed".
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
    precision: str = "32-true"
    validate_every: int = 1000
    threads: int = 1
    seed: int = 0
