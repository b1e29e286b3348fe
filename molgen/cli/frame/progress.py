"""The progress of a command: stage, share of the whole and time left, on stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from molgen.cli.frame.voice import voice
from molgen.runtime.stages import Progress, duration, listening

_PATIENCE = 2.0
"""Seconds before progress is shown."""
_EVERY = 0.5
"""Seconds between two updates of the line."""
_WIDTH = 20


@contextmanager
def progress(unit: str, total: int | None = None) -> Iterator[Callable[[Any], None]]:
    """A line on stderr that changes, only on a terminal and only after a while; with --verbose each stage as a line.

    Args:
        unit: what is counted, e.g. "ligands".
        total: how many there are; None where that is not known.

    Yields:
        what to call after each piece of work: with the number done so far, or with anything else to count one up.
    """
    state = Progress(total=total or 0)
    line = _Line(state, unit) if sys.stderr.isatty() and not voice().quiet else None

    def begin(name: str) -> None:
        if not state.done and not state.share:
            state.began = time.time()  # what was imported before says nothing of the time that is left
        state.begin(name)
        if voice().verbose:
            print(f"{name} ({time.time() - state.began:.1f} s)", file=sys.stderr, flush=True)

    def tick(done: Any) -> None:
        if isinstance(done, int) and not isinstance(done, bool):
            state.done = done - 1
        state.finish()

    try:
        with listening(begin):
            yield tick
    finally:
        if line is not None:
            line.stop()


def progress_text(state: Progress, unit: str, now: float) -> str:
    """`search  3 of 12 ligands  ████░░░░ 28 %  40 s left`, with what is known of it.

    Args:
        state: how far the task is.
        unit: what is counted.
        now: seconds since 1970.
    """
    passed, left = now - state.began, state.seconds_left(now)
    count = f"{state.done:,} of {state.total:,} {unit}" if state.total > 1 else f"{state.done:,} {unit}"
    parts = [state.stage, *([count] if state.total != 1 else [])]
    if left is None:
        return "  ".join([*parts, duration(passed)])
    share = max(passed / (passed + left), state.share)
    full = round(share * _WIDTH)
    return "  ".join([*parts, "█" * full + "░" * (_WIDTH - full), f"{share:.0%}", f"{duration(left)} left"])


class _Line:
    """The last line of the terminal, written anew by a thread until it is stopped."""

    def __init__(self, state: Progress, unit: str) -> None:
        self._state, self._unit = state, unit
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        if self._over.wait(_PATIENCE):
            return
        while not self._over.wait(_EVERY):
            print(f"\r{progress_text(self._state, self._unit, time.time())}\x1b[K", end="", file=sys.stderr, flush=True)
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
