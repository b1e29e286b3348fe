"""A process that works on molecules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import IO

import numpy as np

from molgen.files.locks import take_lock
from molgen.runtime.devices import take_turn
from molgen.screening.work import MoleculeResult, MoleculeTask, Work, WorkFunction


class Worker:
    """Holds the opened work of this process."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._paths: Sequence[str] = ()
        self._ready: WorkFunction | None = None
        self._number: Number | None = None

    def begin(self, work: Work, paths: Sequence[str], folder: str | None = None) -> None:
        """Set up the process; what is slow or may fail waits for the first molecule.

        Args:
            work: what to do.
            paths: .npy files of its arrays, mapped into memory and shared with the other workers.
            folder: where the workers of a pool take their numbers, by which they share out devices.
        """
        self._work, self._paths, self._ready = work, paths, None
        if folder is not None:
            self._number = Number(Path(folder))
            take_turn(self._number.value)

    def __call__(self, smiles: Sequence[str]) -> list[MoleculeResult]:
        if self._ready is None:
            if self._work is None:
                raise RuntimeError("the worker was not set up")
            prepare_process()
            self._ready = self._work.open([np.load(path, mmap_mode="c") for path in self._paths])
        return self._ready(smiles)


def prepare_process() -> None:
    """One thread, since workers share the machine and the number of threads must not change results; RDKit is quiet."""
    import torch
    from rdkit.rdBase import DisableLog

    torch.set_num_threads(1)
    DisableLog("rdApp.*")


class Number:
    """The lowest number that no other living process has taken in a folder; free again when this one ends.

    Attributes:
        value: the number, from 0.
    """

    def __init__(self, folder: Path) -> None:
        for self.value in count():
            self._file: IO = (folder / f"worker-{self.value}").open("a")
            try:
                take_lock(self._file)
                return
            except OSError:
                self._file.close()

    def close(self) -> None:
        """Give it back."""
        self._file.close()


WORKER = Worker()


def begin(work: Work, paths: Sequence[str], folder: str | None = None) -> None:
    """Set up the worker of this process."""
    WORKER.begin(work, paths, folder)


def run(group: Sequence[MoleculeTask]) -> list[MoleculeResult]:
    """Work on some molecules in this process."""
    return WORKER([task.smiles for task in group])
