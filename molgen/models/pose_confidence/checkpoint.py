"""The confidence as a file, and the weights that ship with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from molgen.models.pose_confidence.model import ConfidenceConfig, ConfidenceModel
from molgen.training.checkpoint import restored, save_weights, weights_file

TASK = "confidence"


def load_confidence(path_or_name: str | Path = "default") -> tuple[ConfidenceModel, Mapping[str, Any]]:
    """The confidence, ready to rank (eval mode, CPU), and the record of its training.

    Args:
        path_or_name: "default" for the weights that ship with molgen, or the path of a checkpoint written by
            `molgen train confidence`.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    return restored(weights_file(path_or_name, TASK), TASK, ConfidenceConfig, ConfidenceModel)


def save_confidence(model: ConfidenceModel, path: str | Path, record: Mapping[str, Any]) -> None:
    """Write weights, configuration and training record to one safetensors file; calibration is among the weights."""
    save_weights(model, TASK, path, record)
