"""Training the networks of the confidence from labeled decoys; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from molgen.datasets.held_back import cluster_of, without
from molgen.datasets.mixture import MixtureDataset, MixtureSource, cluster_weights
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.decoys import load_decoys
from molgen.datasets.sources import parts_of
from molgen.errors import CheckpointError
from molgen.models.pose_confidence.config import ConfidenceTraining
from molgen.models.pose_confidence.data import CollateDecoys, DecoyBatch
from molgen.models.pose_confidence.folds import check_not_trained_on, deal_folds, known_folds, networks_of_folds
from molgen.models.pose_confidence.loss import training_loss
from molgen.models.pose_confidence.model import ConfidenceModel
from molgen.models.pose_confidence.validation import validate_confidence
from molgen.training.task import Task, TrainingData


def training_data(config: ConfidenceTraining) -> TrainingData:
    """Load what ``config.train`` names; one fold of the clusters is held back from all sources.

    Raises:
        InputError: a set cannot be read, or holds no labeled decoys.
        ConfigError: there is no such fold.
        CheckpointError: the checkpoint whose folds are kept cannot be read.
    """
    settings = config.train
    sources = [load_decoys(parts)[0] for parts in parts_of(settings.sources)]
    dealt = load_decoys(find_parts(settings.held_back))[0] if settings.held_back else sources[-1]
    known = known_folds(TASK.load(settings.folds_from)[1]) if settings.folds_from else {}
    folds = deal_folds((record.cluster for record in dealt), settings.folds, known)
    fold = [record for record in dealt if folds[record.cluster] == settings.fold]
    clusters = {record.cluster for record in fold}
    sources = [without(records, cluster_of, clusters) for records in sources]
    mixture = [
        MixtureSource(records, source.share, cluster_weights(records))
        for records, source in zip(sources, settings.sources, strict=True)
    ]
    loss = partial(training_loss, near_native=settings.near_native)
    collate = CollateDecoys(settings.poses, settings.noise)
    names = [source.path.rstrip("/").split("/")[-1] for source in settings.sources]
    sizes = dict(zip(names, map(len, sources), strict=True))
    held_back = [record.found() for record in fold]
    return TrainingData(
        stream=partial(MixtureDataset, mixture, settings.batch, collate, seed=settings.seed, pool=1),
        loss=lambda model, batch, rng: loss(model, DecoyBatch.padded(batch), rng),
        measure=lambda model: validate_confidence(model, held_back, settings.near_native),
        samples=settings.batch * settings.poses,
        labels={
            "sources": sizes,
            "folds": settings.folds,
            "fold": settings.fold,
            "clusters": folds,
            "trained_on": sorted({record.cluster for records in sources for record in records}),
        },
        check=lambda record: check_not_trained_on(clusters, record),
    )


def network_of_fold(
    config: ConfidenceTraining, model: ConfidenceModel, record: Mapping[str, Any]
) -> tuple[ConfidenceModel, Mapping[str, Any]]:
    """The network to go on training: of several, each trained without one fold, the first of the one that is held back.

    Its dropout may be another than the configuration's.

    Raises:
        CheckpointError: the networks of the checkpoint are of another number of folds.
    """
    if model.config.contacts != config.model.contacts:
        return model, record
    if len(model.members) == 1:
        own, runs = model.members[0], record
    else:
        members = list(model.members)
        groups = networks_of_folds(members, record.get("members", [{}] * len(members)))
        if len(groups) != config.train.folds:
            of = f"{len(members)} networks of {len(groups)} folds"
            raise CheckpointError(f"holds {of}, each trained without one: set train.folds to {len(groups)}")
        own, runs = groups[config.train.fold][0], {}
    fresh = ConfidenceModel(config.model)
    fresh.members[0].load_state_dict(own.state_dict())
    return fresh, runs


TASK = Task("confidence", ConfidenceTraining, ConfidenceModel, training_data, network_of_fold)
train_confidence = TASK.train
load_confidence = TASK.load
save_confidence = TASK.save
