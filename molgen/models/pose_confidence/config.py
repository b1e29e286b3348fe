"""Configuration of the confidence: the YAML file is the serialized form of these classes."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

from molgen.config import renamed
from molgen.datasets.sources import SourceConfig
from molgen.former_names import with_former_names
from molgen.limits import above, at_least, below_one
from molgen.nets.contacts import ContactConfig
from molgen.training.settings import TrainSettings


@dataclass(frozen=True)
class ConfidenceConfig:
    """The model.

    Attributes:
        contacts: size of each network.
        dropout: of the atoms' features before the readout, in training.
        members: networks that vote.
        support: there is a second meta-classifier, which also weighs what the pose model says of the poses.
        known: with it comes a weight of the overlap with ligands that are known to bind there.
    """

    contacts: ContactConfig = field(default_factory=ContactConfig)
    dropout: float = 0.2
    members: int = 1
    support: bool = False
    known: bool = False

    def __post_init__(self) -> None:
        at_least(self, 1, "members")
        if self.known and not self.support:
            raise ValueError("known needs support")
        below_one(self, "dropout")


@with_former_names
@dataclass(frozen=True)
class ConfidenceTrainConfig(TrainSettings):
    """How to train, besides what every training has.

    Attributes:
        sources: sets of labeled decoys (`molgen prepare poses`) and their shares.
        folds, fold: clusters are dealt into so many folds, and those of this one are held back from all sources.
        held_back: the set whose clusters are dealt, and which is validated on; empty: the last source. A pretraining on
            fragments names the complexes here.
        folds_from: a checkpoint whose clusters keep their folds when data have been added; "default" is that which
            ships.
        near_native: Angstrom; a pose within this of the true one is near-native.
        batch: ligands per batch; poses: of each, at most.
        noise: Angstrom, on all atoms.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    folds: int = 4
    fold: int = 0
    near_native: float = renamed("right", 2.0)
    batch: int = 4
    poses: int = 32
    noise: float = 0.15
    _: KW_ONLY
    held_back: str = ""
    folds_from: str = ""
    learning_rate: float = 7e-4
    warmup: int = 50
    weight_decay: float = 0.1
    steps: int = 1000
    ema: float = 0.995
    validate_every: int = 250

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(self, 2, "folds")
        at_least(self, 1, "batch", "poses")
        at_least(self, 0, "noise")
        above(self, 0, "near_native")
        if not 0 <= self.fold < self.folds:
            raise ValueError(f"fold must be between 0 and {self.folds - 1}, not {self.fold}")


@dataclass(frozen=True)
class ConfidenceTraining:
    """The whole file: the model and its training."""

    model: ConfidenceConfig = field(default_factory=ConfidenceConfig)
    train: ConfidenceTrainConfig = field(default_factory=ConfidenceTrainConfig)
