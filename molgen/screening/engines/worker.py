"""A process that works on molecules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from molgen.screening.work import MoleculeResult, MoleculeTask, Work, WorkFunction


class Worker:
    """Holds the opened work of this process."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._paths: Sequence[str] = ()
        self._ready: WorkFunction | None = None

    def begin(self, work: Work, paths: Sequence[str]) -> None:
        """Set up the process; what is slow or may fail waits for the first molecule.

        Args:
            work: what to do.
            paths: .npy files of its arrays, mapped into memory and shared with the other workers.
        """
        self._work, self._paths, self._ready = work, paths, None

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


WORKER = Worker()


def begin(work: Work, paths: Sequence[str]) -> None:
    """Set up the worker of this process."""
    WORKER.begin(work, paths)


def run(group: Sequence[MoleculeTask]) -> list[MoleculeResult]:
    """Work on some molecules in this process."""
    return WORKER([task.smiles for task in group])
