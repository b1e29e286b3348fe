"""Training the conformer model from prepared sets; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from molgen.datasets.held_back import hold_back, molecule_of
from molgen.datasets.mixture import Collate, MixtureDataset, MixtureSource
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.parts.shards import changed, load_sets, values_of
from molgen.datasets.records.conformers import ConformerRecord, load_conformers
from molgen.datasets.records.trajectories import TrajectoryRecord, load_trajectories
from molgen.datasets.sources import ROOM, SourceConfig, parts_of
from molgen.errors import ConfigError, InputError
from molgen.models.torsion_flow.config import ConformerConfig, TrainConfig
from molgen.models.torsion_flow.data import (
    CollateConformers,
    CollateTrajectories,
    ConformerBatch,
    TrajectoryBatch,
    with_torsions,
)
from molgen.models.torsion_flow.loss import map_loss, reflow_loss, torsion_loss
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.validation import validate
from molgen.training.task import Task, TrainingData

HELD_BACK = 100


def training_data(config: ConformerConfig) -> TrainingData:
    """Load what ``config.train`` names.

    Raises:
        InputError: a set cannot be read, or lacks what the configuration asks of it.
        ConfigError: objective, coupling and model do not go together.
    """
    _check(config)
    settings = config.train
    on_paths = settings.objective != "flow"
    parts = parts_of(settings.sources)
    loaded = load_sets(parts, load_trajectories if on_paths else load_conformers, settings.memory)
    sources: list[Sequence[Any]] = [records for records, _ in loaded]
    if on_paths and len({points for records in sources for points in values_of(records, _intervals)}) > 1:
        raise InputError("trajectories with different numbers of points do not go together")
    if not on_paths:
        sources = [weighted(records, source) for records, source in zip(sources, settings.sources, strict=True)]
    sources, held_back, notes = _validation(settings, sources)
    mixture = [
        MixtureSource(with_torsions(records), source.share)
        for records, source in zip(sources, settings.sources, strict=True)
    ]
    return TrainingData(
        stream=partial(MixtureDataset, mixture, settings.batch, _collate(settings), seed=settings.seed),
        loss=_loss(settings),
        measure=lambda model: validate(model, held_back, settings.validation_samples, settings.validation_steps),
        samples=settings.batch * settings.draws,
        labels={"sources": [name for _, files in loaded for name in files]}
        | ({"objective": settings.objective} if on_paths else {}),
        notes=notes,
    )


def as_flow_map(
    config: ConformerConfig, model: TorsionModel, record: Mapping[str, Any]
) -> tuple[TorsionModel, Mapping[str, Any]]:
    """A plain flow made into a flow map when the configuration has jumps.

    The added parameters start at zero, so that the map begins as the flow that was loaded. Weights of any other
    configuration come back as they are.
    """
    if not config.model.jumps or model.config != replace(config.model, jumps=False):
        return model, record
    wider = TorsionModel(config.model)
    wider.load_state_dict(wider.state_dict() | model.state_dict())
    return wider, record


TASK = Task("conformers", ConformerConfig, TorsionModel, training_data, as_flow_map)
train = TASK.train
load_with_record = TASK.load
save_model = TASK.save


def load_model(path_or_name: str | Path = "default") -> TorsionModel:
    """A trained conformer model, ready to sample (eval mode, CPU).

    Args:
        path_or_name: "default" for the weights that ship with molgen, or the path of a checkpoint
            written by `molgen train conformers`.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind of model.
    """
    return TASK.load(path_or_name)[0]


def _collate(settings: TrainConfig) -> Collate:
    if settings.objective != "flow":
        return CollateTrajectories(settings.draws)
    return CollateConformers(settings.draws, symmetric=settings.coupling == "transport")


def _loss(settings: TrainConfig) -> Callable[..., Tensor]:
    """The loss of the batches of :func:`_collate`."""
    if settings.objective == "flow":
        loss = partial(torsion_loss, coupling=settings.coupling, geometry_noise=settings.geometry_noise)
        return lambda model, batch, rng: loss(model, ConformerBatch.padded(batch), rng)
    on_paths = map_loss if settings.objective == "map" else reflow_loss
    return lambda model, batch, rng: on_paths(model, TrajectoryBatch.padded(batch), rng)


def _check(config: ConformerConfig) -> None:
    model, settings = config.model, config.train
    needs_flow = settings.objective != "flow" or settings.coupling == "transport"
    if needs_flow and model.process != "flow":
        raise ConfigError(f'train.objective and coupling: this one needs model.process "flow", not "{model.process}"')
    if model.jumps != (settings.objective == "map"):
        raise ConfigError("train.objective map and model.jumps: true go together; one of them is set without the other")


def weighted(records: Sequence[ConformerRecord], source: SourceConfig) -> Sequence[ConformerRecord]:
    """The molecules of a source with the weights that it asks for.

    Raises:
        InputError: it has no Boltzmann factors, and they are asked for.
    """
    if source.weights == "boltzmann":
        if all(values_of(records, _all_alike)):
            raise InputError("holds no Boltzmann factors; prepare it with boltzmann=true", source=source.path)
        return changed(records, partial(_at_temperature, temperature=source.temperature))
    return changed(records, _with_equal_weights) if source.weights == "equal" else records


def _all_alike(record: ConformerRecord) -> bool:
    return bool((record.weights == record.weights[0]).all())


def _at_temperature(record: ConformerRecord, temperature: float) -> ConformerRecord:
    return replace(record, weights=record.weights.astype(np.float64) ** (ROOM / temperature))


def _with_equal_weights(record: ConformerRecord) -> ConformerRecord:
    return replace(record, weights=np.ones_like(record.weights))


def _intervals(record: TrajectoryRecord) -> int:
    return record.intervals


def _validation(
    settings: TrainConfig, sources: list[Sequence[Any]]
) -> tuple[list[Sequence[Any]], list[ConformerRecord], list[str]]:
    """The sources, the validation set, and a note where both hold the same molecules.

    Without a set of its own, it is some molecules of the first source, which are taken out of all of them.
    """
    notes = []
    if settings.validation:
        validation: list[Any] = load_conformers(find_parts(Path(settings.validation)))[0]
        seen = {key for records in sources for key in values_of(records, molecule_of)}
        common = sum(molecule_of(record) in seen for record in validation)
        notes = [f"{common} of {len(validation)} molecules of the validation set are trained on"] if common else []
    else:
        molecules = len(set(values_of(sources[0], molecule_of)))
        if molecules < 10:
            reason = f"{molecules} molecules are too few to hold a tenth back: name a set as train.validation"
            raise InputError(reason, source=settings.sources[0].path)
        sources, validation = hold_back(sources, 0, molecule_of, min(HELD_BACK, molecules // 10), settings.seed)
    entries = [e.molecule if isinstance(e, TrajectoryRecord) else e for e in validation]
    return sources, [e for e in entries if e.graph.n_torsions][:HELD_BACK], notes
