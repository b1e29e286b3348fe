"""Batches for training from prepared conformers; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.records import shortest_paths
from molgen.conformers.store import Entry
from molgen.errors import InputError
from molgen.graphs.batch import LONGEST_PATH, GraphBatch, batch_graphs

POOL = 8
"""Batches drawn together and sorted by size, so that a batch holds molecules of similar size."""


@dataclass(frozen=True)
class ConformerBatch:
    """B molecules with S drawn conformers each.

    Attributes:
        graph: the padded graphs.
        positions: float32 [B, S, n, 3], Angstrom.
    """

    graph: GraphBatch
    positions: Tensor

    def to(self, device: torch.device | str) -> ConformerBatch:
        return ConformerBatch(self.graph.to(device), self.positions.to(device))


class MixtureDataset(torch.utils.data.IterableDataset):
    """An endless stream of batches: a source by its share, a molecule uniformly, S conformers by weight.

    Args:
        sources: entries of each source; molecules without rotatable bonds are passed over.
        shares: relative number of molecules drawn from each source.
        batch: molecules per batch; draws: conformers S per molecule (with replacement).
        seed: same seed, same stream, whatever the number of steps taken before (see ``start``).
        start: batches of the stream to leave out; a resumed run goes on where it was.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[Entry]],
        shares: Sequence[float],
        batch: int,
        draws: int,
        seed: int,
        start: int = 0,
    ) -> None:
        super().__init__()
        self.sources = [[e for e in entries if e.graph.n_torsions] for entries in sources]
        if not all(self.sources):
            raise InputError("a training source holds no molecule with a rotatable bond")
        total = float(sum(shares))
        self.shares = [share / total for share in shares]
        self.batch, self.draws, self.seed, self.start = batch, draws, seed, start
        self._lengths: dict[int, np.ndarray] = {}

    def __iter__(self) -> Iterator[ConformerBatch]:
        pool, done = divmod(self.start, POOL)
        while True:
            rng = np.random.default_rng((self.seed, pool))
            yield from self._pool(rng)[done:]
            pool, done = pool + 1, 0

    def _pool(self, rng: np.random.Generator) -> list[ConformerBatch]:
        picks = rng.choice(len(self.sources), size=POOL * self.batch, p=self.shares)
        entries = [self.sources[k][rng.integers(len(self.sources[k]))] for k in picks]
        entries.sort(key=lambda e: e.graph.n_atoms)
        groups = [entries[i : i + self.batch] for i in range(0, len(entries), self.batch)]
        return [self._collate(groups[i], rng) for i in rng.permutation(len(groups))]

    def _collate(self, entries: list[Entry], rng: np.random.Generator) -> ConformerBatch:
        graph = batch_graphs([e.graph for e in entries], [self._length(e) for e in entries])
        positions = np.zeros((len(entries), self.draws, graph.atoms.shape[1], 3), dtype=np.float32)
        for row, entry in enumerate(entries):
            weights = entry.weights.astype(np.float64)
            chosen = rng.choice(len(weights), size=self.draws, p=weights / weights.sum())
            positions[row, :, : entry.graph.n_atoms] = entry.positions[chosen]
        return ConformerBatch(graph, torch.from_numpy(positions))

    def _length(self, entry: Entry) -> np.ndarray:
        key = id(entry)
        if key not in self._lengths:
            self._lengths[key] = shortest_paths(entry.graph.bond_index, entry.graph.n_atoms, LONGEST_PATH)
        return self._lengths[key]
