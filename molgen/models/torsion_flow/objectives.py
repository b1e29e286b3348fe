"""What a configuration trains on: its prepared sets, their batches and the loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from molgen.datasets.conformers import ConformerRecord, load_conformers
from molgen.datasets.mixture import Collate, MixtureDataset, MixtureSource
from molgen.datasets.part_files import find_parts
from molgen.datasets.sources import ROOM, SourceConfig
from molgen.datasets.trajectories import TrajectoryRecord, load_trajectories
from molgen.errors import ConfigError, InputError
from molgen.models.torsion_flow.config import ConformerConfig, TrainConfig
from molgen.models.torsion_flow.data import CollateConformers, CollateTrajectories, with_torsions
from molgen.models.torsion_flow.loss import map_loss, reflow_loss, torsion_loss

HELD_BACK = 100


@dataclass(frozen=True)
class TrainingData:
    """The sources of a mixture, what is held back of them, and how to learn from the rest.

    Attributes:
        sources: molecules of each source; names: of the files that they come from.
        validation: molecules that are not trained on.
        collate: makes batches of molecules; loss: (model, batch, rng) -> scalar.
    """

    sources: list[list[Any]]
    names: list[str]
    validation: list[ConformerRecord]
    collate: Collate
    loss: Callable[..., Tensor]

    def stream(self, settings: TrainConfig, start: int) -> MixtureDataset:
        """Batches from the ``start``-th on."""
        sources = [
            MixtureSource(with_torsions(records), source.share)
            for records, source in zip(self.sources, settings.sources, strict=True)
        ]
        return MixtureDataset(sources, settings.batch, self.collate, seed=settings.seed, start=start)


def training_data(config: ConformerConfig) -> TrainingData:
    """Load what ``config.train`` names.

    Raises:
        InputError: a set cannot be read, or lacks what the configuration asks of it.
        ConfigError: objective, coupling and model do not go together.
    """
    _check(config)
    settings = config.train
    on_paths = settings.objective != "flow"
    sources, names = [], []
    for source in settings.sources:
        records, found = _trajectories(source) if on_paths else _conformers(source)
        sources.append(records)
        names += found
    if len({r.intervals for records in sources for r in records if isinstance(r, TrajectoryRecord)}) > 1:
        raise InputError("trajectories with different numbers of points do not go together")
    validation = _validation(settings, sources)
    if on_paths:
        return TrainingData(sources, names, validation, CollateTrajectories(settings.draws), _path_loss(settings))
    loss = partial(torsion_loss, coupling=settings.coupling, geometry_noise=settings.geometry_noise)
    collate = CollateConformers(settings.draws, symmetric=settings.coupling == "transport")
    return TrainingData(sources, names, validation, collate, loss)


def _path_loss(settings: TrainConfig) -> Callable[..., Tensor]:
    return map_loss if settings.objective == "map" else reflow_loss


def _check(config: ConformerConfig) -> None:
    model, settings = config.model, config.train
    needs_flow = settings.objective != "flow" or settings.coupling == "transport"
    if needs_flow and model.process != "flow":
        raise ConfigError(f'train.objective and coupling: this one needs model.process "flow", not "{model.process}"')
    if model.jumps != (settings.objective == "map"):
        raise ConfigError("train.objective map and model.jumps: true go together; one of them is set without the other")


def _conformers(source: SourceConfig) -> tuple[list[ConformerRecord], list[str]]:
    entries, names = load_conformers(find_parts(Path(source.path)))
    if source.weights == "boltzmann" and all((e.weights == e.weights[0]).all() for e in entries):
        raise InputError("holds no Boltzmann factors; prepare it with boltzmann=true", source=source.path)
    if source.weights == "boltzmann":
        entries = [replace(e, weights=e.weights.astype(np.float64) ** (ROOM / source.temperature)) for e in entries]
    if source.weights == "equal":
        entries = [replace(e, weights=np.ones_like(e.weights)) for e in entries]
    return entries, names


def _trajectories(source: SourceConfig) -> tuple[list[TrajectoryRecord], list[str]]:
    return load_trajectories(find_parts(Path(source.path)))


def _validation(settings: TrainConfig, sources: list[list[Any]]) -> list[ConformerRecord]:
    """The validation set, or some of the first source, which are taken out of it."""
    if settings.validation:
        held, _ = load_conformers(find_parts(Path(settings.validation)))
    else:
        order = np.random.default_rng(settings.seed).permutation(len(sources[0]))
        count = min(HELD_BACK, len(order) // 10)
        held = [sources[0][k] for k in order[:count]]
        sources[0] = [sources[0][k] for k in order[count:]]
    entries = [e.molecule if isinstance(e, TrajectoryRecord) else e for e in held]
    return [e for e in entries if e.graph.n_torsions][:HELD_BACK]
