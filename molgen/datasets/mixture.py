"""The stream of training batches of every model: an endless mixture of prepared sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.batch_numbers import batch_numbers
from molgen.datasets.held_back import cluster_of
from molgen.datasets.parts.shards import OpenedParts, ShardedRecords, values_of
from molgen.errors import InputError

POOL = 8
"""Batches drawn together and sorted by size, so that a batch holds molecules of similar size."""

STRETCH = 32
"""Pools for which the same parts of a set that is larger than memory stay open."""


class GraphRecord(Protocol):
    """A record with a molecular graph."""

    @property
    def graph(self) -> MoleculeGraph: ...


class ClusteredRecord(Protocol):
    """A record with a sequence cluster."""

    @property
    def cluster(self) -> str: ...


Collate = Callable[[Sequence[Any], np.random.Generator], Any]
"""(records of a batch, generator of the random augmentation) -> the batch."""


@dataclass(frozen=True)
class MixtureSource:
    """One of the sets.

    Attributes:
        records: of the set.
        share: relative number of records drawn from it.
        weights: probability of each record, [len(records)]; None: all alike.
    """

    records: Sequence[GraphRecord]
    share: float = 1.0
    weights: np.ndarray | None = None

    def draw(self, rng: np.random.Generator) -> GraphRecord:
        """One record."""
        count = len(self.records)
        return self.records[int(rng.integers(count) if self.weights is None else rng.choice(count, p=self.weights))]

    def opened(self, stretch: int, seed: int) -> MixtureSource | OpenedParts[Any]:
        """The records that a stretch of the stream draws from: all, or those of some parts of a set on disk."""
        if isinstance(self.records, ShardedRecords):
            return self.records.opened(stretch, seed, self.weights)
        return self


class MixtureDataset(torch.utils.data.IterableDataset):
    """An endless stream of batches: for every row a source by its share, then a record of it by its weight.

    A batch depends on the seed and its number alone, not on the batches before it: a resumed run goes on exactly, and
    the workers of a `DataLoader` (with ``batch_size=None``), or several ranks, share the stream out without drawing
    any batch twice. With workers the batches come in the same order as without.

    Args:
        sources: the sets.
        batch: records per batch.
        collate: makes a batch of records.
        seed: same seed, same stream.
        start: batches to leave out, of this rank; a resumed run begins after the steps behind it.
        pool: so many batches are drawn together and sorted by size.
        rank, world_size: this process among those that train together; every ``world_size``-th batch is its own.

    Raises:
        InputError: a source is empty.
    """

    def __init__(
        self,
        sources: Sequence[MixtureSource],
        batch: int,
        collate: Collate,
        *,
        seed: int,
        start: int = 0,
        pool: int = POOL,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        super().__init__()
        if not all(len(source.records) for source in sources):
            raise InputError("a training source holds nothing to train on")
        self.sources = list(sources)
        total = float(sum(source.share for source in sources))
        self.shares = [source.share / total for source in sources]
        self.batch, self.collate, self.seed, self.start = batch, collate, seed, start
        self.pool, self.rank, self.world_size = pool, rank, world_size

    def __iter__(self) -> Iterator[Any]:
        drawn, groups = -1, []
        for number in batch_numbers(self.start, self.rank, self.world_size):
            pool, row = divmod(number, self.pool)
            if pool != drawn:
                drawn, groups = pool, self._groups(pool)
            index, records = groups[row]
            yield self.collate(records, np.random.default_rng((self.seed, pool, index)))

    def _groups(self, pool: int) -> list[tuple[int, list[GraphRecord]]]:
        """The records of every batch of one pool, with their place in the order of sizes; in random order."""
        rng = np.random.default_rng((self.seed, pool))
        sources = [source.opened(pool // STRETCH, self.seed) for source in self.sources]
        picks = rng.choice(len(self.sources), size=self.pool * self.batch, p=self.shares)
        records = [sources[k].draw(rng) for k in picks]
        records.sort(key=lambda record: record.graph.n_atoms)
        groups = [records[k : k + self.batch] for k in range(0, len(records), self.batch)]
        return [(int(k), groups[k]) for k in rng.permutation(len(groups))]


def cluster_weights(records: Sequence[ClusteredRecord]) -> np.ndarray:
    """Probability of each record: its cluster's number of records to the power of -1/2."""
    names = values_of(records, cluster_of)
    _, index, counts = np.unique(names, return_inverse=True, return_counts=True)
    weights = counts[index] ** -0.5
    return weights / weights.sum()
