"""Training the side-chain model from prepared sets."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from molgen.datasets.part_files import find_parts
from molgen.datasets.side_chains import SideChainEntry, load_side_chains
from molgen.errors import InputError
from molgen.models.side_chains.config import SideChainConfig, SideChainTrainConfig
from molgen.models.side_chains.data import Cropping, SideChainBatch, SideChainStream
from molgen.models.side_chains.loss import side_chain_loss
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.validation import validate
from molgen.training.task import Task, TrainingData

_HELD_BACK = 50  # every so many structures of the first source, where no validation set is named


def training_data(config: SideChainConfig) -> TrainingData:
    """Load what ``config.train`` names.

    Raises:
        InputError: a set cannot be read, or is too small to hold something back.
    """
    settings = config.train
    sources, names = [], []
    for source in settings.sources:
        entries, files = load_side_chains(source.parts())
        sources.append((entries, source.share))
        names += [f"{file} ({len(entries)})" for file in files]
    held_back = _validation(settings, sources)
    cropping = Cropping(settings.residues, settings.hide_ligands, settings.backbone_noise)
    return TrainingData(
        stream=partial(SideChainStream, sources, config.model, cropping, settings.batch, settings.seed),
        loss=lambda model, batch, rng: side_chain_loss(model, SideChainBatch.of(batch), rng, settings),
        measure=lambda model: validate(model, held_back),
        samples=settings.batch,
        labels={"sources": names},
    )


def _validation(
    settings: SideChainTrainConfig, sources: list[tuple[list[SideChainEntry], float]]
) -> list[SideChainEntry]:
    """The validation set, or some structures of the first source, which are taken out of it."""
    if settings.validation:
        return load_side_chains(find_parts(Path(settings.validation)))[0]
    entries, share = sources[0]
    held_back = entries[::_HELD_BACK]
    if len(entries) == len(held_back):
        raise InputError(f"{len(entries)} structures are too few to hold one back for validation")
    sources[0] = [entry for k, entry in enumerate(entries) if k % _HELD_BACK], share
    return held_back


TASK = Task("side_chains", SideChainConfig, SideChainModel, training_data)
