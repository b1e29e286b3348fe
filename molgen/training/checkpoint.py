"""Weights as safetensors, configuration and training record as JSON in the metadata: loading never runs code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from molgen.config import from_mapping
from molgen.errors import CheckpointError, ConfigError

FORMAT = "molgen-weights-1"
C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Checkpoint:
    """Weights and what is known of them.

    Attributes:
        task: what the weights are for, e.g. "conformers".
        config: the model configuration as a plain mapping.
        record: how they were trained.
        weights: parameter name -> tensor.
    """

    task: str
    config: Mapping[str, Any]
    record: Mapping[str, Any]
    weights: Mapping[str, Tensor]


def encode_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The bytes of a checkpoint file; the caller writes them atomically."""
    metadata = {
        "format": FORMAT,
        "task": checkpoint.task,
        "config": json.dumps(checkpoint.config),
        "record": json.dumps(checkpoint.record),
    }
    return save({name: value.contiguous() for name, value in checkpoint.weights.items()}, metadata=metadata)


def load_checkpoint(path: str | Path, task: str) -> Checkpoint:
    """Read a checkpoint for ``task``.

    Raises:
        CheckpointError: missing, damaged, another format or another task.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError("no such checkpoint", source=path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise CheckpointError(f"is not a molgen checkpoint ({FORMAT})", source=path)
            if metadata.get("task") != task:
                raise CheckpointError(f'was trained for "{metadata.get("task")}", not for "{task}"', source=path)
            names = file.keys()  # the file itself is not iterable
            weights = {name: file.get_tensor(name) for name in names}
            return Checkpoint(task, json.loads(metadata["config"]), json.loads(metadata["record"]), weights)
    except (OSError, SafetensorError, json.JSONDecodeError, KeyError) as error:
        raise CheckpointError(f"cannot be read: {error}", source=path) from error


def restored(path: Path, task: str, config: type[C], build: Callable[[C], M]) -> tuple[M, Mapping[str, Any]]:
    """The model in a checkpoint, in eval mode on the CPU, and the record of its training.

    Args:
        path: of the file.
        task: what the model is for.
        config: class of its configuration.
        build: makes a model of a configuration.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    checkpoint = load_checkpoint(path, task)
    try:
        model = build(from_mapping(config, checkpoint.config, source=path))
    except ConfigError as error:
        raise CheckpointError(f"is of another version of molgen: {error.reason}", source=path) from error
    try:
        model.load_state_dict(dict(checkpoint.weights))
    except RuntimeError as error:
        raise CheckpointError(f"weights do not fit the model: {str(error)[:200]}", source=path) from error
    return model.eval(), checkpoint.record
