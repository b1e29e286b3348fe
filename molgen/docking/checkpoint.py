"""The learned parts of docking as files: saving, loading, and the weights that ship with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from molgen.config import to_mapping
from molgen.docking.confidence import ConfidenceConfig, ConfidenceModel
from molgen.docking.config import PoseModelConfig
from molgen.docking.model import PoseModel
from molgen.files import write_atomically
from molgen.training.checkpoint import Checkpoint, encode_checkpoint, restored

POSES, CONFIDENCE = "poses", "confidence"
_WEIGHTS = Path(__file__).parent.parent / "weights"


def load_pose_model(path_or_name: str | Path = "default") -> tuple[PoseModel, Mapping[str, Any]]:
    """The model of poses, ready to sample (eval mode, CPU), and the record of its training.

    Args:
        path_or_name: "default" for the weights that ship with molgen, or the path of a checkpoint written by
            `molgen train docking`.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    return restored(_path(path_or_name, POSES), POSES, PoseModelConfig, PoseModel)


def load_confidence(path_or_name: str | Path = "default") -> tuple[ConfidenceModel, Mapping[str, Any]]:
    """The confidence, likewise; "default" or a checkpoint written by `molgen train confidence`.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    return restored(_path(path_or_name, CONFIDENCE), CONFIDENCE, ConfidenceConfig, ConfidenceModel)


def save_pose_model(model: PoseModel, path: str | Path, record: Mapping[str, Any]) -> None:
    """Write weights, configuration and training record to one safetensors file, atomically."""
    _save(model, POSES, to_mapping(model.config), path, record)


def save_confidence(model: ConfidenceModel, path: str | Path, record: Mapping[str, Any]) -> None:
    """The same for the confidence; its calibration is part of the weights."""
    _save(model, CONFIDENCE, to_mapping(model.config), path, record)


def _path(path_or_name: str | Path, task: str) -> Path:
    return _WEIGHTS / f"{task}.safetensors" if str(path_or_name) == "default" else Path(path_or_name)


def _save(model: nn.Module, task: str, config: Mapping[str, Any], path: str | Path, record: Mapping[str, Any]) -> None:
    data = encode_checkpoint(Checkpoint(task, config, record, model.state_dict()))
    with write_atomically(path, binary=True) as file:
        file.write(data)
