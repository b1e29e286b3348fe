"""Grouping of tasks that are computed together."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from molgen.screening.work import MoleculeResult, MoleculeTask

Group = tuple[MoleculeTask, ...]
_SHARE = 0.25
"""Of the time limit of one task that a group is expected to take, at most."""


class TaskGroups:
    """Tasks that wait for a worker and leave in groups.

    The first ones go alone, so that results come soon and show what a task takes; later ones together, as many as the
    work wants but fewer where the time limit, which is that of a group, would come near. What is left at the end is
    shared out. Tasks of a group that was lost go alone.

    Args:
        together: tasks of a group, at most.
        timeout: CPU seconds of a group.
    """

    def __init__(self, together: int, timeout: float) -> None:
        self._together, self._timeout = together, timeout
        self._waiting: deque[MoleculeTask] = deque()
        self._single: deque[MoleculeTask] = deque()
        self._seconds, self._known = 0.0, 0

    def slots(self, workers: int) -> int:
        """Tasks to have at hand for so many workers: two groups for each, and one that waits."""
        return 3 * workers * self._together

    def add(self, task: MoleculeTask) -> None:
        """A task waits."""
        self._waiting.append(task)

    def leave(self, workers: int, running: int) -> list[Group]:
        """The groups that leave when so many are running: two for each worker."""
        groups = []
        while (self._single or self._waiting) and running + len(groups) < 2 * workers:
            groups.append(self._next(workers))
        return groups

    def ended(self, results: Sequence[MoleculeResult]) -> None:
        """Record the outcome of a group."""
        self._seconds += sum(result.seconds for result in results)
        self._known += len(results)

    def lost(self, group: Group) -> bool:
        """Whether the tasks of a group whose worker was lost are tried alone; a single one is not."""
        if len(group) > 1:
            self._single.extend(group)
        return len(group) > 1

    def _next(self, workers: int) -> Group:
        if self._single:
            return (self._single.popleft(),)
        size = min(self._together, max(1, len(self._waiting) // workers), self._in_time())
        return tuple(self._waiting.popleft() for _ in range(min(size, len(self._waiting))))

    def _in_time(self) -> int:
        """Tasks that are expected to take less than the share of the time limit."""
        if not self._known:
            return 1
        return max(1, int(_SHARE * self._timeout / max(1e-3, self._seconds / self._known)))
