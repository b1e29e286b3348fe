"""Batches that are halved where the memory of a device runs out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_halves(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> list[Result]:
    """``work(items)``; where memory runs out the items go in two halves, which a warning says once.

    Raises:
        torch.OutOfMemoryError: one item alone does not fit.
    """
    try:
        return work(items)
    except torch.OutOfMemoryError:
        if len(items) == 1:
            raise
    warnings.warn(f"{len(items)} blocks of conformers at a time do not fit the memory: half", stacklevel=2)
    middle = len(items) // 2
    return in_halves(work, items[:middle]) + in_halves(work, items[middle:])
