"""The interface of all engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from molgen.screening.work import MoleculeResult, MoleculeTask


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
