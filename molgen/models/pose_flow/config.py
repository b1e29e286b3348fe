"""Configuration of the learned parts of docking: the YAML file is the serialized form of these classes."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from molgen.datasets.sources import SourceConfig
from molgen.limits import above, at_least, below_one
from molgen.nets.config import PoseBackboneConfig
from molgen.training.settings import TrainSettings


@dataclass(frozen=True)
class PoseModelConfig:
    """The model of poses.

    Attributes:
        process: "flow" (flow matching, velocity) or "diffusion" (score), on R^3 x SO(3) x torus.
        backbone: size of the network.
        harmonics: Fourier terms per torsion path in the head.
        spread: Angstrom, standard deviation of the ligand's position about the center of the pocket at t = 1.
        pocket_radius: Angstrom about the center of the pocket; the atoms that the network sees.
    """

    process: Literal["flow", "diffusion"] = "flow"
    backbone: PoseBackboneConfig = field(default_factory=PoseBackboneConfig)
    harmonics: int = 4
    spread: float = 4.0
    pocket_radius: float = 13.0

    def __post_init__(self) -> None:
        at_least(self, 1, "harmonics")
        above(self, 0, "spread", "pocket_radius")


@dataclass(frozen=True)
class PoseTrainConfig(TrainSettings):
    """How to train, besides what every training has.

    Attributes:
        sources: prepared sets (`molgen prepare fragments`, `molgen prepare complexes`) and their shares.
        validation: share of the clusters of the last source that is held back from all sources; 0: no validation.
        batch: ligands per batch; draws: noised poses of each.
        jitter: Angstrom, standard deviation of the pocket's center about the ligand's.
        protein_noise: Angstrom, on the pocket's atoms; ligand_noise: on the ligand's template conformer.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(),)
    validation: float = 0.1
    batch: int = 8
    draws: int = 8
    jitter: float = 2.0
    protein_noise: float = 0.1
    ligand_noise: float = 0.03
    _: KW_ONLY
    warmup: int = 200
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(self, 1, "batch", "draws")
        at_least(self, 0, "jitter", "protein_noise", "ligand_noise")
        below_one(self, "validation")


@dataclass(frozen=True)
class DockingTraining:
    """The whole file: the model and its training."""

    model: PoseModelConfig = field(default_factory=PoseModelConfig)
    train: PoseTrainConfig = field(default_factory=PoseTrainConfig)
