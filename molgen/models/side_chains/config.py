"""Configuration of the side-chain model and its training: the YAML file is the serialized form of these classes."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from molgen.datasets.sources import SourceConfig
from molgen.limits import at_least, shares
from molgen.training.settings import Precision, TrainSettings


@dataclass(frozen=True)
class SideChainModelConfig:
    """The network.

    Attributes:
        hidden: features of a residue.
        layers: rounds of messages.
        neighbors: residues that send messages to a residue; the nearest side chains.
        surroundings: atoms of ligands, metals and other groups that a residue sees.
        bins: of a chi angle, over a full turn.
        process: "flow" or "diffusion" on the torus, which noises side chains in training.
    """

    hidden: int = 128
    layers: int = 3
    neighbors: int = 24
    surroundings: int = 12
    bins: int = 36
    process: Literal["flow", "diffusion"] = "flow"

    def __post_init__(self) -> None:
        at_least(self, 1, "hidden", "layers", "neighbors", "bins")
        at_least(self, 0, "surroundings")
        if self.process not in ("flow", "diffusion"):
            raise ValueError(f'process must be "flow" or "diffusion", not "{self.process}"')


@dataclass(frozen=True)
class SideChainTrainConfig(TrainSettings):
    """How to train, besides what every training has.

    Attributes:
        sources: prepared sets; `share` as in every mixture.
        validation: prepared set for validation; empty: one family in fifty of the first source, out of all sources.
        batch: structures per batch; residues: at most so many of each, the nearest to one drawn at random.
        packed, noised: shares of the draws in which all side chains are unknown, and in which the unknown ones are
            noised to a time of the flow; in the rest the unknown ones are hidden and some are given.
        hide_ligands: how often atoms of ligands are hidden.
        wrong: share of the given side chains that are turned at random.
        backbone_noise: standard deviation, Angstrom.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    validation: str = ""
    batch: int = 2
    residues: int = 400
    packed: float = 0.4
    noised: float = 0.3
    hide_ligands: float = 0.5
    wrong: float = 0.1
    backbone_noise: float = 0.02
    _: KW_ONLY
    precision: Precision = "bf16-mixed"

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(self, 1, "batch", "residues")
        at_least(self, 0, "backbone_noise")
        shares(self, "packed", "noised", "hide_ligands", "wrong")
        if self.packed + self.noised > 1:
            raise ValueError(f"packed and noised are shares of one whole, not {self.packed} and {self.noised}")


@dataclass(frozen=True)
class SideChainConfig:
    """The whole file: the model and its training."""

    model: SideChainModelConfig = field(default_factory=SideChainModelConfig)
    train: SideChainTrainConfig = field(default_factory=SideChainTrainConfig)
