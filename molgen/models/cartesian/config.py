"""Configuration of the model of coordinates: the YAML file is the serialized form of these classes."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from molgen.datasets.sources import SourceConfig
from molgen.nets.pair_network import PairNetworkConfig
from molgen.training.settings import TrainSettings


@dataclass(frozen=True)
class CartesianModelConfig:
    """The model of coordinates.

    Attributes:
        process: "flow" (a straight path) or "diffusion" (a variance-preserving one). Either predicts the clean state,
            so that velocity and score follow from it.
        prior: "gaussian" noise, the same on every atom, or "harmonic" noise, in which bonded atoms stay together.
        spread: standard deviation of the noise at t = 1, Angstrom, or in units of the springs of the harmonic prior.
        data_scale: Angstrom, standard deviation of the coordinates about the center, for the scale of the output.
        network: its size.
    """

    process: Literal["flow", "diffusion"] = "flow"
    prior: Literal["gaussian", "harmonic"] = "harmonic"
    spread: float = 0.9
    data_scale: float = 2.0
    network: PairNetworkConfig = field(default_factory=PairNetworkConfig)


@dataclass(frozen=True)
class CartesianTrainConfig(TrainSettings):
    """How to train, besides what every training has.

    Attributes:
        sources: the mixture of prepared sets (`molgen prepare cartesian`).
        validation: number of molecules of the first source held back from all sources, at most a tenth of them.
        aligned: superpose the noise of a flow on the structure, so that paths cross less often; such a flow has no
            score. Ignored by a diffusion.
        earlier: exponent of uniform times; above 1, more of them are near the data.
        batch: molecules per batch; draws: noise draws per molecule.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    validation: int = 100
    aligned: bool = True
    earlier: float = 1.5
    batch: int = 16
    draws: int = 2
    _: KW_ONLY
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class CartesianConfig:
    """The whole file: the model and its training."""

    model: CartesianModelConfig = field(default_factory=CartesianModelConfig)
    train: CartesianTrainConfig = field(default_factory=CartesianTrainConfig)
