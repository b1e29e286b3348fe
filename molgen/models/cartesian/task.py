"""Training the model of coordinates from prepared sets; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from molgen.datasets.held_back import hold_back, molecule_of
from molgen.datasets.mixture import MixtureDataset, MixtureSource
from molgen.datasets.parts.shards import load_sets, values_of
from molgen.datasets.records.cartesian import CartesianRecord, load_cartesian
from molgen.datasets.sources import parts_of
from molgen.models.cartesian.config import CartesianConfig, CartesianTrainConfig
from molgen.models.cartesian.data import CartesianBatch, CollateCartesian
from molgen.models.cartesian.loss import cartesian_loss
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.validation import validate
from molgen.training.task import Task, TrainingData

_TOO_FEW = "the first source has fewer than ten molecules: none is held back, and nothing is validated"


def training_data(config: CartesianConfig) -> TrainingData:
    """Load what ``config.train`` names; some molecules of the first source are held back from all.

    Raises:
        InputError: a set cannot be read, or holds no molecule.
    """
    settings = config.train
    loaded = load_sets(parts_of(settings.sources), load_cartesian, settings.memory)
    sources, held_back = _held_back([records for records, _ in loaded], settings)
    mixture = [MixtureSource(records, source.share) for records, source in zip(sources, settings.sources, strict=True)]
    loss = partial(cartesian_loss, aligned=settings.aligned, earlier=settings.earlier)
    names = [f"{', '.join(files)} ({len(kept)})" for kept, (_, files) in zip(sources, loaded, strict=True)]
    return TrainingData(
        stream=partial(MixtureDataset, mixture, settings.batch, CollateCartesian(settings.draws), seed=settings.seed),
        loss=lambda model, batch, rng: loss(model, CartesianBatch.padded(batch), rng),
        measure=lambda model: validate(model, held_back),
        samples=settings.batch * settings.draws,
        labels={"sources": names},
        notes=() if held_back or not settings.validation else (_TOO_FEW,),
    )


TASK = Task("cartesian", CartesianConfig, CartesianModel, training_data)
load_cartesian_model = TASK.load


def _held_back(
    sources: list[Sequence[CartesianRecord]], settings: CartesianTrainConfig
) -> tuple[list[Sequence[CartesianRecord]], list[CartesianRecord]]:
    """The sources without some molecules of the first, in whatever record they are, and the first record of each."""
    keys = values_of(sources[0], molecule_of)
    count = min(settings.validation, len(set(keys)) // 10)
    rest, records = hold_back(sources, 0, molecule_of, count, settings.seed)
    return rest, list({molecule_of(record): record for record in reversed(records)}.values())
