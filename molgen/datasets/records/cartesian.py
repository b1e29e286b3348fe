"""Prepared conformers of heavy atoms and polar hydrogens on disk; read without RDKit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.stereo_marks import StereoMarks
from molgen.datasets.parts.part_files import Arrays, PartFormat, encode_part, join_rows, load_records, split_rows
from molgen.datasets.records.graph_columns import GRAPH_COLUMNS, graph_columns, graph_from_columns

FORMAT = PartFormat("molgen-cartesian-1", "prepared set of coordinates")
COLUMNS = (*GRAPH_COLUMNS, "chiral", "double_bonds", "positions", "placed")


@dataclass(frozen=True, eq=False)
class CartesianRecord:
    """One molecule with k conformers of n heavy atoms and polar hydrogens.

    Attributes:
        graph: their graph, without torsions.
        marks: their stereo.
        positions: float16 [k, n, 3], Angstrom, centered.
        placed: bool [n], False for hydrogens whose place the structures do not tell, such as a hydroxyl's in a crystal.
        source: index into the names given by :func:`load_cartesian`.
    """

    graph: MoleculeGraph
    marks: StereoMarks
    positions: np.ndarray
    placed: np.ndarray
    source: int = 0


def encode_cartesian(records: Sequence[CartesianRecord], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    arrays = join_rows([_columns(record) for record in records], COLUMNS)
    return encode_part(arrays, FORMAT, source, len(records))


def load_cartesian(paths: Sequence[Path]) -> tuple[list[CartesianRecord], list[str]]:
    """Read parts -> records and the names of their sources.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    return load_records(paths, FORMAT, _decode)


def _columns(record: CartesianRecord) -> Arrays:
    return {
        **graph_columns(record.graph),
        "chiral": record.marks.chiral,
        "double_bonds": record.marks.double_bonds,
        "positions": record.positions.reshape(-1, 3),
        "placed": record.placed,
    }


def _decode(arrays: Arrays, source: int) -> list[CartesianRecord]:
    check_graphs(arrays, symmetric=False)
    return [_record(columns, source) for columns in split_rows(arrays, COLUMNS)]


def _record(columns: Arrays, source: int) -> CartesianRecord:
    graph, marks = graph_from_columns(columns), StereoMarks(columns["chiral"], columns["double_bonds"])
    positions, placed = columns["positions"].reshape(-1, graph.n_atoms, 3), columns["placed"].astype(bool)
    if len(placed) != graph.n_atoms or not len(positions):
        raise ValueError("positions or placed are of other atoms")
    for name, atoms, width in (("chiral", marks.chiral, 4), ("double_bonds", marks.double_bonds[:, :4], 5)):
        if getattr(marks, name).shape[1:] != (width,) or (atoms < 0).any() or (atoms >= graph.n_atoms).any():
            raise ValueError(f"{name} points outside its molecule")
    return CartesianRecord(graph, marks, positions, placed, source)
