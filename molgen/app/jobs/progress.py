"""How far a job is: written by its process, read by the server."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from molgen.app.jobs.store import read_json, write_json
from molgen.runtime.stages import Progress

__all__ = ["Progress", "Reporter", "progress_of"]


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
        self._progress.begin(name)
        self._note()

    def tick(self, _: object = None) -> None:
        """A molecule is done."""
        self._progress.finish()
        self._note()

    def _note(self) -> None:
        write_json(self._path, asdict(self._progress))


def progress_of(folder: Path) -> Progress:
    """What the job in a folder has noted."""
    path = folder / "progress.json"
    return Progress(**read_json(path)) if path.is_file() else Progress()
