"""Batches for training from prepared conformers or trajectories; needs neither RDKit nor Biopython."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import shortest_paths
from molgen.datasets.conformers import ConformerRecord
from molgen.datasets.mixture import GraphRecord
from molgen.datasets.trajectories import TrajectoryRecord
from molgen.graphs.batch import LONGEST_PATH, GraphBatch, batch_graphs
from molgen.models.torsion_flow.torsion_symmetry import folds


@dataclass(frozen=True)
class ConformerBatch:
    """B molecules with S drawn conformers each.

    Attributes:
        graph: the padded graphs.
        positions: float32 [B, S, n, 3], Angstrom.
        local: float32 [B, S, n, 3], the template conformer on which to learn the torsions of each, Angstrom: that of
            some conformer of the molecule; None: its own.
        folds: int64 [B, m], the symmetry of each torsion (a phenyl's is 2), 1 in padded rows; None: not known.
    """

    graph: GraphBatch
    positions: Tensor
    local: Tensor | None = None
    folds: Tensor | None = None

    def to(self, device: torch.device | str) -> ConformerBatch:
        return _moved(self, device)


@dataclass(frozen=True)
class TrajectoryBatch:
    """B molecules with S drawn trajectories each.

    Attributes:
        graph: the padded graphs.
        template: float32 [B, S, n, 3], the template conformer under each trajectory, Angstrom.
        start: float32 [B, S, m], torsions at t = 1, radian; 0 in padded rows.
        path: float32 [B, S, P + 1, m], how far they have turned at t = 1, 1 - 1 / P, ..., 0.
    """

    graph: GraphBatch
    template: Tensor
    start: Tensor
    path: Tensor

    def to(self, device: torch.device | str) -> TrajectoryBatch:
        return _moved(self, device)


class CollateConformers:
    """S conformers of every molecule, by weight and with replacement, and as many template conformers, uniformly.

    Bond angles tell the torsions that they were minimized at. A network that has only seen both together reads the
    torsions off the template conformer, and in sampling finds those of the template again; hence the independent draws.

    Args:
        draws: S.
        symmetric: add the symmetry of the torsions in place of the template conformers.
    """

    def __init__(self, draws: int, *, symmetric: bool = False) -> None:
        self.draws, self.symmetric = draws, symmetric
        self._lengths, self._folds = functools.cache(_path_lengths), functools.cache(folds)

    def __call__(self, records: Sequence[ConformerRecord], rng: np.random.Generator) -> ConformerBatch:
        graph = batch_graphs([record.graph for record in records], [self._lengths(record) for record in records])
        positions = np.zeros((len(records), self.draws, graph.atoms.shape[1], 3), dtype=np.float32)
        local = np.zeros_like(positions)
        for row, record in enumerate(records):
            weights, n = record.weights.astype(np.float64), record.graph.n_atoms
            chosen = rng.choice(len(weights), size=self.draws, p=weights / weights.sum())
            positions[row, :, :n] = record.positions[chosen]
            local[row, :, :n] = record.positions[rng.integers(len(weights), size=self.draws)]
        if self.symmetric:
            return ConformerBatch(graph, torch.from_numpy(positions), folds=self._symmetry(records, graph))
        return ConformerBatch(graph, torch.from_numpy(positions), torch.from_numpy(local))

    def _symmetry(self, records: Sequence[ConformerRecord], graph: GraphBatch) -> Tensor:
        symmetry = torch.ones(graph.torsions.shape[:2], dtype=torch.int64)
        for row, record in enumerate(records):
            symmetry[row, : record.graph.n_torsions] = torch.from_numpy(self._folds(record))
        return symmetry


class CollateTrajectories:
    """S trajectories of every molecule, uniformly and with replacement.

    Args:
        draws: S.
    """

    def __init__(self, draws: int) -> None:
        self.draws = draws
        self._lengths = functools.cache(_path_lengths)

    def __call__(self, records: Sequence[TrajectoryRecord], rng: np.random.Generator) -> TrajectoryBatch:
        graph = batch_graphs([record.graph for record in records], [self._lengths(record) for record in records])
        size, (n, m) = (len(records), self.draws), (graph.atoms.shape[1], graph.torsions.shape[1])
        template = np.zeros((*size, n, 3), dtype=np.float32)
        start = np.zeros((*size, m), dtype=np.float32)
        path = np.zeros((*size, records[0].intervals + 1, m), dtype=np.float32)
        for row, record in enumerate(records):
            chosen = rng.integers(len(record.start), size=self.draws)
            template[row, :, : record.graph.n_atoms] = record.molecule.positions[record.template[chosen]]
            start[row, :, : record.graph.n_torsions] = record.start[chosen]
            path[row, :, 1:, : record.graph.n_torsions] = record.path[chosen]
        return TrajectoryBatch(graph, *(torch.from_numpy(a) for a in (template, start, path)))


def with_torsions(records: Sequence[GraphRecord]) -> list[GraphRecord]:
    """The records that have a rotatable bond: there is nothing to learn from the others."""
    return [record for record in records if record.graph.n_torsions]


def _path_lengths(record: GraphRecord) -> np.ndarray:
    return shortest_paths(record.graph.bond_index, record.graph.n_atoms, LONGEST_PATH)


def _moved(batch: Any, device: torch.device | str) -> Any:
    values = {f.name: getattr(batch, f.name) for f in fields(batch)}
    return type(batch)(**{name: value if value is None else value.to(device) for name, value in values.items()})
