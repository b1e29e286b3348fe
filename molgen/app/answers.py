"""What the endpoints answer."""

from __future__ import annotations

import time
from typing import Any, Literal

from pydantic import BaseModel, Field

from molgen.app.jobs.progress import progress_of
from molgen.app.jobs.store import REPORT, Job
from molgen.app.services import Services
from molgen.app.uploads import Upload


class FileAnswer(BaseModel):
    """An upload."""

    id: str
    name: str
    kind: Literal["protein", "ligands"]
    bytes: int


class JobAnswer(BaseModel):
    """A job and how it stands."""

    id: str
    kind: str
    title: str
    status: Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
    stage: str = Field(description="what is being done, while it is running")
    molecules_done: int
    molecules: int = Field(description="0 while it is not known")
    share: float = Field(description="of the work that is done, 0 to 1")
    seconds: float = Field(description="since it was started")
    seconds_left: float | None = Field(description="an estimate; null while there is none")
    created: float = Field(description="seconds since 1970")
    error: str
    notes: list[str]
    command: str = Field(description="the same on the command line")
    report: str = Field(description="address of the report, empty while there is none")


class ResultFile(BaseModel):
    """A file that a job wrote."""

    name: str
    bytes: int
    url: str


class ResultsAnswer(BaseModel):
    """What came of a job."""

    status: str
    results: Any = Field(description="numbers of every molecule; null while there are none")
    files: list[ResultFile]


def file_answer(upload: Upload) -> FileAnswer:
    return FileAnswer(id=upload.id, name=upload.name, kind=upload.kind, bytes=upload.path.stat().st_size)


def job_answer(services: Services, job: Job) -> JobAnswer:
    """A job with its progress."""
    folder, now = services.store.place(job.id), time.time()
    progress = progress_of(folder)
    running = job.status == "running"
    has_report = job.has_ended and (folder / REPORT).is_file()
    return JobAnswer(
        id=job.id,
        kind=job.kind,
        title=job.title,
        status=job.status,
        stage=progress.stage if running else "",
        molecules_done=progress.done,
        molecules=progress.total,
        share=1.0 if job.status == "done" else progress.share,
        seconds=round((job.ended or now) - job.started, 1) if job.started else 0.0,
        seconds_left=progress.seconds_left(now) if running else None,
        created=job.created,
        error=job.error,
        notes=list(job.notes),
        command=job.command,
        report=f"/api/jobs/{job.id}/files/{REPORT}?download=false" if has_report else "",
    )
