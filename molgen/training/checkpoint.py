"""Weights as safetensors, configuration and training record as JSON in the metadata.

Loading never runs code, and takes memory in proportion to the file, whatever the file says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from molgen.config import from_mapping, to_mapping
from molgen.errors import CheckpointError, ConfigError
from molgen.files import write_atomically
from molgen.files.weights import check_weights_file

FORMAT = "molgen-weights-1"
SHIPPED = Path(__file__).parents[1] / "weights"
LARGEST_SIZE = 1024
"""Largest width, depth or degree of a model that is loaded."""
C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Checkpoint:
    """Weights with their metadata.

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


def save_weights(model: nn.Module, task: str, path: str | Path, record: Mapping[str, Any]) -> None:
    """Write weights, ``model.config`` and the training record to one safetensors file, atomically."""
    data = encode_checkpoint(Checkpoint(task, to_mapping(model.config), record, model.state_dict()))
    with write_atomically(path, binary=True) as file:
        file.write(data)


def weights_file(path_or_name: str | Path, task: str) -> Path:
    """The file of a checkpoint.

    "default" stands for the weights of the task that ship with molgen, and another name, such as "diffusion", for
    those of `molgen/weights/TASK_NAME.safetensors`, if there are any.
    """
    if str(path_or_name) == "default":
        return SHIPPED / f"{task}.safetensors"
    other = SHIPPED / f"{task}_{path_or_name}.safetensors"
    return other if str(path_or_name).isidentifier() and other.is_file() else Path(path_or_name)


def task_of(path: str | Path) -> str | None:
    """The task of a checkpoint; None for a file that is not one."""
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("task")
    except (OSError, SafetensorError):
        return None


def load_checkpoint(path: str | Path, task: str) -> Checkpoint:
    """Read a checkpoint for ``task``.

    Raises:
        CheckpointError: missing, damaged, another format or another task.
    """
    path = Path(path)
    check_weights_file(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise CheckpointError(f"is not a molgen checkpoint ({FORMAT})", source=path)
            if metadata.get("task") != task:
                raise CheckpointError(f'was trained for "{metadata.get("task")}", not for "{task}"', source=path)
            names = file.keys()  # the file itself is not iterable
            weights = {name: file.get_tensor(name) for name in names}
            config, record = json.loads(metadata["config"]), json.loads(metadata["record"])
    except (OSError, SafetensorError, json.JSONDecodeError, KeyError, RecursionError) as error:
        raise CheckpointError(f"cannot be read: {error}", source=path) from error
    if not isinstance(config, dict) or not isinstance(record, dict):
        raise CheckpointError("cannot be read: its configuration or its record is not a mapping", source=path)
    return Checkpoint(task, config, record, weights)


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
    _check_sizes(checkpoint.config, path)
    try:
        chosen = from_mapping(config, checkpoint.config, source=path)
        with torch.device("meta"), _Uninitialized():  # shapes, to compare with the file's before memory is taken
            outline = build(chosen)
    except ConfigError as error:
        raise CheckpointError(f"is of another version of molgen: {error.reason}", source=path) from error
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f"no model fits its configuration: {str(error)[:200]}", source=path) from error
    _check_fit(outline, checkpoint.weights, path)
    with _Uninitialized():
        model = build(chosen)
    model.load_state_dict(dict(checkpoint.weights))
    return model.eval(), checkpoint.record


class _Uninitialized(TorchFunctionMode):
    """Parameters are not initialized, as those of a file take their place: without memory torch needs its compiler."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == nn.init.__name__:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


def _check_sizes(tree: object, path: Path) -> None:
    """No size in a configuration is absurd: a depth of a million is not tried."""
    if isinstance(tree, Mapping):
        for value in tree.values():
            _check_sizes(value, path)
    elif isinstance(tree, int) and not -LARGEST_SIZE <= tree <= LARGEST_SIZE:
        raise CheckpointError(f"its configuration has a size of {tree:.3g}; {LARGEST_SIZE} is the most", source=path)


def _check_fit(outline: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """The weights are those of the model, of its shapes, and finite; the outline is of no use afterwards."""
    try:  # the module's own way, so that it may know weights by the names of earlier versions
        missing, unexpected = outline.load_state_dict(dict(weights), strict=False, assign=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise CheckpointError(f"weights do not fit the model: {reason}", source=path) from error
    odd = sorted([*missing, *unexpected])
    if odd:
        raise CheckpointError(f"weights do not fit the model: {odd[0]}", source=path)
    infinite = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if infinite:
        raise CheckpointError(f"weights are not finite: {infinite[0]}", source=path)
