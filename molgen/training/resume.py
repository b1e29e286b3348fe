"""Where a training begins: a new model, the weights of a checkpoint, or a training state to resume."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from molgen.errors import CheckpointError
from molgen.files.weights import WEIGHTS
from molgen.training.run_folder import changed_settings, changes_text

if TYPE_CHECKING:
    from molgen.training.task import Task


class Start(NamedTuple):
    """A model to train.

    Attributes:
        model: in training mode.
        record: of the runs before.
        state: the training state to resume, if any.
        step: optimizer steps before that state.
        notes: changed settings, or that nothing is left to do.
    """

    model: nn.Module
    record: Mapping[str, Any]
    state: Path | None
    step: int
    notes: tuple[str, ...] = ()


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
    saved = _read_state(path)
    changes = changed_settings(path.with_name("config.yaml"), config)
    of_model = {key: change for key, change in changes.items() if key.startswith("model.")}
    if of_model:
        reason = f"weights do not fit the model: {changes_text(of_model)}; --from starts a new training from weights"
        raise CheckpointError(reason, source=path)
    model = task.build(config.model)
    _check_fit(saved, model, path)
    beside = path.with_name(WEIGHTS)
    record = task.load(beside)[1] if beside.exists() else {}
    step = int(saved["global_step"])
    notes = [f"goes on with changed settings: {changes_text(changes)}"] if changes else []
    if step >= config.train.steps:
        notes.append(f"all {config.train.steps} steps are done; a larger train.steps goes on")
    return Start(model, record, path, step, tuple(notes))


def _adapted(task: Task, config: Any, resume: str | Path) -> tuple[nn.Module, Mapping[str, Any]]:
    loaded = task.load(resume)
    try:
        model, record = task.adapt(config, *loaded)
    except CheckpointError as error:
        raise CheckpointError(error.reason, source=resume) from error
    if model.config != config.model:
        raise CheckpointError("was trained with another model configuration than the config's", source=resume)
    return model, record


def _read_state(state: Path) -> Mapping[str, Any]:
    """A training state: at least its steps and its weights, by the names that they have in the model."""
    if not state.is_file():
        raise CheckpointError("no such training state", source=state)
    try:
        saved = torch.load(state, weights_only=True, map_location="cpu")
        weights = {name.removeprefix("model."): value for name, value in saved["state_dict"].items()}
        return {"global_step": int(saved["global_step"]), "weights": weights}
    except Exception as error:  # torch raises half a dozen types for a damaged file
        raise CheckpointError("is not a training state, or is damaged", source=state) from error


def _check_fit(saved: Mapping[str, Any], model: nn.Module, state: Path) -> None:
    try:
        model.load_state_dict(saved["weights"])
    except RuntimeError as error:
        raise CheckpointError(f"weights do not fit the model: {error}", source=state) from error
