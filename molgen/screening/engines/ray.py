"""A Ray cluster, or a Ray started on this machine."""

from __future__ import annotations

import faulthandler
import socket
import time
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np

from molgen.errors import InputError, MolgenError
from molgen.runtime.cpu_deadline import WALL_FACTOR, cpu_deadline
from molgen.screening.config import RunConfig
from molgen.screening.engines.engine import Finished
from molgen.screening.engines.groups import Group, TaskGroups
from molgen.screening.engines.worker import prepare_process
from molgen.screening.work import MoleculeResult, MoleculeTask, Work, WorkFunction

_GIB = 2**30
_PATIENCE = 10.0
"""Seconds to wait for the head of a cluster."""


class RayEngine:
    """Tasks on a cluster; work and arrays lie in the object store, once per node.

    Every node needs molgen installed.
    """

    def __init__(self, work: Work, config: RunConfig) -> None:
        self._ray = _ray()
        self._config = config
        self._started = not self._ray.is_initialized()
        if self._started:
            connect(self._ray, config)
        self._job = uuid.uuid4().hex
        self._work = self._ray.put(work)
        self._arrays = [self._ray.put(values) for values in work.arrays()]
        self._gpus = config.gpus if work.device.startswith("cuda") else 0.0
        resources = {"num_cpus": config.cpus, "num_gpus": self._gpus, "memory": int(config.memory * _GIB)}
        self._run = self._ray.remote(max_retries=0, **resources)(_run)
        self._groups = TaskGroups(work.together, config.timeout)
        self._tasks: dict[Any, tuple[Group, float]] = {}

    def slots(self) -> int:
        return self._groups.slots(self._workers())

    def _workers(self) -> int:
        """Tasks that the cluster has CPUs and GPUs for at the moment; it may grow and shrink."""
        there = self._ray.cluster_resources()
        tasks = there.get("CPU", 1) / self._config.cpus
        if self._gpus:
            tasks = min(tasks, there.get("GPU", 0) / self._gpus)
        return max(1, int(tasks))

    def submit(self, task: MoleculeTask) -> None:
        self._groups.add(task)

    def _send(self, group: Group) -> None:
        wrapped = [self._work]  # in a list it is fetched by the worker when it needs it, not for every task
        smiles = [task.smiles for task in group]
        reference = self._run.remote(self._job, wrapped, smiles, self._config.timeout, *self._arrays)
        self._tasks[reference] = (group, time.monotonic())

    def finished(self, patience: float) -> list[Finished]:
        for group in self._groups.leave(self._workers(), len(self._tasks)):
            self._send(group)
        if not self._tasks:
            return []
        waiting = list(self._tasks)
        done, _ = self._ray.wait(waiting, num_returns=1, timeout=patience)
        if done:  # and whatever else has ended by now
            done, _ = self._ray.wait(waiting, num_returns=len(waiting), timeout=0)
        return [result for reference in done for result in self._ended(reference, *self._tasks.pop(reference))]

    def close(self) -> None:
        for reference in self._tasks:
            self._ray.cancel(reference, force=True)
        self._tasks.clear()
        if self._started:
            self._ray.shutdown()

    def _ended(self, reference: Any, group: Group, since: float) -> list[Finished]:
        errors = self._ray.exceptions
        try:
            results = self._ray.get(reference)
            self._groups.ended(results)
            return [Finished(task, result) for task, result in zip(group, results, strict=True)]
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError) as error:
            if self._groups.lost(group):
                return []
            if time.monotonic() - since >= self._config.timeout:
                why = f"took longer than {self._config.timeout:g} s of CPU time"
                return [Finished(group[0], None, why, final=True)]
            return [Finished(group[0], None, f"its worker died ({type(error).__name__})")]
        except errors.RayTaskError as error:
            if isinstance(error.cause, MolgenError):
                raise error.cause from None
            raise


_OPENED: dict[str, WorkFunction] = {}
"""The opened work of this process, by job."""


def _run(
    job: str, wrapped: Sequence[Any], smiles: Sequence[str], timeout: float, *arrays: np.ndarray
) -> list[MoleculeResult]:
    """Some molecules, in a Ray worker; it ends when they take too much CPU time, and a watchdog what only waits."""
    if job not in _OPENED:
        prepare_process()
        _OPENED.clear()
        _OPENED[job] = _ray().get(wrapped[0]).open(arrays)
    faulthandler.dump_traceback_later(WALL_FACTOR * timeout, exit=True)
    try:
        with cpu_deadline(timeout):
            return _OPENED[job](smiles)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _ray() -> Any:
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise InputError("engine ray needs Ray: pip install 'molgen[scale]', or take --engine local") from None
    return ray


def _check_reachable(address: str) -> None:
    """Ray itself tries for minutes. Raises OSError when nobody listens at HOST:PORT; other addresses pass."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()


def connect(ray: Any, config: RunConfig) -> None:
    """Start Ray on this machine, or join the cluster of the configuration.

    Raises:
        InputError: there is none.
    """
    common = {"log_to_driver": False, "configure_logging": True, "logging_level": "ERROR"}
    try:
        if config.address is None:
            ray.init(address="local", num_cpus=config.workers, include_dashboard=False, **common)
        else:
            _check_reachable(config.address)
            ray.init(address=config.address, **common)
    except (OSError, OverflowError, ValueError, RuntimeError) as error:
        raise InputError(f"no Ray cluster at {config.address}: {error}") from error
