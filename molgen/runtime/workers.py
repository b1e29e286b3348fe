"""Work spread over processes: one that dies is noticed and its work done again, and an interrupt ends them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from molgen.errors import WorkerError
from molgen.runtime.worker_pool import WorkerPool

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_processes(
    job: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    *,
    name: Callable[[Item], str] = str,
    begin: Callable[[], object] | None = None,
) -> Iterator[Result]:
    """Results of ``job(item)`` in the order in which they are finished; with one worker in this process.

    An item whose process dies (the kernel kills a process when memory runs out) is done again, alone, after the others.

    Args:
        job: what it raises ends the whole; its results are pickled.
        items: drawn as they are needed.
        workers: processes, forked from this one.
        name: of an item, for the error.
        begin: called first in every process.

    Raises:
        WorkerError: the process of an item died twice.
    """
    if workers <= 1:
        yield from map(job, items)
        return
    todo, lost = iter(items), []
    first = list(islice(todo, workers))
    with WorkerPool(job, max(len(first), 1), begin=begin) as pool:
        for item in first:
            pool.submit(item)
        while pool.running:
            for ended in pool.ended():
                for item in islice(todo, 1):
                    pool.submit(item)
                if ended.lost is None:
                    yield ended.result  # type: ignore[misc]
                else:
                    lost.append(ended.item)
        for item in lost:
            yield _again(pool, item, name)


def _again(pool: WorkerPool[Item, Result], item: Item, name: Callable[[Item], str]) -> Result:
    pool.submit(item)
    while not (ended := pool.ended()):
        pass
    if ended[0].lost is not None:
        raise WorkerError(f"its process died twice ({ended[0].lost}); out of memory?", source=name(item))
    return ended[0].result  # type: ignore[return-value]
