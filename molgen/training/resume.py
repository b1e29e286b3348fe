"""Where a training begins: a new model, the weights of a checkpoint, or a training state that is gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from molgen.errors import CheckpointError

if TYPE_CHECKING:
    from molgen.training.task import Task


class Start(NamedTuple):
    """A model to train.

    Attributes:
        model: in training mode.
        record: of the runs before.
        state: the training state to go on with, if any.
        step: optimizer steps behind that state.
    """

    model: nn.Module
    record: Mapping[str, Any]
    state: Path | None
    step: int


def starting_point(task: Task, config: Any, resume: str | Path | None) -> Start:
    """The model that a training begins with.

    Args:
        config: the whole configuration.
        resume: None for a new model, a `.safetensors` checkpoint or "default" for its weights, else a `state.ckpt`.

    Raises:
        CheckpointError: the checkpoint or state cannot be read, or is of another configuration.
    """
    if resume is None:
        return Start(task.build(config.model), {}, None, 0)
    path = Path(resume)
    if path.suffix == ".safetensors" or str(resume) == "default":
        model, record = _adapted(task, config, resume)
        return Start(model.train(), record, None, 0)
    beside = path.with_name("weights.safetensors")
    record = task.load(beside)[1] if beside.exists() else {}
    model = task.build(config.model)
    return Start(model, record, path, _finished_steps(path, model))


def _adapted(task: Task, config: Any, resume: str | Path) -> tuple[nn.Module, Mapping[str, Any]]:
    loaded = task.load(resume)
    try:
        model, record = task.adapt(config, *loaded)
    except CheckpointError as error:
        raise CheckpointError(error.reason, source=resume) from error
    if model.config != config.model:
        raise CheckpointError("was trained with another model configuration than the config's", source=resume)
    return model, record


def _finished_steps(state: Path, model: nn.Module) -> int:
    """Steps behind a training state, after a look at whether the model can load it at all."""
    if not state.is_file():
        raise CheckpointError("no such training state", source=state)
    try:
        saved = torch.load(state, weights_only=True, map_location="cpu")
        steps, weights = int(saved["global_step"]), saved["state_dict"]
        weights = {name.removeprefix("model."): value for name, value in weights.items()}
    except Exception as error:  # torch raises half a dozen types for a damaged file
        raise CheckpointError("is not a training state, or is damaged", source=state) from error
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"weights do not fit the model: {error}", source=state) from error
    return steps
