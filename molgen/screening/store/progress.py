"""How far a run is, how fast, and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from molgen.runtime.stages import duration
from molgen.screening.store.folder import PROGRESS, write_quickly

_EVERY = 2.0
"""Seconds between two writes of the file."""
_WINDOW = 300.0
"""Seconds that the rate is taken over."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        done: inputs whose molecule has a result, failures and duplicates included.
        failed: of these.
        duplicates: inputs that repeat a molecule.
        total: inputs of the library, about; None if not counted.
        rate: inputs per hour of late; None at first.
        eta: seconds that are left at this rate; None if unknown.
        seconds: since this process began.
    """

    done: int
    failed: int
    duplicates: int
    total: int | None
    rate: float | None
    eta: float | None
    seconds: float

    def __str__(self) -> str:
        of = "" if self.total is None else f" of {self.total:,}"
        parts = [f"{self.done:,}{of} done", f"{self.failed:,} failed"]
        if self.rate is not None:
            parts.append(f"{self.rate:,.0f} per hour")
        if self.eta is not None:
            parts.append(f"{duration(self.eta)} left")
        return ", ".join(parts)


class ProgressFile:
    """Counts, and keeps `progress.json` and a listener up to date."""

    def __init__(
        self,
        folder: Path,
        total: int | None,
        counts: tuple[int, int, int],
        listener: Callable[[Progress], None] | None = None,
    ) -> None:
        self._path, self._total, self._listener = folder / PROGRESS, total, listener
        self.done, self.failed, self.duplicates = counts
        self._begin = time.monotonic()
        self._marks = deque([(self._begin, self.done)])
        self._written = -_EVERY

    def add(self, done: int = 0, failed: int = 0, duplicates: int = 0) -> None:
        self.done, self.failed, self.duplicates = self.done + done, self.failed + failed, self.duplicates + duplicates
        now = time.monotonic()
        if now - self._written >= _EVERY:
            self.write()

    def finish(self) -> None:
        """All inputs are done: there are as many as were counted on the way."""
        self._total = self.done

    def write(self) -> Progress:
        now = self._written = time.monotonic()
        self._marks.append((now, self.done))
        while len(self._marks) > 2 and now - self._marks[1][0] > _WINDOW:
            self._marks.popleft()
        progress = self._progress(now)
        write_quickly(self._path, asdict(progress))
        if self._listener:
            self._listener(progress)
        return progress

    def _progress(self, now: float) -> Progress:
        (since, before) = self._marks[0]
        elapsed, finished = now - since, self.done - before
        rate = finished / elapsed if elapsed > 0 and finished else None
        total = None if self._total is None else max(self._total, self.done)
        eta = None if rate is None or total is None else (total - self.done) / rate
        per_hour = None if rate is None else rate * 3600
        return Progress(self.done, self.failed, self.duplicates, total, per_hour, eta, now - self._begin)
