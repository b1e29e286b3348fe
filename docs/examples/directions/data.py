"""The prepared set and the stream of batches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from molgen.datasets.batch_numbers import batch_numbers
from molgen.datasets.parts.part_files import PartFormat, find_parts, read_part

FORMAT = PartFormat("directions-1", "set of directions")


def load_directions(path: str | Path) -> Tensor:
    """Unit vectors [n, 3] of a prepared set."""
    parts = [read_part(part, FORMAT)[0]["vectors"] for part in find_parts(path)]
    return torch.from_numpy(np.concatenate(parts))


class DirectionStream(torch.utils.data.IterableDataset):
    """Endless batches [batch, 3]; a batch depends on the seed and its number alone, so that a run can be resumed."""

    def __init__(
        self, vectors: Tensor, batch: int, seed: int, start: int = 0, rank: int = 0, world_size: int = 1
    ) -> None:
        super().__init__()
        self.vectors, self.batch, self.seed = vectors, batch, seed
        self.numbers = partial(batch_numbers, start, rank, world_size)

    def __iter__(self) -> Iterator[Tensor]:
        for number in self.numbers():
            rows = np.random.default_rng((self.seed, number)).integers(len(self.vectors), size=self.batch)
            yield self.vectors[rows]
