"""Where metrics go: a CSV file for every piece of a run, and TensorBoard or Weights & Biases where installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from pytorch_lightning.loggers import CSVLogger, Logger, TensorBoardLogger, WandbLogger

from molgen.errors import ConfigError

_PACKAGES = {"tensorboard": ("tensorboard", "tensorboardX"), "wandb": ("wandb",)}


def check_loggers(names: Sequence[str]) -> None:
    """The packages behind the loggers are installed.

    Raises:
        ConfigError: one is not.
    """
    for name in names:
        packages = _PACKAGES.get(name, ())
        if packages and not any(find_spec(package) for package in packages):
            raise ConfigError(f"train.loggers: {name} is not installed (pip install {packages[0]})")


def loggers_of(names: Sequence[str], folder: Path, first_step: int) -> list[Logger]:
    """One logger for each name; all write below the folder of the run."""
    version = f"from-{first_step}"
    makers = {
        "csv": lambda: CSVLogger(folder, name="log", version=version),
        "tensorboard": lambda: TensorBoardLogger(folder, name="tensorboard", version=version),
        "wandb": lambda: WandbLogger(name=f"{folder.name}-{version}", save_dir=folder, project="molgen"),
    }
    return [makers[name]() for name in names]
