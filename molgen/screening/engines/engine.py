"""The interface of all engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from molgen.errors import ConfigError
from molgen.runtime.devices import device_of, sharing_devices
from molgen.screening.config import RunConfig
from molgen.screening.work import MoleculeResult, MoleculeTask, Work


@dataclass(frozen=True)
class Finished:
    """A task that has ended.

    Attributes:
        task: which.
        result: None if its worker was lost.
        lost: how the worker was lost, one line; None otherwise.
        final: a retry is of no use.
    """

    task: MoleculeTask
    result: MoleculeResult | None
    lost: str | None = None
    final: bool = False


class Engine(Protocol):
    """Runs tasks in other processes, some at a time."""

    def slots(self) -> int:
        """Number of tasks to submit before any has ended; enough to keep all workers busy."""
        ...

    def submit(self, task: MoleculeTask) -> None:
        """Submit a task; it begins when :meth:`finished` is called, possibly in a group."""
        ...

    def finished(self, patience: float) -> list[Finished]:
        """Finished tasks; waits up to ``patience`` seconds for the first.

        Raises:
            MolgenError: no worker can do the work at all.
        """
        ...

    def close(self) -> None:
        """Stop the workers, whatever they are doing."""
        ...


def local_device(device: str, config: RunConfig) -> str:
    """The device of this process, on which the work is tried before a run: the first of several.

    Raises:
        ConfigError: a device of this machine is not available, or is chosen where Ray assigns them.
    """
    if config.engine == "ray":
        if ":" in device:
            raise ConfigError(f"Ray assigns the GPUs of its workers: device cuda, not {device}")
        return "cpu"
    with sharing_devices(0):
        return str(device_of(device))


def start_engine(work: Work, config: RunConfig) -> Engine:
    """The engine of a configuration, started.

    Raises:
        InputError: Ray is not installed, or there is none at the address.
    """
    if config.engine == "ray":
        from molgen.screening.engines.ray import RayEngine

        return RayEngine(work, config)
    from molgen.screening.engines.local import LocalEngine

    return LocalEngine(work, config)
