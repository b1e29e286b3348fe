"""The model of poses as a file, and the weights that ship with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from molgen.models.pose_flow.config import PoseModelConfig
from molgen.models.pose_flow.model import PoseModel
from molgen.training.checkpoint import restored, save_weights, weights_file

TASK = "poses"


def load_pose_model(path_or_name: str | Path = "default") -> tuple[PoseModel, Mapping[str, Any]]:
    """The model of poses, ready to sample (eval mode, CPU), and the record of its training.

    Args:
        path_or_name: "default" for the weights that ship with molgen, or the path of a checkpoint written by
            `molgen train docking`.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    return restored(weights_file(path_or_name, TASK), TASK, PoseModelConfig, PoseModel)


def save_pose_model(model: PoseModel, path: str | Path, record: Mapping[str, Any]) -> None:
    """Write weights, configuration and training record to one safetensors file, atomically."""
    save_weights(model, TASK, path, record)
