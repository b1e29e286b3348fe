"""The stages of a long task, told to whoever listens; where nobody does, telling costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Listener = Callable[[str], None]
SHARES = {
    "preparation": 0.0,
    **{"proposals": 0.06, "search": 0.42, "refinement": 0.76, "ranking and checks": 0.93},
    **{"samples": 0.0, "selection": 0.35},
}
"""Of the time of one molecule, what is over when a stage begins; measured on 1IA1 (normal effort) and on imatinib."""
_KNOWN = 0.05
"""Below this share of the whole nothing is said of the time that is left."""
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def stage(name: str) -> None:
    """Say that a stage of the work begins, e.g. "search"."""
    listener = _listener.get()
    if listener is not None:
        listener(name)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener`` with the name of every stage that begins meanwhile in this thread."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@dataclass
class Progress:
    """How far a task is.

    Attributes:
        stage: what is being done, e.g. "search".
        done, total: molecules; a total of 0 is not known.
        share: of the whole, 0 to 1.
        began, noted: seconds since 1970; when the share was last known.
    """

    stage: str = "starting"
    done: int = 0
    total: int = 0
    share: float = 0.0
    began: float = field(default_factory=time.time)
    noted: float = 0.0

    def begin(self, stage: str) -> None:
        """A stage begins, of the whole or of a molecule."""
        self.stage = stage
        self._advance(SHARES.get(stage, 0.0))

    def finish(self) -> None:
        """A molecule is done."""
        self.done += 1
        self._advance(0.0)

    def seconds_left(self, now: float) -> float | None:
        """An estimate from the time that has passed; None while there is none."""
        if self.share < _KNOWN:
            return None
        return max((self.noted - self.began) / self.share - (now - self.began), 1.0)

    def _advance(self, part: float) -> None:
        if self.total:
            share = min((self.done + part) / self.total, 1.0)
            self.share = max(self.share, 0.97 * share)  # a report remains to be written
        self.noted = time.time()


def duration(seconds: float) -> str:
    """`42 s`, `5 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"
