"""The loop that drives a run: read ahead a little, keep the workers busy, write shards in order.

Memory does not grow with the library: at most `AHEAD` shards of inputs are held; results wait in the journal.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from molgen.errors import MolgenError
from molgen.screening.engines.engine import Engine, Finished
from molgen.screening.library import LibraryInput
from molgen.screening.store.progress import ProgressFile
from molgen.screening.store.shards import EarlierShards, ShardRow, shard_path, write_shard
from molgen.screening.store.state import State
from molgen.screening.work import MoleculeResult, MoleculeTask, Work

AHEAD = 3
"""Shards of inputs in memory."""
MOST_LOST = 20
"""Molecules in a row whose worker was lost before the run gives up."""
_PATIENCE = 1.0


@dataclass
class _Shard:
    """Inputs whose results are not all there.

    Attributes:
        number: of the shard.
        items: its inputs.
        missing: molecules that have no result yet.
        firsts: molecule -> row, for those that no earlier shard has.
        repeats: molecule -> how many of the inputs are this one.
    """

    number: int
    items: list[LibraryInput]
    missing: set[bytes] = field(default_factory=set)
    firsts: dict[bytes, int] = field(default_factory=dict)
    repeats: Counter[bytes | None] = field(init=False)

    def __post_init__(self) -> None:
        self.repeats = Counter(item.key for item in self.items)


class Driver:
    """One run over a library.

    Args:
        folder: of the run, prepared.
        items: inputs from the first one that no committed shard holds.
        work, engine: what is done, and where.
        state: of the run.
        size: inputs per shard.
        progress: is told of every result.
        retries: how often a molecule whose worker was lost is tried again.
    """

    def __init__(
        self,
        folder: Path,
        items: Iterator[LibraryInput],
        work: Work,
        engine: Engine,
        state: State,
        size: int,
        progress: ProgressFile,
        retries: int,
    ) -> None:
        self._folder, self._items, self._work, self._engine = folder, items, work, engine
        self._state, self._size, self._progress, self._retries = state, size, progress, retries
        self._next = state.finished_shards()
        self._earlier = EarlierShards(folder, work.columns)
        self._open: deque[_Shard] = deque()
        self._todo: deque[MoleculeTask] = deque()
        self._running = 0
        self._tries: dict[bytes, int] = {}
        self._lost_in_a_row = 0

    def run(self) -> None:
        """Work until every input has its row.

        Raises:
            MolgenError: the input ends with an error of its own, or no worker can do the work.
        """
        while self._read_ahead() or self._open:
            self._submit()
            if self._running:
                self._take(self._engine.finished(_PATIENCE))
            self._write_whole_shards()

    def _read_ahead(self) -> bool:
        """Open shards until `AHEAD` are; False once the input is at its end."""
        while len(self._open) < AHEAD:
            items = list(islice(self._items, self._size))
            if not items:
                return False
            self._open.append(self._opened(items))
        return True

    def _opened(self, items: list[LibraryInput]) -> _Shard:
        shard = _Shard(self._next, items)
        self._next += 1
        pending = {key for other in self._open for key in other.missing}
        elsewhere = {key for other in self._open for key in other.firsts}
        tasks = []
        for row, item in enumerate(items):
            key = item.key
            if key is None or key in shard.firsts or self._state.place(key) is not None:
                continue
            if key in elsewhere:
                shard.missing |= {key} & pending
                continue
            shard.firsts[key] = row
            if not self._state.has(key):
                shard.missing.add(key)
                tasks.append(MoleculeTask(key, item.task_smiles, item.size))
        self._todo.extend(sorted(tasks, key=lambda task: -task.size))  # the longest first: they must not come last
        self._count(shard)
        return shard

    def _count(self, shard: _Shard) -> None:
        """Inputs that need no worker count as done from the start."""
        known = [item for item in shard.items if item.key not in shard.missing]
        failed = sum(item.error is not None for item in known)
        self._progress.add(len(known), failed, len(shard.items) - failed - len(shard.firsts))

    def _submit(self) -> None:
        slots = self._engine.slots() if self._todo else 0
        while self._todo and self._running < slots:
            self._engine.submit(self._todo.popleft())
            self._running += 1

    def _take(self, ended: list[Finished]) -> None:
        results = []
        for finished in ended:
            self._running -= 1
            result = self._result(finished)
            if result is not None:
                results.append((finished.task.key, result))
        self._state.write(results)
        for key, result in results:
            for shard in self._open:
                if key in shard.missing:
                    shard.missing.discard(key)
                    inputs = shard.repeats[key]
                    self._progress.add(inputs, inputs * (result.error is not None))

    def _result(self, ended: Finished) -> MoleculeResult | None:
        """The result of a molecule; None if it is tried again."""
        if ended.result is not None:
            self._lost_in_a_row = 0
            return ended.result
        self._lost_in_a_row += not ended.final
        if self._lost_in_a_row >= MOST_LOST:
            raise MolgenError(
                f"{MOST_LOST} workers were lost in a row, the last because {ended.lost}; is there too little memory?"
            )
        tries = self._tries.get(ended.task.key, 0)
        if not ended.final and tries < self._retries:
            self._tries[ended.task.key] = tries + 1
            self._todo.appendleft(ended.task)
            return None
        self._tries.pop(ended.task.key, None)
        return MoleculeResult(ended.lost or "its worker was lost", 0.0)

    def _write_whole_shards(self) -> None:
        while self._open and not self._open[0].missing:
            self._write(self._open.popleft())

    def _write(self, shard: _Shard) -> None:
        rows = [self._row(shard, row, item) for row, item in enumerate(shard.items)]
        write_shard(shard_path(self._folder, shard.number), rows, self._work.columns)
        failed = sum(row.result.error is not None for row in rows)
        duplicates = sum(row.duplicate_of is not None for row in rows)
        self._state.commit(shard.number, list(shard.firsts.items()), (len(rows), failed, duplicates), shard.firsts)

    def _row(self, shard: _Shard, row: int, item: LibraryInput) -> ShardRow:
        key = item.key
        if key is None:
            return ShardRow(item, None, MoleculeResult(item.error, 0.0))
        if key in shard.firsts:
            first = shard.items[shard.firsts[key]].index
            return ShardRow(item, None if shard.firsts[key] == row else first, self._state.read(key))
        address = self._state.place(key)
        if address is None:
            raise RuntimeError(f"input {item.index} repeats a molecule that no shard has")
        return ShardRow(item, *self._earlier.result(*address))
