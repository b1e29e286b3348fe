"""A `Task` describes a trainable model, which can then be trained, resumed, saved and loaded.

Importing this module does not import Lightning, so that models can be loaded without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, get_type_hints

import torch
from torch import Tensor, nn

from molgen.training.checkpoint import restored, save_weights, weights_file
from molgen.training.resume import starting_point
from molgen.training.run_folder import RunFolder
from molgen.training.settings import TrainSettings

if TYPE_CHECKING:
    from molgen.training.fit import TrainResult

Record = Mapping[str, Any]
"""How weights were trained: `runs`, one entry for every piece of a resumed training."""


class TrainingConfig(Protocol):
    """The whole configuration file of a training, a frozen dataclass."""

    @property
    def model(self) -> Any: ...
    @property
    def train(self) -> TrainSettings: ...


C = TypeVar("C", bound=TrainingConfig)
M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class TrainingData:
    """The training data of a configuration, its loss and its validation.

    Attributes:
        stream: makes, with ``start=`` the number of batches to leave out, an endless dataset of the batches from there
            on, so that a resumed run goes on exactly; where several processes train together, of those that are its own
            (``rank=``, ``world_size=``). A batch has a method ``to(device)``.
        loss: (model, batch, rng) -> scalar; all of its randomness comes from rng.
        measure: model with averaged weights, in eval mode -> metric name -> value, on what is held back.
        samples: noised samples in a batch.
        labels: of the sources, for the record in the checkpoint, e.g. ``{"sources": ["crystal (300)"]}``.
        notes: remarks on the data for the user.
        check: record of the initial weights -> raises where they were trained on the validation set.
    """

    stream: Callable[..., torch.utils.data.IterableDataset]
    loss: Callable[[Any, Any, torch.Generator], Tensor]
    measure: Callable[[Any], Mapping[str, float]]
    samples: int
    labels: Mapping[str, Any]
    notes: Sequence[str] = ()
    check: Callable[[Record], object] = lambda record: None


def unchanged(config: Any, model: Any, record: Record) -> tuple[Any, Record]:
    """Keep the weights of a checkpoint unchanged."""
    return model, record


@dataclass(frozen=True)
class Task(Generic[C, M]):
    """One trainable model.

    Attributes:
        name: what its checkpoints are for; weights that ship with molgen are `molgen/weights/NAME.safetensors`.
        config: class of the whole configuration, a frozen dataclass with the sections `model` and `train` (a
            :class:`TrainSettings`). A checkpoint carries the section `model`.
        build: section `model` -> new model, which has it as its attribute ``config``.
        data: configuration -> what to train on.
        adapt: (configuration, model of a checkpoint, its record) -> those to start training from, for weights that fit
            another configuration too.
    """

    name: str
    config: type[C]
    build: Callable[[Any], M]
    data: Callable[[C], TrainingData]
    adapt: Callable[[C, M, Record], tuple[M, Record]] = unchanged

    def load(self, path_or_name: str | Path = "default") -> tuple[M, Record]:
        """The model of a checkpoint, ready to use (eval mode, CPU), and the record of its training.

        Args:
            path_or_name: "default" for the weights that ship with molgen, or the path of a checkpoint written by
                :meth:`train`.

        Raises:
            CheckpointError: the file is missing, damaged, or of another kind of model.
        """
        section = get_type_hints(self.config)["model"]
        return restored(weights_file(path_or_name, self.name), self.name, section, self.build)

    def save(self, model: M, path: str | Path, record: Record) -> None:
        """Write weights, configuration and training record to one safetensors file, atomically."""
        save_weights(model, self.name, path, record)

    def train(
        self,
        config: C,
        output: str | Path,
        *,
        max_minutes: float | None = None,
        resume: str | Path | None = None,
        force: bool = False,
        checkpoint_minutes: float = 5.0,
        progress: bool = False,
        on_note: Callable[[str], None] = warnings.warn,
    ) -> TrainResult:
        """Train, or resume training, for at most ``max_minutes``.

        Args:
            output: folder for `weights.safetensors`, `state.ckpt`, `config.yaml` and, for every piece of the run,
                `log/from-STEP/metrics.csv`.
            resume: a `state.ckpt` (goes on exactly; changed settings of the training are applied and noted) or a
                `.safetensors` checkpoint, e.g. of a pretraining, or "default" (its weights with a fresh optimizer).
            force: replace a run that is in the folder.
            checkpoint_minutes: between two writings of `state.ckpt`.
            progress: show a progress bar, or lines on stderr where that is no terminal.
            on_note: called in the first process with remarks for the user; by default they are warnings.

        Raises:
            InputError: a source cannot be read, the output cannot be written, or the folder holds a run.
            CheckpointError: ``resume`` cannot be used.
            ConfigError: settings that do not go together.
            TrainingError: too many batches in a row whose loss is not finite.
        """
        from molgen.training.fit import Run, fit, prepare_run  # Lightning is slow to import
        from molgen.training.hardware import is_first_process

        prepare_run(config.train)
        folder = RunFolder(Path(output))
        if is_first_process():
            folder.check_free(resume, force)
        folder.path.mkdir(parents=True, exist_ok=True)
        start = starting_point(self, config, resume)
        data = self.data(config)
        data.check(start.record)
        if is_first_process():
            for note in [*data.notes, *start.notes]:
                on_note(note)
            folder.begin(config, anew=start.state is None)

        def save(model: Any, entry: Mapping[str, Any]) -> None:
            runs = [*start.record.get("runs", []), {**data.labels, **entry}]
            self.save(model, folder.weights, {"runs": runs})

        run = Run(folder.path, start.state, start.step, max_minutes, checkpoint_minutes, progress)
        return fit(start.model, data, config.train, run, save)
