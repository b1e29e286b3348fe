"""Trajectories of a trained flow over prepared molecules, on disk; read without RDKit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.conformers import Entry, encode, entry_arrays, entry_from, load
from molgen.errors import InputError

FORMAT = "molgen-trajectories-1"


@dataclass(frozen=True)
class Trajectories:
    """One molecule with R trajectories of its m torsions from the prior (t = 1) to the data (t = 0).

    Attributes:
        entry: the molecule; its conformers are the template conformers under the trajectories.
        template: uint8 [R], the conformer under each.
        start: float16 [R, m], torsions at t = 1, radian.
        path: float16 [R, P, m], how far they have turned at t = 1 - 1 / P, 1 - 2 / P, ..., 0; full turns included.
    """

    entry: Entry
    template: np.ndarray
    start: np.ndarray
    path: np.ndarray

    @property
    def graph(self) -> MoleculeGraph:
        return self.entry.graph

    @property
    def intervals(self) -> int:
        """P."""
        return self.path.shape[1]


def encode_trajectories(records: Sequence[Trajectories], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    return encode([_arrays(record) for record in records], source, FORMAT)


def load_trajectories(paths: Sequence[Path]) -> tuple[list[Trajectories], list[str]]:
    """Read parts -> trajectories and the names of the sets that they were made over.

    Raises:
        InputError: a file is missing, damaged or not a part, or the parts keep different numbers of points.
    """
    records, sources = load(paths, FORMAT, _record)
    if len({record.intervals for record in records}) > 1:
        raise InputError("trajectories with different numbers of points do not go together", source=paths[0].parent)
    return records, sources


def _arrays(record: Trajectories) -> dict[str, np.ndarray]:
    own = {"template": record.template, "start": record.start.reshape(-1), "path": record.path.reshape(-1)}
    return entry_arrays(record.entry) | own


def _record(arrays: Mapping[str, np.ndarray], source: int) -> Trajectories:
    entry, count = entry_from(arrays, source), len(arrays["template"])
    if not count or not entry.graph.n_torsions or arrays["template"].max() >= len(entry.positions):
        raise ValueError("no trajectories, or on conformers that are not there")
    start = arrays["start"].reshape(count, entry.graph.n_torsions)
    path = arrays["path"].reshape(count, -1, start.shape[1])
    if not path.shape[1] or not (np.isfinite(start).all() and np.isfinite(path).all()):
        raise ValueError("trajectories without points, or with angles that are not finite")
    return Trajectories(entry, arrays["template"], start, path)
