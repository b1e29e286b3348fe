"""A process that works on molecules."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

import numpy as np

from molgen.screening.work import Ready, Result, Work

_PR_SET_PDEATHSIG = 1


class Worker:
    """Holds the opened work of this process."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._paths: Sequence[str] = ()
        self._ready: Ready | None = None

    def begin(self, work: Work, paths: Sequence[str], parent: int) -> None:
        """Set up the process; what is slow or may fail waits for the first molecule.

        Args:
            work: what to do.
            paths: .npy files of its arrays, mapped into memory and shared with the other workers.
            parent: process without which this one has no purpose.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
        _end_with(parent)
        self._work, self._paths, self._ready = work, paths, None

    def __call__(self, smiles: str) -> Result:
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


def _end_with(parent: int) -> None:
    """On Linux: be killed when the parent is gone, also when it is killed itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if not os.path.exists(f"/proc/{parent}"):
            os._exit(1)


WORKER = Worker()


def begin(work: Work, paths: Sequence[str], parent: int) -> None:
    """Set up the worker of this process."""
    WORKER.begin(work, paths, parent)


def run(smiles: str) -> Result:
    """Work on one molecule in this process."""
    return WORKER(smiles)
