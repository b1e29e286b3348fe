"""A stream of inputs in batches, whose molecules are computed together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TypeVar

from rdkit import rdBase

from molgen.conformers.batching.meeting import run_together
from molgen.runtime.threads import one_thread
from molgen.sampling.guards import notes_by_thread

Item = TypeVar("Item")
Result = TypeVar("Result")
AT_ONCE, IN_A_PROCESS = 64, 16
"""Molecules per batch; fewer where several processes work, so that all end at about the same time."""


def growing_batches(items: Iterable[Item], most: int = AT_ONCE) -> Iterator[list[Item]]:
    """The items in batches of 1, 4, 16 ... and then of ``most``, so that first results come soon."""
    stream, size = iter(items), 1
    while batch := list(islice(stream, size)):
        yield batch
        size = min(4 * size, most)


@one_thread()
def batch_results(work: Callable[[Item], Iterable[Result]], batch: list[Item]) -> list[tuple[Result, float]]:
    """The results of every item of a batch, in their order, each with its share of the seconds of wall time.

    RDKit's own messages are silenced.
    """
    begin = time.monotonic()
    with rdBase.BlockLogs(), notes_by_thread():
        lists = run_together([partial(_listed, work, item) for item in batch])
    results = [result for several in lists for result in several]
    return [(result, (time.monotonic() - begin) / len(results)) for result in results]


def _listed(work: Callable[[Item], Iterable[Result]], item: Item) -> list[Result]:
    return list(work(item))
