"""Work on a stream of inputs by several processes, with the results in the order of the inputs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from molgen.worker_pool import Ended

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 4
"""Inputs for each process that wait or whose results do."""


def in_order(
    job: Callable[[Item], Result], items: Iterable[Item], workers: int, lost: Callable[[Item, str], Result]
) -> Iterator[Result]:
    """``job(item)`` of every item, in their order.

    Args:
        job: pickled, and so are its items and results; what it raises ends the whole.
        items: drawn as they are needed.
        workers: processes; with one, the work is done in this one. They start anew, so that a script needs the usual
            ``if __name__ == "__main__":``.
        lost: what stands for the result of an item whose process died, and why it did.
    """
    if workers == 1:
        yield from map(job, items)
        return
    from molgen.worker_pool import WorkerPool  # which needs pebble; one process does not

    numbered, results, following = enumerate(items), {}, 0
    work = partial(_numbered, job)
    preload = ("molgen.conformers.generate",)
    with WorkerPool(work, workers, method="forkserver", preload=preload) as pool:
        for item in islice(numbered, _AHEAD * workers):
            pool.submit(item)
        while pool.running:
            for ended in pool.ended():
                number, result = _result(ended, lost)
                results[number] = result
            while following in results:
                yield results.pop(following)
                following += 1
                for item in islice(numbered, 1):
                    pool.submit(item)


def tracked(results: Iterator[Result], total: int | None) -> Iterator[Result]:
    """The results, with a bar on stderr (or in the notebook) while they come.

    Args:
        results: any.
        total: how many there will be; None if that is not known.
    """
    from rich.console import Console
    from rich.progress import track

    yield from track(results, "molecules", total=total, console=Console(file=sys.stderr))


def _numbered(job: Callable[[Item], Result], item: tuple[int, Item]) -> tuple[int, Result]:
    return item[0], job(item[1])


def _result(
    ended: Ended[tuple[int, Item], tuple[int, Result]], lost: Callable[[Item, str], Result]
) -> tuple[int, Result]:
    if ended.result is not None:
        return ended.result
    number, item = ended.item
    return number, lost(item, f"its process died ({ended.lost})")
