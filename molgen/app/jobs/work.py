"""One job, from its folder: runs in a process of its own, whose working folder becomes that of the job.

Files are so named relative to it, and nothing that is written or said tells where on the disk it is. The server, which
imports this module too, needs nothing heavy for that.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from molgen.app.jobs.progress import Reporter
from molgen.app.jobs.requests import AnalysisRequest, ConformerRequest, DockRequest, JobRequest
from molgen.app.jobs.store import read_json
from molgen.runtime.stages import listening

PRELOADED = ("molgen.app.jobs.tasks", "molgen.app.structures")
"""What a process has imported before it starts."""


@dataclass(frozen=True)
class Task:
    """A job to be run.

    Attributes:
        folder: of the job.
        threads: CPU threads.
        most: molecules that it may have.
    """

    folder: str
    threads: int
    most: int


def run_job(task: Task) -> list[str]:
    """Do the work; returns notes, one line each.

    Raises:
        MolgenError: nothing came of it.
    """
    import torch

    from molgen.app.jobs.tasks import analyze, conformers, dock

    os.chdir(task.folder)
    torch.set_num_threads(task.threads)
    reporter = Reporter(Path())
    request: DockRequest | ConformerRequest | AnalysisRequest
    request = TypeAdapter(JobRequest).validate_python(read_json(Path("request.json")))
    with listening(reporter.stage):
        if isinstance(request, DockRequest):
            return dock(request, reporter, most=task.most, threads=task.threads)
        if isinstance(request, ConformerRequest):
            return conformers(request, reporter, most=task.most)
        return analyze(request, reporter, threads=task.threads)


def describe_structure(path: str) -> dict[str, Any]:
    """:func:`molgen.app.structures.describe`."""
    from molgen.app.structures import describe

    return describe(path)
