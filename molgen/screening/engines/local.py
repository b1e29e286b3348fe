"""Processes of this machine."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from molgen.screening.config import RunConfig
from molgen.screening.engines import worker
from molgen.screening.engines.engine import Finished
from molgen.screening.work import MoleculeResult, MoleculeTask, Work
from molgen.worker_pool import Ended, WorkerPool

_PRELOAD = ("molgen.screening.engines.preload",)


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
        begin = partial(worker.begin, work, paths)
        self._pool: WorkerPool[MoleculeTask, MoleculeResult] = WorkerPool(
            worker.run, config.workers, begin=begin, method="forkserver", preload=_PRELOAD
        )

    def slots(self) -> int:
        return 2 * self._config.workers

    def submit(self, task: MoleculeTask) -> None:
        self._pool.submit(task, self._config.timeout)

    def finished(self, patience: float) -> list[Finished]:
        return [self._finished(ended) for ended in self._pool.ended(patience)]

    def close(self) -> None:
        self._pool.close()
        self._folder.cleanup()

    def _finished(self, ended: Ended[MoleculeTask, MoleculeResult]) -> Finished:
        if ended.late:
            return Finished(ended.item, None, f"took longer than {self._config.timeout:g} s of CPU time", final=True)
        if ended.lost is not None:
            return Finished(ended.item, None, f"its worker died ({ended.lost})")
        return Finished(ended.item, ended.result)
