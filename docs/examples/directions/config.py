"""Configuration of the model and its training: the YAML file is the serialized form of these classes."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

from molgen.training import TrainSettings


@dataclass(frozen=True)
class DirectionModelConfig:
    """The network: `hidden` units in each of its two hidden layers."""

    hidden: int = 64


@dataclass(frozen=True)
class DirectionTrainConfig(TrainSettings):
    """How to train, besides what every training has.

    Attributes:
        source: prepared set; every tenth direction is held back.
        batch: directions per batch.
    """

    source: str = ""
    batch: int = 128
    _: KW_ONLY
    steps: int = 1000
    warmup: int = 50


@dataclass(frozen=True)
class DirectionTraining:
    """The whole file."""

    model: DirectionModelConfig = field(default_factory=DirectionModelConfig)
    train: DirectionTrainConfig = field(default_factory=DirectionTrainConfig)
