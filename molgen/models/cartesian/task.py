"""Training the model of coordinates from prepared sets; needs neither RDKit nor Biopython."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from molgen.datasets.cartesian import CartesianRecord, load_cartesian
from molgen.datasets.mixture import MixtureDataset, MixtureSource
from molgen.datasets.part_files import find_parts
from molgen.models.cartesian.config import CartesianConfig
from molgen.models.cartesian.data import CartesianBatch, CollateCartesian
from molgen.models.cartesian.loss import cartesian_loss
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.validation import validate
from molgen.training.task import Task, TrainingData


def training_data(config: CartesianConfig) -> TrainingData:
    """Load what ``config.train`` names; some molecules of the first source are held back.

    Raises:
        InputError: a set cannot be read, or holds no molecule.
    """
    settings = config.train
    loaded = [load_cartesian(find_parts(Path(source.path))) for source in settings.sources]
    sources = [records for records, _ in loaded]
    sources[0], held_back = _held_back(sources[0], settings.validation, settings.seed)
    mixture = [MixtureSource(records, source.share) for records, source in zip(sources, settings.sources, strict=True)]
    loss = partial(cartesian_loss, aligned=settings.aligned, earlier=settings.earlier)
    names = [f"{', '.join(files)} ({len(kept)})" for kept, (_, files) in zip(sources, loaded, strict=True)]
    return TrainingData(
        stream=partial(MixtureDataset, mixture, settings.batch, CollateCartesian(settings.draws), seed=settings.seed),
        loss=lambda model, batch, rng: loss(model, CartesianBatch.padded(batch), rng),
        measure=lambda model: validate(model, held_back),
        samples=settings.batch * settings.draws,
        labels={"sources": names},
    )


TASK = Task("cartesian", CartesianConfig, CartesianModel, training_data)
load_cartesian_model = TASK.load


def _held_back(
    records: list[CartesianRecord], count: int, seed: int
) -> tuple[list[CartesianRecord], list[CartesianRecord]]:
    """(the rest, at most so many and at most a tenth)."""
    order = np.random.default_rng(seed).permutation(len(records))
    size = min(count, len(order) // 10)
    return [records[k] for k in order[size:]], [records[k] for k in order[:size]]
