"""Trajectories of a trained flow over prepared molecules, on disk; read without RDKit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.parts.part_files import Arrays, PartFormat, encode_part, join_rows, load_records, split_rows
from molgen.datasets.records.conformers import COLUMNS as CONFORMER_COLUMNS
from molgen.datasets.records.conformers import ConformerRecord, conformer_columns, conformers_from_columns
from molgen.errors import InputError

FORMAT = PartFormat("molgen-trajectories-1", "set of trajectories")
COLUMNS = (*CONFORMER_COLUMNS, "template", "start", "path")


@dataclass(frozen=True, eq=False)
class TrajectoryRecord:
    """One molecule with R trajectories of its m torsions from the prior (t = 1) to the data (t = 0).

    Attributes:
        molecule: its conformers are the template conformers under the trajectories.
        template: uint8 [R], the conformer under each.
        start: float16 [R, m], torsions at t = 1, radian.
        path: float16 [R, P, m], how far they have turned at t = 1 - 1 / P, 1 - 2 / P, ..., 0; full turns included.
    """

    molecule: ConformerRecord
    template: np.ndarray
    start: np.ndarray
    path: np.ndarray

    @property
    def graph(self) -> MoleculeGraph:
        return self.molecule.graph

    @property
    def intervals(self) -> int:
        """P."""
        return self.path.shape[1]


def encode_trajectories(records: Sequence[TrajectoryRecord], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    arrays = join_rows([_columns(record) for record in records], COLUMNS)
    return encode_part(arrays, FORMAT, source, len(records))


def load_trajectories(paths: Sequence[Path]) -> tuple[list[TrajectoryRecord], list[str]]:
    """Read parts -> trajectories and the names of the sets that they were made over.

    Raises:
        InputError: a file is missing, damaged or not a part, or the parts keep different numbers of points.
    """
    records, sources = load_records(paths, FORMAT, _decode)
    if len({record.intervals for record in records}) > 1:
        raise InputError("trajectories with different numbers of points do not go together", source=paths[0].parent)
    return records, sources


def _columns(record: TrajectoryRecord) -> Arrays:
    own = {"template": record.template, "start": record.start.reshape(-1), "path": record.path.reshape(-1)}
    return conformer_columns(record.molecule) | own


def _decode(arrays: Arrays, source: int) -> list[TrajectoryRecord]:
    check_graphs(arrays)
    return [_from_columns(columns, source) for columns in split_rows(arrays, COLUMNS)]


def _from_columns(columns: Mapping[str, np.ndarray], source: int) -> TrajectoryRecord:
    molecule, count = conformers_from_columns(columns, source), len(columns["template"])
    if not count or not molecule.graph.n_torsions or columns["template"].max() >= len(molecule.positions):
        raise ValueError("no trajectories, or on conformers that are not there")
    start = columns["start"].reshape(count, molecule.graph.n_torsions)
    path = columns["path"].reshape(count, -1, start.shape[1])
    if not path.shape[1] or not (np.isfinite(start).all() and np.isfinite(path).all()):
        raise ValueError("trajectories without points, or with angles that are not finite")
    return TrajectoryRecord(molecule, columns["template"], start, path)
