"""Training the model of poses from prepared sets; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from molgen.datasets.held_back import cluster_of, hold_back
from molgen.datasets.mixture import MixtureDataset, MixtureSource, cluster_weights
from molgen.datasets.parts.shards import load_sets, values_of
from molgen.datasets.records.complexes import ComplexRecord, load_complexes
from molgen.datasets.sources import parts_of
from molgen.errors import InputError
from molgen.models.pose_flow.config import DockingTraining
from molgen.models.pose_flow.data import Augmentation, PoseBatch, collate_poses
from molgen.models.pose_flow.loss import pose_loss
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.validation import validate
from molgen.training.task import Task, TrainingData


def training_data(config: DockingTraining) -> TrainingData:
    """Load what ``config.train`` names; some clusters of the last source are held back from all of them.

    Raises:
        InputError: a set cannot be read, or holds no example.
    """
    settings, augmentation = config.train, augmentation_of(config)
    loaded = load_sets(parts_of(settings.sources), load_complexes, settings.memory)
    sources, held_back = split_by_cluster([records for records, _ in loaded], settings.validation, settings.seed)
    mixture = [
        MixtureSource(records, source.share, cluster_weights(records))
        for records, source in zip(sources, settings.sources, strict=True)
    ]
    collate = partial(collate_poses, augmentation=augmentation)
    padded = partial(PoseBatch.padded, draws=settings.draws, ligand_noise=settings.ligand_noise)
    names = [f"{', '.join(files)} ({len(kept)})" for kept, (_, files) in zip(sources, loaded, strict=True)]
    return TrainingData(
        stream=partial(MixtureDataset, mixture, settings.batch, collate, seed=settings.seed),
        loss=lambda model, batch, rng: pose_loss(model, padded(batch), rng),
        measure=lambda model: validate(model, held_back, augmentation),
        samples=settings.batch * settings.draws,
        labels={"sources": names},
    )


TASK = Task("poses", DockingTraining, PoseModel, training_data)
train_poses = TASK.train
load_pose_model = TASK.load
save_pose_model = TASK.save


def augmentation_of(config: DockingTraining) -> Augmentation:
    """What is drawn anew each time an example is used."""
    train = config.train
    return Augmentation(train.draws, train.jitter, train.protein_noise, train.ligand_noise, config.model.pocket_radius)


def split_by_cluster(
    sources: Sequence[Sequence[ComplexRecord]], share: float, seed: int
) -> tuple[list[Sequence[ComplexRecord]], list[ComplexRecord]]:
    """Whole clusters apart: the sources without them, and the records of the last source with them.

    Args:
        share: of the clusters of the last source, at least one of them; 0 for none.

    Raises:
        InputError: there is one cluster only.
    """
    count = len(set(values_of(sources[-1], cluster_of)))
    if share and count == 1:
        raise InputError("all complexes are of one cluster, so none can be held back: set train.validation to 0")
    return hold_back(sources, -1, cluster_of, max(1, round(share * count)) if share else 0, seed)
