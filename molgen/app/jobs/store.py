"""Jobs on the disk: a folder each, with the request, its input files, how it goes, and what came of it."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from molgen.app.uploads import FILE_ID, Upload
from molgen.errors import InputError
from molgen.files import json_value, write_atomically

Status = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
ENDED = ("done", "failed", "cancelled", "interrupted")
ROLES = ("protein", "ligands", "reference", "core", "structures")
"""Of input files; each stands in a folder of its name."""
PRIVATE = ("request.json", "state.json", "progress.json")
RESULTS, REPORT = "results.json", "report.html"


@dataclass(frozen=True)
class Job:
    """A job and how it stands.

    Attributes:
        id: names it.
        kind: "dock", "conformers" or "analysis".
        title: for people.
        status: "interrupted" is one that was under way when the server stopped.
        created, started, ended: seconds since 1970; 0 for not yet.
        error: why it failed, one line.
        notes: what was decided for the user, and what failed in part.
        command: the same on the command line, in the folder of the job.
    """

    id: str
    kind: str
    title: str
    status: Status = "queued"
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    error: str = ""
    notes: tuple[str, ...] = ()
    command: str = ""

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


class JobStore:
    """The jobs in a folder; those that were under way when it was last used are interrupted ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for job in self.jobs():
            if not job.has_ended:
                self.update(job.id, status="interrupted", ended=time.time(), error="the server was stopped")

    def add(self, kind: str, title: str, request: dict[str, Any], inputs: dict[str, Upload], text: str = "") -> Job:
        """Keep a new job with copies of its inputs: a file in a folder by the name of its role.

        Args:
            kind, title: as in :class:`Job`.
            request: what was asked for.
            inputs: role -> file.
            text: pasted ligands.
        """
        job = Job(secrets.token_hex(12), kind, title, created=time.time())
        folder = self.folder / job.id
        folder.mkdir()
        for role, upload in inputs.items():
            (folder / role).mkdir()
            shutil.copyfile(upload.path, folder / role / upload.name)
        if text.strip():
            (folder / "ligands").mkdir()
            name = "ligands.sdf" if re.search(r"^M {2}END", text, re.MULTILINE) else "ligands.smi"
            with write_atomically(folder / "ligands" / name) as file:
                file.write(text.rstrip() + "\n")
        write_json(folder / "request.json", request)
        write_json(folder / "state.json", asdict(job))
        return job

    def place(self, job_id: str) -> Path:
        """The folder of a job.

        Raises:
            InputError: there is no such job.
        """
        folder = self.folder / job_id
        if not re.fullmatch(FILE_ID, job_id) or not (folder / "state.json").is_file():
            raise InputError(f"there is no job {job_id}")
        return folder

    def job(self, job_id: str) -> Job:
        """How a job stands; raises InputError if there is none."""
        state = read_json(self.place(job_id) / "state.json")
        return Job(**{**state, "notes": tuple(state["notes"])})

    def update(self, job_id: str, **changes: Any) -> Job:
        """Note changes of a job."""
        job = replace(self.job(job_id), **changes)
        write_json(self.place(job_id) / "state.json", asdict(job))
        return job

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        jobs = [self.job(state.parent.name) for state in self.folder.glob("*/state.json")]
        return sorted(jobs, key=lambda job: job.created, reverse=True)

    def request(self, job_id: str) -> dict[str, Any]:
        return read_json(self.place(job_id) / "request.json")

    def results(self, job_id: str) -> Any:
        """What came of a job, by the name of its kind; None while there is nothing."""
        path = self.place(job_id) / RESULTS
        return read_json(path) if path.is_file() else None

    def files(self, job_id: str) -> dict[str, Path]:
        """Name -> path of the files that a user may have: what the job wrote."""
        folder = self.place(job_id)
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
        names = {path.relative_to(folder).as_posix(): path for path in paths}
        return {name: path for name, path in names.items() if name not in PRIVATE and "/." not in f"/{name}"}

    def delete(self, job_id: str) -> None:
        shutil.rmtree(self.place(job_id))


def input_of(role: str, folder: Path = Path()) -> str:
    """The input file of a role, relative to the folder of its job, `folder`; "" for none."""
    return next((f"{role}/{path.name}" for path in sorted((folder / role).glob("[!.]*"))), "")


def is_input(name: str) -> bool:
    """Whether a file of a job, by its name there, was given and not made."""
    return name.partition("/")[0] in ROLES


def write_json(path: Path, value: object) -> None:
    with write_atomically(path) as file:
        json.dump(json_value(value), file, indent=1, allow_nan=False)


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
