"""Drop or replace non-finite samples, with a warning that counts them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class MoleculeWarning(UserWarning):
    """A warning about the result of one molecule; in a batch it becomes a note of that molecule."""


class NotFiniteWarning(MoleculeWarning):
    """Samples of a model were not finite."""


def finite_rows(samples: Tensor) -> Tensor:
    """Which of S samples [S, ...] are finite throughout, bool [S]."""
    return torch.isfinite(samples).flatten(1).all(1)


def finite_or(samples: Tensor, instead: Tensor, name: str) -> Tensor:
    """Samples [S, ...], the non-finite ones replaced by the same rows of ``instead`` and counted in a warning.

    Args:
        name: what they are, in the plural.
    """
    good = finite_rows(samples)
    if good.all():
        return samples
    warn_not_finite(int((~good).sum()), len(good), f"{name} were not finite and are replaced by random ones")
    return torch.where(good.reshape(-1, *[1] * (samples.ndim - 1)), samples, instead)


def warn_not_finite(bad: int, count: int, description: str) -> None:
    """Warn of ``bad`` samples among ``count``."""
    warnings.warn(f"{bad} of {count} {description}", NotFiniteWarning, stacklevel=3)


_THREAD = threading.local()


@contextmanager
def warnings_as_notes(notes: list[str]) -> Iterator[None]:
    """Context in which every :class:`MoleculeWarning` is appended to the notes; other warnings pass."""
    if getattr(warnings.showwarning, "by_thread", False):
        before, _THREAD.notes = getattr(_THREAD, "notes", None), notes
        try:
            yield
        finally:
            _THREAD.notes = before
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MoleculeWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, MoleculeWarning):
            notes.append(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


@contextmanager
def notes_by_thread() -> Iterator[None]:
    """Context in which :func:`warnings_as_notes` collects the warnings of its own thread only.

    `warnings.catch_warnings` acts on all threads. For threads that are started within the context.
    """
    with warnings.catch_warnings():
        show = warnings.showwarning

        def sort(message, category, filename, lineno, file=None, line=None) -> None:
            notes = getattr(_THREAD, "notes", None)
            if notes is not None and issubclass(category, MoleculeWarning):
                notes.append(str(message))
            else:
                show(message, category, filename, lineno, file, line)

        sort.by_thread = True  # type: ignore[attr-defined]
        warnings.simplefilter("always", MoleculeWarning)
        warnings.showwarning = sort
        yield
