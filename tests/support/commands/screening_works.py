"""Works and engines that are quick and misbehave on purpose."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from molgen.errors import CheckpointError
from molgen.screening.engines.engine import Finished
from molgen.screening.work import MoleculeResult, MoleculeTask

CRASHES, HANGS, FAILS = "[Ge]", "[As]", "[Te]"


@dataclass(frozen=True)
class LengthWork:
    """The length of a SMILES; some molecules end the worker, take for ever or fail."""

    pause: float = 0.0
    openable: bool = True
    together: int = 1
    device: str = "cpu"

    @property
    def name(self):
        return "length"

    @property
    def columns(self):
        return {"length": "whole", "sum": "number"}

    @property
    def rank_by(self):
        return ("length", "-sum")

    def arrays(self):
        return [np.arange(5, dtype=np.float32), np.full(3, 2.0)]

    def open(self, arrays: Sequence[np.ndarray]):
        if not self.openable:
            raise CheckpointError("these weights are of no use")
        total = float(sum(values.sum() for values in arrays))
        return lambda smiles: [self._measure(one, total) for one in smiles]

    def _measure(self, smiles: str, total: float) -> MoleculeResult:
        if smiles == CRASHES:
            os.kill(os.getpid(), 9)
        if smiles == HANGS:
            while time.process_time() < 600:
                pass
        if smiles == FAILS:
            return MoleculeResult("tellurium is rare", 0.0)
        time.sleep(self.pause)
        sdf = f"{smiles}\n  molgen\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n$$$$\n"
        return MoleculeResult(None, self.pause, {"length": len(smiles), "sum": total}, sdf)


class HereEngine:
    """Works in this process, last task first, and can die after some tasks as a killed driver does."""

    def __init__(self, work: LengthWork, lives: int | None = None) -> None:
        self._ready = work.open(work.arrays())
        self._tasks: list[MoleculeTask] = []
        self.lives = lives
        self.worked: list[str] = []

    def slots(self) -> int:
        return 3

    def submit(self, task: MoleculeTask) -> None:
        self._tasks.append(task)

    def finished(self, patience: float) -> list[Finished]:
        if self.lives is not None:
            if self.lives == 0:
                raise SystemExit("killed")
            self.lives -= 1
        task = self._tasks.pop()
        self.worked.append(task.smiles)
        if task.smiles == CRASHES:
            return [Finished(task, None, "its worker died (signal 9)")]
        if task.smiles == HANGS:
            return [Finished(task, None, "took longer than 1 s", final=True)]
        return [Finished(task, *self._ready([task.smiles]))]

    def close(self) -> None:
        self._tasks.clear()
