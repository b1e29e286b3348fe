"""Trajectories of a trained flow over prepared molecules, the training data of few-step models."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch

from molgen.datasets.records.conformers import ConformerRecord
from molgen.datasets.records.trajectories import TrajectoryRecord
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


def trajectories_of(record: ConformerRecord, model: TorsionModel, config: ReflowConfig, seed: int) -> TrajectoryRecord:
    """Trajectories of one molecule from evenly spread starts, on templates drawn from its conformers.

    Raises:
        InputError: the molecule has no rotatable bond.
    """
    if not record.graph.n_torsions:
        raise InputError("has no rotatable bond")
    rng = np.random.default_rng(seed)
    shares = record.weights.astype(np.float64) / record.weights.astype(np.float64).sum()
    kept = min(config.templates, int((shares > 0).sum()))
    chosen = np.sort(rng.choice(len(shares), size=kept, replace=False, p=shares))
    templates = replace(record, positions=record.positions[chosen], weights=record.weights[chosen])
    template = (np.arange(config.trajectories) % kept).astype(np.uint8)
    start = torus_points(config.trajectories, record.graph.n_torsions, seed).numpy().astype(np.float16)
    path = sample_paths(
        model,
        batch_graphs([record.graph]),
        torch.from_numpy(templates.positions[template].astype(np.float32)),
        torch.from_numpy(start.astype(np.float32)),
        steps=config.steps,
        intervals=config.intervals,
    )
    return TrajectoryRecord(templates, template, start, path[:, 1:].numpy().astype(np.float16))


@lru_cache(maxsize=1)
def flow_of(name: str) -> TorsionModel:
    """A flow, loaded once per process.

    Raises:
        CheckpointError, ConfigError: the model cannot be read, or is not a plain flow.
    """
    model = load_model(name)
    if model.config.process != "flow" or model.jumps:
        raise ConfigError("reflow.model must be a plain flow, with a velocity to follow", source=name)
    return model
