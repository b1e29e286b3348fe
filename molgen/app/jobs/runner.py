"""Runs jobs one after the other, each in a process of its own, which a cancellation ends."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter

from molgen.app.jobs.commands import command_of
from molgen.app.jobs.requests import JobRequest, Request
from molgen.app.jobs.store import Job, JobStore, input_of
from molgen.app.jobs.work import PRELOADED, Task, run_job
from molgen.app.settings import AppSettings
from molgen.app.uploads import Uploads
from molgen.errors import InputError, MolgenError, WorkerError
from molgen.outcomes import reason_of
from molgen.runtime.worker_pool import WorkerPool

Item = TypeVar("Item")
Result = TypeVar("Result")
_PATIENCE = 0.3  # seconds between looks for a cancellation
_MOST_WAITING = 100


class JobRunner:
    """Takes requests, runs them, stops them.

    Args:
        store: where jobs are kept.
        uploads: what requests name.
        settings: how many at the same time, and how large.
    """

    def __init__(self, store: JobStore, uploads: Uploads, settings: AppSettings) -> None:
        self._store, self._uploads, self._settings = store, uploads, settings
        self._threads = ThreadPoolExecutor(settings.jobs, thread_name_prefix="job")
        self._stopped: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        # the server that processes are copies of takes seconds to start
        threading.Thread(target=in_process, args=(len, ""), daemon=True).start()

    def submit(self, request: Request) -> Job:
        """Queue a job.

        Raises:
            InputError: an upload is missing or of the wrong kind, or too many jobs wait.
        """
        if sum(not job.has_ended for job in self._store.jobs()) >= _MOST_WAITING:
            raise InputError(f"{_MOST_WAITING} jobs are waiting already")
        inputs = {role: self._uploads.get(upload_id) for role, upload_id in request.files().items()}
        for role, upload in inputs.items():
            wanted = "protein" if role == "protein" else "ligands"
            if upload.kind != wanted:
                raise InputError(f"{upload.name} is no {'structure of a protein' if role == 'protein' else role} file")
        document = TypeAdapter(JobRequest).dump_python(request, mode="json")  # type: ignore[arg-type]
        title = request.title or _title(document, {role: sent.name for role, sent in inputs.items()})
        job = self._store.add(document["kind"], title, document, inputs, document.get("smiles", ""))
        folder = self._store.place(job.id)
        command = shlex.join(["molgen", *command_of(request, partial(input_of, folder=folder))])  # type: ignore[arg-type]
        job = self._store.update(job.id, command=command)
        self._threads.submit(self._run, job.id)
        return job

    def cancel(self, job_id: str) -> Job:
        """Stop a job, under way or waiting; one that has ended stays as it is. Raises InputError if there is none."""
        with self._lock:
            job = self._store.job(job_id)
            if job.status == "queued":
                return self._store.update(job_id, status="cancelled", ended=time.time())
            if not job.has_ended:
                self._stopped.add(job_id)
        return job

    def close(self) -> None:
        """Stop everything."""
        self._closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, job_id: str) -> None:
        with self._lock:
            if self._store.job(job_id).status != "queued":
                return
            self._store.update(job_id, status="running", started=time.time())
        task = Task(str(self._store.place(job_id)), self._settings.threads, self._settings.most_ligands)
        changes: dict[str, Any]
        try:
            notes = in_process(run_job, task, wanted=lambda: job_id not in self._stopped and not self._closing.is_set())
            changes = {"status": "done", "notes": tuple(notes)}
        except _Unwanted:
            changes = {"status": "interrupted" if self._closing.is_set() else "cancelled"}
        except MolgenError as error:
            changes = {"status": "failed", "error": str(error)}
        except Exception as error:  # the server goes on
            changes = {"status": "failed", "error": reason_of(error, job_id)}
        with self._lock:
            self._stopped.discard(job_id)
            self._store.update(job_id, ended=time.time(), **changes)


class _Unwanted(Exception):
    """Work that was stopped."""


def in_process(
    work: Callable[[Item], Result],
    item: Item,
    *,
    timeout: float | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> Result:
    """``work(item)`` in a process of its own.

    Args:
        work: item -> result; all are pickled.
        timeout: CPU seconds.
        wanted: asked several times a second; false ends the process.

    Raises:
        what the work raised.
        WorkerError: its process died, or took too long.
    """
    with WorkerPool(work, 1, method="forkserver", preload=PRELOADED) as pool:
        pool.submit(item, timeout)
        while not (ended := pool.ended(_PATIENCE)):
            if not wanted():
                raise _Unwanted
    if ended[0].late:
        raise WorkerError(f"took longer than {timeout:g} CPU seconds")
    if ended[0].lost is not None:
        raise WorkerError(f"its process died ({ended[0].lost}); out of memory?")
    return ended[0].result  # type: ignore[return-value]


def _title(document: dict[str, Any], names: dict[str, str]) -> str:
    """What is worked on, for a list of jobs."""
    lines = [line for line in document.get("smiles", "").splitlines() if line.strip()]
    pasted = f"{len(lines)} pasted ligands" if len(lines) > 1 else (lines[0].split() or [""])[-1] if lines else ""
    subject = names.get("ligands") or names.get("structures") or pasted[:60]
    return f"{subject} in {names['protein']}" if document["kind"] == "dock" else subject
