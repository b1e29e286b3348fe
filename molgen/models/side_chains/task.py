"""Training the side-chain model from prepared sets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from molgen.datasets.held_back import cluster_of, hold_back
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.parts.shards import load_sets, values_of
from molgen.datasets.records.side_chains import SideChainEntry, load_side_chains
from molgen.datasets.sources import parts_of
from molgen.errors import InputError
from molgen.models.side_chains.config import SideChainConfig, SideChainTrainConfig
from molgen.models.side_chains.data import Cropping, SideChainBatch, SideChainStream
from molgen.models.side_chains.loss import side_chain_loss
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.validation import validate
from molgen.training.task import Task, TrainingData

_HELD_BACK = 50  # of so many families of the first source one is held back, where no validation set is named


def training_data(config: SideChainConfig) -> TrainingData:
    """Load what ``config.train`` names.

    Raises:
        InputError: a set cannot be read, or is too small to hold something back.
    """
    settings = config.train
    sources, names = [], []
    loaded = load_sets(parts_of(settings.sources), load_side_chains, settings.memory)
    for source, (entries, files) in zip(settings.sources, loaded, strict=True):
        sources.append((entries, source.share))
        names += [f"{file} ({len(entries)})" for file in files]
    sources, held_back = _validation(settings, sources)
    cropping = Cropping(settings.residues, settings.hide_ligands, settings.backbone_noise)
    return TrainingData(
        stream=partial(SideChainStream, sources, config.model, cropping, settings.batch, settings.seed),
        loss=lambda model, batch, rng: side_chain_loss(model, SideChainBatch.of(batch), rng, settings),
        measure=lambda model: validate(model, held_back),
        samples=settings.batch,
        labels={"sources": names},
    )


def _validation(
    settings: SideChainTrainConfig, sources: list[tuple[Sequence[SideChainEntry], float]]
) -> tuple[list[tuple[Sequence[SideChainEntry], float]], list[SideChainEntry]]:
    """The sources and the validation set, or some families of the first source, which are taken out of all of them."""
    if settings.validation:
        return sources, load_side_chains(find_parts(Path(settings.validation)))[0]
    families = len(set(values_of(sources[0][0], cluster_of)))
    if families < 2:
        raise InputError(f"{families} families of structures are too few to hold one back: name train.validation")
    count = max(1, families // _HELD_BACK)
    rest, held_back = hold_back([entries for entries, _ in sources], 0, cluster_of, count, settings.seed)
    return [(entries, share) for entries, (_, share) in zip(rest, sources, strict=True)], held_back


TASK = Task("side_chains", SideChainConfig, SideChainModel, training_data)
