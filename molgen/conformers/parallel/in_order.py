"""Work on a stream of inputs by several processes, with the results in the order of the inputs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from molgen.runtime.worker_pool import WorkerPool

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 2
"""Blocks per process that are queued or whose results wait."""


def in_order(
    job: Callable[[list[Item]], list[Result]],
    blocks: Iterable[list[Item]],
    workers: int,
    lost: Callable[[Item, str], Result],
) -> Iterator[Result]:
    """The results of ``job(block)`` of every block, in their order.

    Args:
        job: the results of a block, in the order of its items; pickled, and so are items and results. An exception
            ends the run.
        blocks: of items that go together; drawn as they are needed.
        workers: processes; with one, the work is done in this one. A script needs ``if __name__ == "__main__":`` only
            where ``job`` is defined in it.
        lost: (item, reason) -> the result of an item whose process died when it was alone. Where a process dies over a
            block, its items are tried one by one.
    """
    if workers == 1:
        for block in blocks:
            yield from job(block)
        return
    from molgen.runtime.worker_pool import WorkerPool  # which needs pebble; one process does not

    waiting = ([_Part(number, 0, block)] for number, block in enumerate(blocks))
    parts: dict[int, list[list[Result] | None]] = {}
    following = 0
    with WorkerPool(partial(_done, job), workers, method="forkserver", preload=("molgen.conformers.generate",)) as pool:
        for block in islice(waiting, _AHEAD * workers):
            _submit(pool, block, parts)
        while pool.running:
            for ended in pool.ended():
                part = ended.item
                if ended.result is None and len(part.items) > 1:
                    _submit(pool, [_Part(part.number, k, [item]) for k, item in enumerate(part.items)], parts)
                    continue
                why = f"its process died ({ended.lost})"
                result = [lost(part.items[0], why)] if ended.result is None else ended.result
                parts[part.number][part.place] = result
            while all(result is not None for result in parts.get(following, [None])):
                for result in parts.pop(following):
                    yield from result or ()
                following += 1
                for block in islice(waiting, 1):
                    _submit(pool, block, parts)


@dataclass(frozen=True)
class _Part(Generic[Item]):
    """Items that a process is given: a whole block, or one of a block."""

    number: int
    place: int
    items: list[Item]


def _submit(pool: WorkerPool, parts: list[_Part[Item]], results: dict[int, list[list[Result] | None]]) -> None:
    results[parts[0].number] = [None] * len(parts)
    for part in parts:
        pool.submit(part)


def _done(job: Callable[[list[Item]], list[Result]], part: _Part[Item]) -> list[Result]:
    return job(part.items)


def tracked(results: Iterator[Result], total: int | None) -> Iterator[Result]:
    """The results, with a bar on stderr (or in the notebook) while they come.

    Args:
        results: any.
        total: how many there will be; None if that is not known.
    """
    from rich.console import Console
    from rich.progress import track

    yield from track(results, "molecules", total=total, console=Console(file=sys.stderr))
