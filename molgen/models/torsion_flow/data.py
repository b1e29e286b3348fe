"""Batches for training from prepared conformers or trajectories; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from molgen import graphs
from molgen.chem.features.molecule_graph import shortest_paths
from molgen.datasets.mixture import GraphRecord
from molgen.datasets.parts.remembered import remembered
from molgen.datasets.parts.shards import select_records, values_of
from molgen.datasets.records.conformers import ConformerRecord
from molgen.datasets.records.trajectories import TrajectoryRecord
from molgen.graphs.batch import LONGEST_PATH, GraphBatch
from molgen.graphs.padding import pad_molecules, pad_samples
from molgen.graphs.ragged import pad
from molgen.graphs.tensor_record import TensorRecord
from molgen.models.torsion_flow.torsion_symmetry import folds

if TYPE_CHECKING:
    from molgen.graphs import MoleculeData


@dataclass(frozen=True)
class ConformerBatch(TensorRecord):
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

    @classmethod
    def padded(cls, batch: MoleculeData) -> ConformerBatch:
        """What :class:`CollateConformers` has drawn, laid out for the kernels."""
        graph, template, symmetry = pad_molecules(batch), batch.get("template"), batch.get("folds")
        return cls(
            graph,
            pad_samples(batch["pos"], graph.atom_mask),
            None if template is None else pad_samples(template, graph.atom_mask),
            None if symmetry is None else pad(symmetry, graph.torsion_mask, 1),
        )


@dataclass(frozen=True)
class TrajectoryBatch(TensorRecord):
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

    @classmethod
    def padded(cls, batch: MoleculeData) -> TrajectoryBatch:
        """What :class:`CollateTrajectories` has drawn, laid out for the kernels."""
        graph = pad_molecules(batch)
        template, start = pad_samples(batch.template, graph.atom_mask), pad_samples(batch.start, graph.torsion_mask)
        return cls(graph, template, start, pad_samples(batch.path, graph.torsion_mask).transpose(2, 3))


class CollateConformers:
    """S conformers of every molecule, by weight and with replacement, and as many template conformers, uniformly.

    Bond angles tell the torsions that they were minimized at. A network that has only seen both together reads the
    torsions off the template conformer, and in sampling finds those of the template again; hence the independent draws.
    Batches are of :class:`MoleculeData` with the conformers as `pos` and the template conformers as `template`,
    float32 [n, S, 3], or the symmetry of the torsions as `folds`, int64 [m].

    Args:
        draws: S.
        symmetric: add the symmetry of the torsions in place of the template conformers.
    """

    def __init__(self, draws: int, *, symmetric: bool = False) -> None:
        self.draws, self.symmetric = draws, symmetric
        self._lengths, self._folds = remembered(_path_lengths), remembered(folds)

    def __call__(self, records: Sequence[ConformerRecord], rng: np.random.Generator) -> MoleculeData:
        conformers, templates = zip(*(self._drawn(record, rng) for record in records), strict=True)
        return graphs.batch_molecules(
            [record.graph for record in records],
            [self._lengths(record) for record in records],
            atoms={"pos": conformers} if self.symmetric else {"pos": conformers, "template": templates},
            torsions={"folds": [self._folds(record) for record in records]} if self.symmetric else {},
        )

    def _drawn(self, record: ConformerRecord, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        weights = record.weights.astype(np.float64)
        chosen = rng.choice(len(weights), size=self.draws, p=weights / weights.sum())
        return _samples(record, chosen), _samples(record, rng.integers(len(weights), size=self.draws))


class CollateTrajectories:
    """S trajectories of every molecule, uniformly and with replacement.

    Batches are of :class:`MoleculeData` with `template`, float32 [n, S, 3], `start`, [m, S], and `path`, [m, S, P + 1].

    Args:
        draws: S.
    """

    def __init__(self, draws: int) -> None:
        self.draws = draws
        self._lengths = remembered(_path_lengths)

    def __call__(self, records: Sequence[TrajectoryRecord], rng: np.random.Generator) -> MoleculeData:
        drawn = [(record, rng.integers(len(record.start), size=self.draws)) for record in records]
        paths = [np.pad(record.path[chosen], ((0, 0), (1, 0), (0, 0))) for record, chosen in drawn]
        return graphs.batch_molecules(
            [record.graph for record in records],
            [self._lengths(record) for record in records],
            atoms={"template": [_samples(record.molecule, record.template[chosen]) for record, chosen in drawn]},
            torsions={
                "start": [record.start[chosen].astype(np.float32).T for record, chosen in drawn],
                "path": [path.astype(np.float32).transpose(2, 0, 1) for path in paths],
            },
        )


def with_torsions(records: Sequence[GraphRecord]) -> Sequence[GraphRecord]:
    """The records that have a rotatable bond: there is nothing to learn from the others."""
    return select_records(records, values_of(records, _n_torsions))


def _n_torsions(record: GraphRecord) -> int:
    return record.graph.n_torsions


def _path_lengths(record: GraphRecord) -> np.ndarray:
    return shortest_paths(record.graph.bond_index, record.graph.n_atoms, LONGEST_PATH)


def _samples(record: ConformerRecord, chosen: np.ndarray) -> np.ndarray:
    """Some of the conformers, float32 [n, S, 3]."""
    return record.positions[chosen].astype(np.float32).transpose(1, 0, 2)
