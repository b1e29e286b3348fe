"""An input becomes a result or a named failure: what goes wrong with one of them never stops the rest.

An error that molgen raises on purpose is told in its own words. Any other exception becomes `unexpected ValueError:
...`, and its traceback goes to the logger `molgen`, which is silent unless the program configures `logging`. With
MOLGEN_DEBUG in the environment, as `--debug` sets it, the traceback is printed on stderr too, also by worker processes.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from molgen.errors import MolgenError, readable

DEBUG = "MOLGEN_DEBUG"
"""Environment variable: anything but empty prints tracebacks."""
LOG = logging.getLogger("molgen")
LOG.addHandler(logging.NullHandler())

Input = TypeVar("Input")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Attempt(Generic[Value]):
    """The outcome of one input.

    Attributes:
        value: the result; None for a failure.
        error: reason of a failure, one line; None for a result.
        seconds: wall time.
    """

    value: Value | None
    error: str | None
    seconds: float


def attempt(work: Callable[..., Value], *arguments: object, name: str = "") -> Attempt[Value]:
    """``work(*arguments)``, or why it failed.

    Args:
        work: may raise any `Exception`; an interrupt passes through.
        arguments: of `work`.
        name: of the input, for the log.
    """
    begin = time.monotonic()
    try:
        return Attempt(work(*arguments), None, time.monotonic() - begin)
    except Exception as error:
        return Attempt(None, reason_of(error, name), time.monotonic() - begin)


def attempts(
    inputs: Iterable[Input], work: Callable[[Input], Value], name: Callable[[Input], str] = str
) -> Iterator[tuple[Input, Attempt[Value]]]:
    """Every input with its outcome, in order, one at a time.

    Args:
        inputs: drawn as they are needed.
        work: input -> result; may raise any `Exception`.
        name: of an input, for the log.
    """
    for item in inputs:
        yield item, attempt(work, item, name=name(item))


@contextmanager
def debugging(wanted: bool = True) -> Iterator[None]:
    """Tracebacks of unexpected errors are printed meanwhile, in processes that are started meanwhile too."""
    before = os.environ.get(DEBUG)
    if wanted:
        os.environ[DEBUG] = "1"
    try:
        yield
    finally:
        if wanted and before is None:
            del os.environ[DEBUG]


def reason_of(error: Exception, name: str = "") -> str:
    """Why an input failed, in one line; the traceback of an unexpected error is logged.

    Args:
        error: that was caught.
        name: of the input, for the log.
    """
    if isinstance(error, MolgenError):
        return error.reason
    reason = readable(f"unexpected {type(error).__name__}: {error}")
    title = f"{name}: {reason}" if name else reason
    LOG.error(title, exc_info=error)
    if os.environ.get(DEBUG):
        print(title, *traceback.format_exception(error), sep="\n", file=sys.stderr)
    return reason
