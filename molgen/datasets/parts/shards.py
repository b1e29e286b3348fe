"""Sets larger than memory: records that stay on disk, read a few parts at a time.

A :class:`ShardedRecords` replaces a list of records. A property of every record (its molecule, its
family) takes one pass over the parts, one in memory at a time. A stream draws from a few parts for a while, then from
the next ones (:meth:`ShardedRecords.opened`), so that no part is read for one record.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np

from molgen.datasets.parts.part_files import record_count, source_names
from molgen.errors import InputError

Record = TypeVar("Record")
Load = Callable[[Sequence[Path]], tuple[list[Any], list[str]]]
MIB = 2**20
_GOLDEN = (5**0.5 - 1) / 2


class PartReader(Generic[Record]):
    """The parts of a set, of which the ``most`` last used are kept in memory.

    Args:
        paths: part files.
        load: paths -> their records and the names of their sources.
    """

    def __init__(self, paths: Sequence[Path], load: Load, most: int) -> None:
        self.paths, self.load, self.most = list(paths), load, most
        self.counts = [record_count(path) for path in self.paths]
        self.values: dict[Callable[..., Any], list[Any]] = {}
        self._read: OrderedDict[int, list[Record]] = OrderedDict()

    def __getitem__(self, part: int) -> list[Record]:
        """The records of a part.

        Raises:
            InputError: it cannot be read, or does not have the number of records that it states.
        """
        if part in self._read:
            self._read.move_to_end(part)
            return self._read[part]
        while len(self._read) >= self.most:
            self._read.popitem(last=False)
        records = self.load([self.paths[part]])[0]
        if len(records) != self.counts[part]:
            raise InputError(f"has {len(records)} records but states {self.counts[part]}", source=self.paths[part])
        self._read[part] = records
        return records

    def value_of_all(self, function: Callable[[Record], Any]) -> list[Any]:
        """A function of every record, one part in memory at a time; cached."""
        if function not in self.values:
            self._read.clear()
            self.values[function] = [function(record) for path in self.paths for record in self.load([path])[0]]
        return self.values[function]


class ShardedRecords(Sequence[Record]):
    """Records of a set that stay on disk.

    Args:
        reader: of its parts.
        rows: int64 [N], indices of the records in the whole set; None: all.
        change: applied to a record when it is read.
    """

    def __init__(
        self,
        reader: PartReader[Any],
        rows: np.ndarray | None = None,
        change: Callable[[Any], Record] | None = None,
    ) -> None:
        self.reader, self.change = reader, change
        self.begins = np.cumsum([0, *reader.counts])
        self.rows = np.arange(self.begins[-1]) if rows is None else rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> ShardedRecords[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | ShardedRecords[Record]:
        if isinstance(index, slice):
            return self.select(np.arange(len(self))[index])
        row = self.rows[index]
        part = int(np.searchsorted(self.begins, row, side="right")) - 1
        record = self.reader[part][row - self.begins[part]]
        return record if self.change is None else self.change(record)

    def select(self, indices: np.ndarray) -> ShardedRecords[Record]:
        """A subset of the records."""
        return ShardedRecords(self.reader, self.rows[indices], self.change)

    def changed(self, change: Callable[[Record], Any]) -> ShardedRecords[Any]:
        """The records after a change that keeps their molecule and family."""
        before = self.change
        return ShardedRecords(
            self.reader, self.rows, change if before is None else lambda record: change(before(record))
        )

    def opened(self, number: int, seed: int, weights: np.ndarray | None = None) -> OpenedParts[Record]:
        """The records of the ``number``-th stretch of a stream: as many parts as there is memory for.

        A part comes as often as its records weigh, so that over all stretches a record is drawn by its weight. Parts
        are taken along a golden-ratio sequence, which comes to all of them soon.

        Args:
            weights: of the records, [N]; None: all alike.
        """
        weights = np.ones(len(self)) if weights is None else weights
        parts = np.searchsorted(self.begins, self.rows, side="right") - 1
        totals = np.bincount(parts, weights, minlength=len(self.reader.paths))
        rng = np.random.default_rng((seed, len(self)))
        order, begin = rng.permutation(len(totals)), rng.random()
        ends = np.cumsum(totals[order])
        places = (begin + _GOLDEN * np.arange(number * self.reader.most, (number + 1) * self.reader.most)) % 1.0
        chosen = order[np.searchsorted(ends, places * ends[-1], side="right").clip(max=len(order) - 1)]
        rows = {part: np.flatnonzero(parts == part) for part in chosen.tolist()}
        shares = {part: weights[own] / weights[own].sum() for part, own in rows.items()}
        return OpenedParts(self, [(rows[part], shares[part]) for part in chosen.tolist()])


@dataclass(frozen=True)
class OpenedParts(Generic[Record]):
    """The records of some parts.

    Attributes:
        records: of the set.
        parts: of each part the indices of its records, and their probabilities within it.
    """

    records: ShardedRecords[Record]
    parts: list[tuple[np.ndarray, np.ndarray]]

    def draw(self, rng: np.random.Generator) -> Record:
        """One record."""
        rows, shares = self.parts[int(rng.integers(len(self.parts)))]
        return self.records[int(rng.choice(rows, p=shares))]


def load_sets(sets: Sequence[Sequence[Path]], load: Load, memory: float) -> list[tuple[Sequence[Any], list[str]]]:
    """The records of several sets and the names of their sources; read by parts where they are larger than ``memory``.

    Args:
        sets: the part files of each.
        load: of this kind of set.
        memory: MiB of files that may be in memory, of all sets together.

    Raises:
        InputError: a file is missing, damaged or of another kind.
    """
    sizes = [[path.stat().st_size / MIB if path.exists() else 0.0 for path in paths] for paths in sets]
    if sum(map(sum, sizes)) <= memory:
        return [load(paths) for paths in sets]
    most = [max(1, int(memory / len(sets) / max(max(size), 1e-6))) for size in sizes]
    readers = [PartReader(paths, load, count) for paths, count in zip(sets, most, strict=True)]
    return [(ShardedRecords(reader), source_names(reader.paths)) for reader in readers]


def values_of(records: Sequence[Record], function: Callable[[Record], Any]) -> list[Any]:
    """A function of every record that does not depend on changes of it."""
    if not isinstance(records, ShardedRecords):
        return [function(record) for record in records]
    values = records.reader.value_of_all(function)
    return [values[row] for row in records.rows]


def select_records(records: Sequence[Record], wanted: Sequence[bool]) -> Sequence[Record]:
    """The records where ``wanted`` is True; those on disk stay there."""
    if isinstance(records, ShardedRecords):
        return records.select(np.flatnonzero(wanted))
    return [record for record, keep in zip(records, wanted, strict=True) if keep]


def in_memory(records: Sequence[Record]) -> list[Record]:
    """A list of the records that does not keep their parts in memory."""
    return [deepcopy(record) for record in records] if isinstance(records, ShardedRecords) else list(records)


def changed(records: Sequence[Record], change: Callable[[Record], Any]) -> Sequence[Any]:
    """All records after a change."""
    return records.changed(change) if isinstance(records, ShardedRecords) else [change(record) for record in records]
