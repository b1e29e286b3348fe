"""Processes of this machine."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from molgen.runtime.devices import names_of_devices
from molgen.runtime.worker_pool import Ended, WorkerPool
from molgen.screening.config import RunConfig
from molgen.screening.engines import worker
from molgen.screening.engines.engine import Finished
from molgen.screening.engines.groups import Group, TaskGroups
from molgen.screening.work import MoleculeResult, MoleculeTask, Work

_PRELOAD = ("molgen.screening.engines.preload",)


class LocalEngine:
    """A pool of processes; one that dies or takes too long is replaced.

    The processes come from a server that has imported the heavy packages once, so a new one starts at once and shares
    that memory; the arrays of the work are files that all of them map. Several devices are shared out by the numbers
    of the processes, of which there are as many at least.
    """

    def __init__(self, work: Work, config: RunConfig) -> None:
        self._config = config
        self._folder = tempfile.TemporaryDirectory(prefix="molgen-")
        paths = []
        for number, values in enumerate(work.arrays()):
            paths.append(str(Path(self._folder.name) / f"{number}.npy"))
            np.save(paths[-1], values)
        begin = partial(worker.begin, work, paths, self._folder.name)
        self._workers = max(config.workers, len(names_of_devices(work.device)))
        self._groups = TaskGroups(work.together, config.timeout)
        self._pool: WorkerPool[Group, list[MoleculeResult]] = WorkerPool(
            worker.run, self._workers, begin=begin, method="forkserver", preload=_PRELOAD
        )

    def slots(self) -> int:
        return self._groups.slots(self._workers)

    def submit(self, task: MoleculeTask) -> None:
        self._groups.add(task)

    def finished(self, patience: float) -> list[Finished]:
        for group in self._groups.leave(self._workers, self._pool.running):
            self._pool.submit(group, self._config.timeout)
        return [result for ended in self._pool.ended(patience) for result in self._finished(ended)]

    def close(self) -> None:
        self._pool.close()
        self._folder.cleanup()

    def _finished(self, ended: Ended[Group, list[MoleculeResult]]) -> list[Finished]:
        if ended.result is not None:
            self._groups.ended(ended.result)
            return [Finished(task, result) for task, result in zip(ended.item, ended.result, strict=True)]
        if self._groups.lost(ended.item):
            return []
        if ended.late:
            why = f"took longer than {self._config.timeout:g} s of CPU time"
            return [Finished(ended.item[0], None, why, final=True)]
        return [Finished(ended.item[0], None, f"its worker died ({ended.lost})")]
