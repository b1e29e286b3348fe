"""How far a job is: written by its process, read by the server."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from molgen.app.jobs.store import read_json, write_json

_SHARES = {"preparation": 0.0, "proposals": 0.06, "search": 0.42, "refinement": 0.76, "ranking and checks": 0.93}
"""Of the time of one ligand, what is over when a stage begins; measured on 1IA1 with normal effort."""
_KNOWN = 0.08
"""Below this share of the whole nothing is said of the time that is left."""


@dataclass
class Progress:
    """How far a job is.

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

    def seconds_left(self, now: float) -> float | None:
        """An estimate from the time that has passed; None while there is none."""
        if self.share < _KNOWN:
            return None
        return max((self.noted - self.began) / self.share - (now - self.began), 1.0)


class Reporter:
    """Notes the progress of the job in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.json"
        self._progress = Progress()

    def expect(self, total: int) -> None:
        """So many molecules will be worked on."""
        self._progress.total = total
        self._note()

    def stage(self, name: str) -> None:
        """A stage begins, of the whole or of a molecule."""
        self._progress.stage = name
        self._advance(_SHARES.get(name, 0.0))

    def tick(self, _: object = None) -> None:
        """A molecule is done."""
        self._progress.done += 1
        self._advance(0.0)

    def _advance(self, part: float) -> None:
        if self._progress.total:
            share = min((self._progress.done + part) / self._progress.total, 1.0)
            self._progress.share = max(self._progress.share, 0.97 * share)  # a report remains to be written
        self._note()

    def _note(self) -> None:
        self._progress.noted = time.time()
        write_json(self._path, asdict(self._progress))


def progress_of(folder: Path) -> Progress:
    """What the job in a folder has noted."""
    path = folder / "progress.json"
    return Progress(**read_json(path)) if path.is_file() else Progress()
