"""How a run stands, as told from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from molgen.screening.store.folder import PROGRESS, SUMMARY, is_locked, read_json, read_settings
from molgen.screening.store.progress import Progress
from molgen.screening.store.shards import shard_paths


@dataclass(frozen=True)
class Status:
    """One look at a run.

    Attributes:
        command: "screen" or "conformers".
        library: name of its file.
        phase: "running", "finished" or "stopped" (it can be resumed).
        progress: the last that was written; None before the first.
        shards: that are in place.
    """

    command: str
    library: str
    phase: str
    progress: Progress | None
    shards: int


def status(folder: str | Path) -> Status:
    """Look at a run.

    Raises:
        InputError: the folder holds no run.
    """
    path = Path(folder)
    settings = read_settings(path)
    stored = read_json(path / PROGRESS)
    running = is_locked(path)
    phase = "running" if running else "finished" if (path / SUMMARY).exists() else "stopped"
    progress = None if stored is None else Progress(**stored)
    return Status(settings["command"], settings["library"]["name"], phase, progress, len(shard_paths(path)))
