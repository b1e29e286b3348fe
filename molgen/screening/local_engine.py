"""Processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

import numpy as np
from pebble import ProcessExpired, ProcessPool

from molgen.screening import worker
from molgen.screening.config import RunConfig
from molgen.screening.engine import Finished
from molgen.screening.work import Task, Work

_PRELOAD = ["molgen.screening.preload"]


class LocalEngine:
    """A pool of processes; one that dies or takes too long is replaced.

    The processes come from a server that has imported the heavy packages once, so a new one starts at once and shares
    that memory; the arrays of the work are files that all of them map.
    """

    def __init__(self, work: Work, config: RunConfig) -> None:
        self._config = config
        self._folder = tempfile.TemporaryDirectory(prefix="molgen-")
        paths = []
        for number, values in enumerate(work.arrays()):
            paths.append(str(Path(self._folder.name) / f"{number}.npy"))
            np.save(paths[-1], values)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOAD)
        self._pool = ProcessPool(
            max_workers=config.workers,
            initializer=worker.begin,
            initargs=(work, paths, os.getpid()),
            context=context,
        )
        self._tasks: dict[Future, Task] = {}

    def slots(self) -> int:
        return 2 * self._config.workers

    def submit(self, task: Task) -> None:
        future = self._pool.schedule(worker.run, args=(task.smiles,), timeout=self._config.timeout)
        self._tasks[future] = task

    def finished(self, patience: float) -> list[Finished]:
        done, _ = wait(self._tasks, timeout=patience, return_when=FIRST_COMPLETED)
        return [self._ended(future, self._tasks.pop(future)) for future in done]

    def close(self) -> None:
        self._pool.stop()
        self._pool.join()
        self._folder.cleanup()

    def _ended(self, future: Future, task: Task) -> Finished:
        try:
            return Finished(task, future.result())
        except TimeoutError:
            return Finished(task, None, f"took longer than {self._config.timeout:g} s", final=True)
        except ProcessExpired as error:
            return Finished(task, None, f"its worker died ({_how(error.exitcode)})")


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
