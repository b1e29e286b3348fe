"""The conformer model as a file: saving, loading, and the weights that ship with the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.training.checkpoint import restored, save_weights, weights_file

TASK = "conformers"


def load_model(path_or_name: str | Path = "default") -> TorsionModel:
    """A trained conformer model, ready to sample (eval mode, CPU).

    Args:
        path_or_name: "default" for the weights that ship with molgen, or the path of a checkpoint
            written by `molgen train conformers`.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    model, _ = load_with_record(path_or_name)
    return model


def load_with_record(path_or_name: str | Path) -> tuple[TorsionModel, Mapping[str, Any]]:
    """:func:`load_model` with the training record that the checkpoint carries."""
    return restored(weights_file(path_or_name, TASK), TASK, ModelConfig, TorsionModel)


def load_for(config: ModelConfig, path_or_name: str | Path) -> tuple[TorsionModel, Mapping[str, Any]]:
    """:func:`load_with_record`, and a plain flow made into a flow map when ``config`` has jumps.

    The added parameters start at zero, so that the map begins as the flow that was loaded. Weights of any other
    configuration come back as they are.
    """
    model, record = load_with_record(path_or_name)
    if not config.jumps or model.config != replace(config, jumps=False):
        return model, record
    wider = TorsionModel(config)
    wider.load_state_dict(wider.state_dict() | model.state_dict())
    return wider.eval(), record


def save_model(model: TorsionModel, path: str | Path, record: Mapping[str, Any]) -> None:
    """Write weights, configuration and training record to one safetensors file, atomically."""
    save_weights(model, TASK, path, record)
