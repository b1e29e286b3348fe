"""Batches for training from prepared conformers or trajectories; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths
from molgen.datasets.conformers import Entry
from molgen.datasets.trajectories import Trajectories
from molgen.errors import InputError
from molgen.graphs.batch import LONGEST_PATH, GraphBatch, batch_graphs
from molgen.models.torsion_flow.torsion_symmetry import folds

POOL = 8
"""Batches drawn together and sorted by size, so that a batch holds molecules of similar size."""


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


class Molecule(Protocol):
    """What batches are made of."""

    @property
    def graph(self) -> MoleculeGraph: ...


Collate = Callable[[Sequence[Any], GraphBatch, int, np.random.Generator], Any]


class MixtureDataset(torch.utils.data.IterableDataset):
    """An endless stream of batches: a source by its share, a molecule uniformly, S draws of it as ``collate`` says.

    Args:
        sources: molecules of each source; those without rotatable bonds are passed over.
        shares: relative number of molecules drawn from each source.
        batch: molecules per batch; draws: S.
        seed: same seed, same stream, whatever the number of steps taken before (see ``start``).
        start: batches of the stream to leave out; a resumed run goes on where it was.
        collate: (molecules, their padded graphs, S, rng) -> batch; default: conformers by weight, with replacement.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[Molecule]],
        shares: Sequence[float],
        batch: int,
        draws: int,
        seed: int,
        start: int = 0,
        collate: Collate | None = None,
    ) -> None:
        super().__init__()
        self.sources = [[e for e in entries if e.graph.n_torsions] for entries in sources]
        if not all(self.sources):
            raise InputError("a training source holds no molecule with a rotatable bond")
        total = float(sum(shares))
        self.shares = [share / total for share in shares]
        self.batch, self.draws, self.seed, self.start = batch, draws, seed, start
        self.collate: Collate = collate or draw_conformers
        self._lengths: dict[int, np.ndarray] = {}

    def __iter__(self) -> Iterator[Any]:
        pool, done = divmod(self.start, POOL)
        while True:
            rng = np.random.default_rng((self.seed, pool))
            yield from self._pool(rng)[done:]
            pool, done = pool + 1, 0

    def _pool(self, rng: np.random.Generator) -> list[Any]:
        picks = rng.choice(len(self.sources), size=POOL * self.batch, p=self.shares)
        entries = [self.sources[k][rng.integers(len(self.sources[k]))] for k in picks]
        entries.sort(key=lambda e: e.graph.n_atoms)
        groups = [entries[i : i + self.batch] for i in range(0, len(entries), self.batch)]
        return [self._batch(groups[i], rng) for i in rng.permutation(len(groups))]

    def _batch(self, entries: list[Molecule], rng: np.random.Generator) -> Any:
        graph = batch_graphs([e.graph for e in entries], [self._length(e) for e in entries])
        return self.collate(entries, graph, self.draws, rng)

    def _length(self, entry: Molecule) -> np.ndarray:
        key = id(entry)
        if key not in self._lengths:
            self._lengths[key] = shortest_paths(entry.graph.bond_index, entry.graph.n_atoms, LONGEST_PATH)
        return self._lengths[key]


def draw_conformers(
    entries: Sequence[Entry], graph: GraphBatch, draws: int, rng: np.random.Generator
) -> ConformerBatch:
    """S conformers of every molecule, by weight and with replacement, and as many template conformers, uniformly.

    Bond angles tell the torsions that they were relaxed at. A network that has only seen both together reads the
    torsions off the template conformer, and in sampling finds those of the template again; hence the independent draws.
    """
    positions = np.zeros((len(entries), draws, graph.atoms.shape[1], 3), dtype=np.float32)
    local = np.zeros_like(positions)
    for row, entry in enumerate(entries):
        weights = entry.weights.astype(np.float64)
        chosen = rng.choice(len(weights), size=draws, p=weights / weights.sum())
        positions[row, :, : entry.graph.n_atoms] = entry.positions[chosen]
        local[row, :, : entry.graph.n_atoms] = entry.positions[rng.integers(len(weights), size=draws)]
    return ConformerBatch(graph, torch.from_numpy(positions), torch.from_numpy(local))


class DrawSymmetricConformers:
    """:func:`draw_conformers` with the symmetry of the torsions, found once per molecule."""

    def __init__(self) -> None:
        self._known: dict[int, np.ndarray] = {}

    def __call__(
        self, entries: Sequence[Entry], graph: GraphBatch, draws: int, rng: np.random.Generator
    ) -> ConformerBatch:
        found = torch.ones(graph.torsions.shape[:2], dtype=torch.int64)
        for row, entry in enumerate(entries):
            if id(entry) not in self._known:
                self._known[id(entry)] = folds(entry)
            found[row, : entry.graph.n_torsions] = torch.from_numpy(self._known[id(entry)])
        return replace(draw_conformers(entries, graph, draws, rng), local=None, folds=found)


def draw_trajectories(
    records: Sequence[Trajectories], graph: GraphBatch, draws: int, rng: np.random.Generator
) -> TrajectoryBatch:
    """S trajectories of every molecule, uniformly and with replacement."""
    size, (n, m) = len(records), (graph.atoms.shape[1], graph.torsions.shape[1])
    template = np.zeros((size, draws, n, 3), dtype=np.float32)
    start = np.zeros((size, draws, m), dtype=np.float32)
    path = np.zeros((size, draws, records[0].intervals + 1, m), dtype=np.float32)
    for row, record in enumerate(records):
        chosen = rng.integers(len(record.start), size=draws)
        template[row, :, : record.graph.n_atoms] = record.entry.positions[record.template[chosen]]
        start[row, :, : record.graph.n_torsions] = record.start[chosen]
        path[row, :, 1:, : record.graph.n_torsions] = record.path[chosen]
    return TrajectoryBatch(graph, *(torch.from_numpy(a) for a in (template, start, path)))


def _moved(batch: Any, device: torch.device | str) -> Any:
    values = {f.name: getattr(batch, f.name) for f in fields(batch)}
    return type(batch)(**{name: value if value is None else value.to(device) for name, value in values.items()})
