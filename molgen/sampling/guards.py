"""Samples that are not finite do not get on: they are left out or replaced, and a warning counts them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class NotFiniteWarning(UserWarning):
    """Samples of a model were not finite."""


def finite_rows(samples: Tensor) -> Tensor:
    """Which of S samples [S, ...] are finite throughout, bool [S]."""
    return torch.isfinite(samples).flatten(1).all(1)


def finite_or(samples: Tensor, instead: Tensor, name: str) -> Tensor:
    """Samples [S, ...], those that are not finite replaced by the same rows of ``instead``, which is said in a warning.

    Args:
        name: what they are, in the plural.
    """
    good = finite_rows(samples)
    if good.all():
        return samples
    tell(int((~good).sum()), len(good), f"{name} were not finite and are replaced by random ones")
    return torch.where(good.reshape(-1, *[1] * (samples.ndim - 1)), samples, instead)


def tell(bad: int, count: int, what: str) -> None:
    """Warn of ``bad`` samples among ``count``."""
    warnings.warn(f"{bad} of {count} {what}", NotFiniteWarning, stacklevel=3)


@contextmanager
def noted(notes: list[str]) -> Iterator[None]:
    """Within, warnings of samples that are not finite become notes; others pass."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", NotFiniteWarning)
        yield
    for one in seen:
        if issubclass(one.category, NotFiniteWarning):
            notes.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
