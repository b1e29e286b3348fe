"""Samples in pieces that fit the memory of a device."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from molgen.sampling.guards import MoleculeWarning


def in_pieces(count: int, size: int, work: Callable[[slice], Tensor]) -> Tensor:
    """The results of all rows [count, ...], computed in pieces of ``size`` rows.

    Where the device runs out of memory the pieces are halved, with one warning; finished pieces are kept.

    Args:
        work: rows -> their results; called again for rows that did not fit.

    Raises:
        torch.OutOfMemoryError: one row alone does not fit.
    """
    return torch.cat(halved(count, size, work, "samples"))


Result = TypeVar("Result")


def halved(count: int, size: int, work: Callable[[slice], Result], items: str) -> list[Result]:
    """The results of ``work`` on consecutive slices of ``count`` items, as :func:`in_pieces` makes them.

    A slice that does not fit into memory is halved. At least one slice is worked on, an empty one where ``count`` is 0.

    Args:
        items: what is counted, in the plural, for the warning.
    """
    done: list[Result] = []
    begin, largest = 0, size
    while begin < count or not done:
        try:
            done.append(work(slice(begin, begin + size)))
        except torch.OutOfMemoryError:
            if size == 1:
                raise
            size = (min(size, count) + 1) // 2
            continue
        begin += size
    if size < largest:
        warnings.warn(f"memory held only {size} of {count} {items} at a time", MoleculeWarning, stacklevel=3)
    return done
