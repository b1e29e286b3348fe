"""The learned models that a configuration asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from molgen.conformers.torsion_library import resolve_library
from molgen.docking.records import DockConfig
from molgen.models.pose_confidence.model import ConfidenceModel
from molgen.models.pose_confidence.task import load_confidence
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.task import load_pose_model
from molgen.nets.depthwise import neighbor_sums
from molgen.physics.mmff import lanes
from molgen.physics.poses import arrays
from molgen.runtime.devices import device_of


@dataclass(frozen=True)
class Learned:
    """The models in use; None where the configuration needs none.

    Attributes:
        poses: proposes poses.
        confidence: ranks poses.
    """

    poses: PoseModel | None = None
    confidence: ConfidenceModel | None = None


def learned_of(config: DockConfig) -> Learned:
    """The models of a configuration on its device, loaded once per process.

    Raises:
        ConfigError: the device is not available.
        CheckpointError: a weights file or the library of torsions is missing, damaged or of another kind; `proposals`
            "random" and `rank` "energy" need no weights, nor do covalent ligands, which the models were not trained on.
    """
    resolve_library(config.torsion_library)
    with_poses = config.covalent is None and config.proposals != "random"
    with_confidence = config.covalent is None and config.rank != "energy"
    learned = Learned(
        _pose_model(config.pose_model, config.device) if with_poses else None,
        _confidence(config.confidence_model, config.device) if with_confidence else None,
    )
    lanes.warm_up()
    arrays.warm_up()
    neighbor_sums.warm_up()
    return learned


@lru_cache(maxsize=4)
def _pose_model(name: str, device: str) -> PoseModel:
    return load_pose_model(name)[0].to(device_of(device))


@lru_cache(maxsize=4)
def _confidence(name: str, device: str) -> ConfidenceModel:
    return load_confidence(name)[0].to(device_of(device))
