"""Running a training: Lightning's trainer with a time limit, sampled validation and resumable state."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pytorch_lightning as lightning
import torch
from pytorch_lightning.loggers import CSVLogger
from torch import nn

from molgen.errors import CheckpointError
from molgen.training.callbacks import PeriodicCheckpoint, SampledValidation, StopOnInterrupt, TimeLimit
from molgen.training.module import FieldTraining, OptimizerConfig

C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)


class Settings(Protocol):
    """What every training configuration has; steps are the optimizer's."""

    @property
    def learning_rate(self) -> float: ...
    @property
    def warmup(self) -> int: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def steps(self) -> int: ...
    @property
    def clip(self) -> float: ...
    @property
    def ema(self) -> float: ...
    @property
    def max_bad_batches(self) -> int: ...
    @property
    def precision(self) -> str: ...
    @property
    def validate_every(self) -> int: ...
    @property
    def threads(self) -> int: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class TrainResult:
    """Where the weights are and what they scored.

    Attributes:
        weights: safetensors with the averaged weights.
        state: full training state, for ``resume``.
        steps: optimizer steps in all; samples_per_second: noised samples per second in this run.
        metrics: of the last validation.
    """

    weights: Path
    state: Path
    steps: int
    samples_per_second: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Piece:
    """One piece of a training.

    Attributes:
        folder: for `state.ckpt` and, for every piece, `log/from-STEP/metrics.csv`.
        state: a training state to go on with, or None.
        first_step: steps behind it.
        samples: noised samples in a batch.
        max_minutes, checkpoint_minutes: when to stop, and how often to save the state.
        progress: show a progress bar.
    """

    folder: Path
    state: Path | None
    first_step: int
    samples: int
    max_minutes: float | None
    checkpoint_minutes: float
    progress: bool


def prepare_run(settings: Settings) -> None:
    """Quiet Lightning, threads and seeds; before the data is loaded."""
    # its hardware report, advertisements and own deprecations are nothing that a user of molgen can act on
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="pytorch_lightning")
    torch.set_num_threads(settings.threads)
    lightning.seed_everything(settings.seed, verbose=False)


def fit(
    model: nn.Module,
    loss: Callable,
    dataset: torch.utils.data.IterableDataset,
    settings: Settings,
    piece: Piece,
    *,
    measure: Callable[[nn.Module], Mapping[str, float]],
    save: Callable[[nn.Module, Mapping[str, object]], None],
) -> TrainResult:
    """Train until the last step or the time limit.

    Args:
        loss: (model, batch, rng) -> scalar.
        dataset: an endless stream of batches, from ``piece.first_step`` on.
        measure: the validation: model with averaged weights -> metrics.
        save: writes `weights.safetensors` of a model and the record of this piece.

    Raises:
        KeyboardInterrupt: after a Ctrl-C, when the step in hand is done and the weights and the state are saved; after
            a second one at once.
        TrainingError: too many batches in a row whose loss is not finite.
        InputError: the state cannot be written.
    """
    module = FieldTraining(model, loss, _optimizer(settings), settings.seed)
    begun = time.monotonic()
    last: dict[str, float] = {}

    def saved(trained: FieldTraining, metrics: Mapping[str, float], step: int) -> None:
        last.update(metrics)
        record = {
            "steps": step,
            "batch": piece.samples,
            "minutes": round((time.monotonic() - begun) / 60, 1),
            "parameters": sum(p.numel() for p in trained.model.parameters()),
            "bad_batches": trained.bad_batches,
            "metrics": {k: round(v, 4) for k, v in metrics.items()},
        }
        save(trained.model, record)

    interrupt = StopOnInterrupt()
    trainer = lightning.Trainer(
        max_steps=settings.steps,
        accelerator="auto",
        devices=1,
        precision=settings.precision,  # type: ignore[arg-type]
        gradient_clip_val=settings.clip,
        logger=CSVLogger(piece.folder, name="log", version=f"from-{piece.first_step}"),
        callbacks=[
            TimeLimit(piece.max_minutes),
            interrupt,
            PeriodicCheckpoint(piece.folder / "state.ckpt", piece.checkpoint_minutes),
            SampledValidation(settings.validate_every, measure, saved),
        ],
        enable_progress_bar=piece.progress,
        enable_model_summary=False,
        enable_checkpointing=False,
        log_every_n_steps=50,
        use_distributed_sampler=False,
    )
    loader = torch.utils.data.DataLoader(dataset, batch_size=None)
    try:
        trainer.fit(module, loader, ckpt_path=piece.state, weights_only=True)
    except SystemExit:  # Lightning's answer to a second Ctrl-C
        raise KeyboardInterrupt from None
    if interrupt.interrupted:
        raise KeyboardInterrupt
    steps = trainer.global_step
    rate = (steps - piece.first_step) * piece.samples / max(time.monotonic() - begun, 1e-9)
    return TrainResult(piece.folder / "weights.safetensors", piece.folder / "state.ckpt", steps, rate, last)


def starting_point(
    config: C, resume: str | Path | None, build: Callable[[C], M], load: Callable[[str | Path], tuple[M, Mapping]]
) -> tuple[M, Mapping, Path | None]:
    """Where a training begins: the model, the record of earlier pieces, and the training state to go on with, if any.

    Args:
        config: of the model.
        resume: None for a new model, a `.safetensors` checkpoint or "default" for its weights, else a `state.ckpt`.
        build: config -> new model; load: checkpoint -> model and record.

    Raises:
        CheckpointError: the checkpoint cannot be read, or is of another configuration.
    """
    if resume is None:
        return build(config), {}, None
    path = Path(resume)
    if path.suffix == ".safetensors" or str(resume) == "default":
        model, record = load(resume)
        if model.config != config:
            raise CheckpointError("was trained with another model configuration than the config's", source=resume)
        return model.train(), record, None
    beside = path.with_name("weights.safetensors")
    return build(config), load(beside)[1] if beside.exists() else {}, path


def finished_steps(state: Path | None, model: nn.Module) -> int:
    """Steps behind a training state, after a look at whether it can be loaded at all.

    Raises:
        CheckpointError: it cannot, or is of another model.
    """
    if state is None:
        return 0
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


def _optimizer(settings: Settings) -> OptimizerConfig:
    return OptimizerConfig(
        learning_rate=settings.learning_rate,
        warmup=settings.warmup,
        steps=settings.steps,
        weight_decay=settings.weight_decay,
        ema=settings.ema,
        max_bad_batches=settings.max_bad_batches,
    )
