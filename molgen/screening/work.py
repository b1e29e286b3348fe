"""What is done to the molecules of a library: the same in every process, whatever engine runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

ColumnKind = Literal["whole", "number", "truth", "text"]


@dataclass(frozen=True)
class MoleculeResult:
    """The outcome of one molecule.

    Attributes:
        error: reason of a failure, one line; None when all is well.
        seconds: wall time.
        values: name of a column of the work -> its value; empty for a failure.
        sdf: SD records of the structures; "" for a failure.
    """

    error: str | None
    seconds: float
    values: Mapping[str, Any] = field(default_factory=dict)
    sdf: str = ""


WorkFunction = Callable[[Sequence[str]], list[MoleculeResult]]
"""SMILES -> their results, none of which depends on the others; never raises."""


class Work(Protocol):
    """A task that can be sent to other processes; its large arrays go apart, so that a node holds them once."""

    @property
    def name(self) -> str:
        """Of the command, e.g. "screen"."""
        ...

    @property
    def columns(self) -> Mapping[str, ColumnKind]:
        """What a result has in `values`, in the order of the table."""
        ...

    @property
    def rank_by(self) -> tuple[str, ...]:
        """Columns that a library can be ranked by, the default first; a minus sign in front: highest first."""
        ...

    @property
    def together(self) -> int:
        """Molecules that are worked on together, at most."""
        ...

    @property
    def device(self) -> str:
        """Where it is done: the name of a device, or of several that the workers share out."""
        ...

    def arrays(self) -> list[np.ndarray]:
        """What all workers of a node read and none writes."""
        ...

    def open(self, arrays: Sequence[np.ndarray]) -> WorkFunction:
        """Called once in a worker: load what the work needs.

        Raises:
            MolgenError: it cannot be had; that ends the run.
        """
        ...


@dataclass(frozen=True)
class MoleculeTask:
    """One molecule to work on.

    Attributes:
        key: of the molecule; equal for equal canonical SMILES.
        smiles: canonical; every atom in brackets where the input states its protons.
        size: rough cost, to begin with the longest.
    """

    key: bytes
    smiles: str
    size: int
