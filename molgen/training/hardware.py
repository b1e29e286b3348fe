"""The hardware of a training: accelerator, processes, precision; checked before anything is loaded."""

from __future__ import annotations

from typing import Any

import torch
from pytorch_lightning.strategies import DDPStrategy, Strategy
from pytorch_lightning.utilities import rank_zero_only

from molgen.errors import ConfigError
from molgen.training.settings import TrainSettings


def check_hardware(settings: TrainSettings) -> None:
    """Check that the devices exist and support the precision.

    Raises:
        ConfigError: they do not; it names the key.
    """
    kind = accelerator_of(settings)
    has = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not has[kind]:
        there = ", ".join(name for name, available in has.items() if available)
        raise ConfigError(f"train.accelerator: {kind} is not available; this machine has {there}")
    if kind == "cuda" and settings.devices > torch.cuda.device_count():
        raise ConfigError(
            f"train.devices: {settings.devices} GPUs are requested, {torch.cuda.device_count()} are available"
        )
    if kind == "mps" and settings.devices > 1:
        raise ConfigError("train.devices: mps is one device")
    if settings.precision == "16-mixed" and kind == "cpu":
        raise ConfigError("train.precision: 16-mixed needs a GPU; a CPU computes in 32-true or bf16-mixed")
    if settings.precision == "bf16-mixed" and kind == "cuda" and not torch.cuda.is_bf16_supported():
        raise ConfigError("train.precision: this GPU does not compute in bf16-mixed; 32-true or 16-mixed works")


def accelerator_of(settings: TrainSettings) -> str:
    """cpu, cuda or mps; "auto" is the GPU where there is one."""
    if settings.accelerator != "auto":
        return settings.accelerator
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() and settings.devices == 1 else "cpu"


def trainer_options(settings: TrainSettings) -> dict[str, Any]:
    """The arguments of Lightning's trainer that say where and how it computes."""
    return {
        "accelerator": accelerator_of(settings),
        "devices": settings.devices,
        "strategy": strategy_of(settings),
        "precision": settings.precision,
        "accumulate_grad_batches": settings.accumulate,
        "use_distributed_sampler": False,  # the streams know their rank
    }


def strategy_of(settings: TrainSettings) -> Strategy | str:
    """Processes that share their gradients, started by Lightning or by torchrun; none for one device.

    Not every batch uses every parameter, e.g. one of molecules without a ring, so the unused ones are looked for.
    """
    return DDPStrategy(find_unused_parameters=True) if settings.devices > 1 else "auto"


def is_first_process() -> bool:
    """Whether this process is the one that writes and prints."""
    return rank_zero_only.rank == 0
