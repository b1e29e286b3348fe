"""Trajectories of small molecules along written-down velocities, and the sets and models that they come from."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from small_molecules import entry_of
from small_sets import TORSION_SIZE

from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.reflow import ReflowConfig, trajectories_of
from molgen.datasets.records.conformers import encode_conformers
from molgen.datasets.records.trajectories import TrajectoryRecord
from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.data import CollateTrajectories, TrajectoryBatch
from molgen.models.torsion_flow.model import TorsionModel, torsion_process
from molgen.models.torsion_flow.task import save_model

MANY = ReflowConfig(trajectories=6, steps=8, intervals=4)
NAMES = ("CC[C@H](N)C(=O)OCC", "CCCO", "CC(F)COC")


class Field:
    """A velocity or a mean velocity in place of the network."""

    def __init__(self, field) -> None:
        self.process, self.jumps, self.field = torsion_process("flow"), False, field

    def encode(self, graph) -> None:
        return None

    def __call__(self, graph, encoding, positions, *times):
        return self.field(dihedral_angles(positions, graph.torsions[:, None]), *times)


def spinning(x, t):
    return torch.full_like(x, -3 * math.pi)


def turning(x, t):
    return 2.0 * torch.sin(x)


def trajectories(field, config: ReflowConfig = MANY) -> list[TrajectoryRecord]:
    """Of each of NAMES, along the velocity."""
    return [trajectories_of(entry_of(s, 2), Field(field), config, seed=k) for k, s in enumerate(NAMES)]  # type: ignore[arg-type]


def batch(records: list[TrajectoryRecord], draws: int = 4) -> TrajectoryBatch:
    return TrajectoryBatch.padded(CollateTrajectories(draws)(records, np.random.default_rng(0)))


def saved_model(folder: Path, process: str = "flow") -> Path:
    """An untrained torsion model of one layer."""
    torch.manual_seed(0)
    path = folder / f"{process}.safetensors"
    save_model(TorsionModel(ModelConfig(process, TORSION_SIZE, 2)), path, {"runs": []})
    return path


def conformer_set(folder: Path) -> Path:
    """NAMES and a molecule without a rotatable bond."""
    (folder / "part.safetensors").write_bytes(encode_conformers([entry_of(s, 2) for s in (*NAMES, "c1ccccc1")], "tiny"))
    return folder


def settings(flow: Path, **changes) -> PrepareConfig:
    return PrepareConfig(kind="reflow", block=2, reflow=replace(MANY, model=str(flow), **changes))
