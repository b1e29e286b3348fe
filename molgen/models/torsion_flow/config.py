"""Configuration of the conformer task: the YAML file is the serialized form of these classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from molgen.datasets.sources import SourceConfig
from molgen.limits import at_least
from molgen.nets.config import BackboneConfig
from molgen.training.settings import TrainSettings


@dataclass(frozen=True)
class ModelConfig:
    """The torsional model.

    Attributes:
        process: "flow" (geodesic flow matching, velocity) or "diffusion" (wrapped normal, score).
        backbone: size of the network.
        harmonics: Fourier terms per torsion path in the head.
        jumps: the network takes the end time of a step as input, and so jumps there at once (a flow map; needs a flow).
    """

    process: Literal["flow", "diffusion"] = "flow"
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    harmonics: int = 6
    jumps: bool = False

    def __post_init__(self) -> None:
        at_least(self, 1, "harmonics")
        if self.jumps and self.process != "flow":
            raise ValueError(f'jumps needs model.process "flow", not "{self.process}"')


@dataclass(frozen=True)
class TrainConfig(TrainSettings):
    """How to train, besides what every training has.

    Attributes:
        sources: the mixture of prepared sets.
        validation: prepared set for validation (sampled COV/AMR); empty: 100 molecules of the first source (a tenth, if
            that is fewer), held back from all sources.
        objective: "flow" learns the field from conformers (velocity or score, by the process of the model). "reflow"
            and "map" learn from the trajectories of a trained flow (`molgen prepare conformers --set kind=reflow`):
            the velocity of the straight path between their ends, or jumps along them (needs model.jumps).
        coupling: of the flow's starts and targets. "independent", or "transport": the nearest of the equivalent
            targets, and within the draws of one molecule the pairing of least total distance.
        geometry_noise: standard deviation of the noise on template conformers, Angstrom.
        batch: molecules per batch; draws: noise draws per molecule.
        validation_samples: conformers per molecule in a validation; validation_steps: network evaluations for each.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    validation: str = ""
    objective: Literal["flow", "reflow", "map"] = "flow"
    coupling: Literal["independent", "transport"] = "independent"
    geometry_noise: float = 0.03
    batch: int = 16
    draws: int = 2
    validation_samples: int = 16
    validation_steps: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(self, 1, "batch", "draws", "validation_samples", "validation_steps")
        at_least(self, 0, "geometry_noise")


@dataclass(frozen=True)
class ConformerConfig:
    """The whole file: the model and its training."""

    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
