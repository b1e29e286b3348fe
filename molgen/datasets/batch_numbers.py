"""The batch numbers of an endless stream that a process, and a worker of its loader, makes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import torch


def batch_numbers(start: int = 0, rank: int = 0, world_size: int = 1) -> Iterator[int]:
    """Every ``world_size``-th number from the ``start``-th on, shared out among the workers of a `DataLoader`.

    No number comes twice in all of them together, and a loader with ``batch_size=None`` gives the batches in the same
    order whatever the number of its workers. Call it within the worker, in ``__iter__``.

    Args:
        start: numbers to leave out, of this rank.
        rank, world_size: this process among those that train together.
    """
    worker = torch.utils.data.get_worker_info()
    index, step = (worker.id, worker.num_workers) if worker else (0, 1)
    return count((start + index) * world_size + rank, step * world_size)
