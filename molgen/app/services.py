"""What the REST endpoints and the pages share: uploads, jobs, and what is known of structures."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from molgen.app.jobs.runner import JobRunner, in_process
from molgen.app.jobs.store import JobStore
from molgen.app.jobs.work import describe_structure
from molgen.app.settings import AppSettings
from molgen.app.uploads import Upload, Uploads
from molgen.errors import InputError
from molgen.files.locks import take_lock

_SECONDS = 180.0
"""Of CPU time, that looking into a structure may take."""
_REMEMBERED = 8


class Services:
    """Of one server.

    Raises:
        InputError: the folder cannot be used, or another server uses it.
    """

    def __init__(self, settings: AppSettings) -> None:
        self.settings = settings
        self._lock = _locked(settings.folder)
        self.uploads = Uploads(settings.folder / "uploads", settings.upload_limit)
        self.store = JobStore(settings.folder / "jobs")
        self._structures: dict[str, dict[str, Any]] = {}
        self.runner = JobRunner(self.store, self.uploads, settings)

    def structure(self, upload: Upload) -> dict[str, Any]:
        """:func:`molgen.app.structures.describe` of an upload; the last few are remembered.

        Raises:
            MolgenError: it is no structure that can be read.
        """
        if upload.kind != "protein":
            raise InputError("is no PDB or mmCIF file", source=upload.name)
        if upload.id not in self._structures:
            description = in_process(describe_structure, str(upload.path), timeout=_SECONDS)
            self._structures = dict([*self._structures.items(), (upload.id, description)][-_REMEMBERED:])
        return self._structures[upload.id]

    def close(self) -> None:
        """Stop the jobs and give the folder free."""
        self.runner.close()
        self._lock.close()


def _locked(folder: Path) -> IO:
    """The folder, made and taken; private to the user."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise InputError(f"cannot be used: {error.strerror}", source=folder) from error
    try:
        take_lock(lock)
    except OSError as error:
        lock.close()
        raise InputError("another molgen app uses this folder; name another with --folder", source=folder) from error
    return lock
