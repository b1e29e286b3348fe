"""Trajectories of a trained flow over prepared molecules: what few-step models learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from molgen.datasets.blocks import BlockJob, Item, Made, PrepareSummary, run_blocks
from molgen.datasets.conformers import ConformerRecord, load_conformers
from molgen.datasets.part_files import find_parts
from molgen.datasets.trajectories import TrajectoryRecord, encode_trajectories
from molgen.errors import ConfigError, InputError
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_paths
from molgen.models.torsion_flow.task import load_model
from molgen.sampling import torus_points


@dataclass(frozen=True)
class ReflowConfig:
    """The trajectories of every molecule.

    Attributes:
        model: the trained flow: a checkpoint, or "default".
        trajectories: number per molecule.
        steps: network evaluations on each; intervals: pieces of the time at whose ends the torsions are kept.
        templates: template conformers used, at most, of those in the prepared set; drawn by weight.
    """

    model: str = "default"
    trajectories: int = 16
    steps: int = 24
    intervals: int = 12
    templates: int = 8

    def __post_init__(self) -> None:
        if min(self.trajectories, self.intervals, self.templates) < 1 or self.steps % self.intervals:
            raise ValueError("reflow: counts must be 1 or more, and steps a multiple of intervals")


def prepare_trajectories(
    source: Path,
    folder: Path,
    config: ReflowConfig,
    *,
    block: int,
    seed: int,
    workers: int,
    limit: int | None,
    on_block: Callable[[int], None] | None,
) -> PrepareSummary:
    """Trajectories of every molecule of a prepared set; see :func:`molgen.conformers.prepare.prepare`.

    Raises:
        InputError: ``source`` is no prepared set.
        CheckpointError, ConfigError: the model cannot be read, or is not a flow.
    """
    _flow(config.model)  # a mistake shows before the work
    entries, names = load_conformers(find_parts(source))
    items = (Item(f"{names[entry.source]} {number + 1}", None, (number, entry)) for number, entry in enumerate(entries))
    encode = partial(encode_trajectories, source=", ".join(names))
    job = BlockJob(folder, partial(_made, config=config, seed=seed), encode)
    return run_blocks(islice(items, limit), block, job, workers, on_block)


def trajectories_of(entry: ConformerRecord, model: TorsionModel, config: ReflowConfig, seed: int) -> TrajectoryRecord:
    """Trajectories of one molecule from evenly spread starts, on templates drawn from its conformers.

    Raises:
        InputError: nothing turns.
    """
    if not entry.graph.n_torsions:
        raise InputError("has no rotatable bond")
    rng = np.random.default_rng(seed)
    shares = entry.weights.astype(np.float64) / entry.weights.astype(np.float64).sum()
    kept = min(config.templates, int((shares > 0).sum()))
    chosen = np.sort(rng.choice(len(shares), size=kept, replace=False, p=shares))
    templates = ConformerRecord(
        entry.graph, entry.positions[chosen], entry.weights[chosen], entry.permutations, entry.source
    )
    template = (np.arange(config.trajectories) % kept).astype(np.uint8)
    start = torus_points(config.trajectories, entry.graph.n_torsions, seed).numpy().astype(np.float16)
    path = sample_paths(
        model,
        batch_graphs([entry.graph]),
        torch.from_numpy(templates.positions[template].astype(np.float32)),
        torch.from_numpy(start.astype(np.float32)),
        steps=config.steps,
        intervals=config.intervals,
    )
    return TrajectoryRecord(templates, template, start, path[:, 1:].numpy().astype(np.float16))


def _made(value: tuple[int, ConformerRecord], config: ReflowConfig, seed: int) -> Made:
    number, entry = value
    record = trajectories_of(entry, _flow(config.model), config, seed + number)
    return Made(record, len(record.start))


@lru_cache(maxsize=1)
def _flow(name: str) -> TorsionModel:
    model = load_model(name)
    if model.config.process != "flow" or model.jumps:
        raise ConfigError("reflow.model must be a plain flow, with a velocity to follow", source=name)
    return model
