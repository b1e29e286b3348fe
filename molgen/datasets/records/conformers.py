"""Prepared conformers on disk; read without RDKit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.parts.part_files import Arrays, PartFormat, encode_part, join_rows, load_records, split_rows
from molgen.datasets.records.graph_columns import GRAPH_COLUMNS, graph_columns, graph_from_columns

FORMAT = PartFormat("molgen-conformers-1", "prepared conformer set")
COLUMNS = (*GRAPH_COLUMNS, "positions", "weights", "permutations")


@dataclass(frozen=True, eq=False)
class ConformerRecord:
    """One molecule with k conformers of n heavy atoms.

    Attributes:
        graph: the heavy-atom graph.
        positions: float16 [k, n, 3], Angstrom, centered (0.008 A resolution at 16 A).
        weights: float16 [k], relative weight of each conformer (Boltzmann factor, or 1).
        permutations: uint8 [p, n], symmetry-equivalent atom orders, the identity among them.
        source: index into the names given by :func:`load_conformers`.
    """

    graph: MoleculeGraph
    positions: np.ndarray
    weights: np.ndarray
    permutations: np.ndarray
    source: int = 0


def encode_conformers(records: Sequence[ConformerRecord], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    arrays = join_rows([conformer_columns(record) for record in records], COLUMNS)
    return encode_part(arrays, FORMAT, source, len(records))


def load_conformers(paths: Sequence[Path]) -> tuple[list[ConformerRecord], list[str]]:
    """Read parts -> records and the names of their sources.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    return load_records(paths, FORMAT, _decode)


def conformer_columns(record: ConformerRecord) -> Arrays:
    """The arrays of one molecule as they are stored: each a list of rows."""
    return {
        **graph_columns(record.graph),
        "positions": record.positions.reshape(-1, 3),
        "weights": record.weights,
        "permutations": record.permutations.reshape(-1),
    }


def conformers_from_columns(columns: Mapping[str, np.ndarray], source: int) -> ConformerRecord:
    """The molecule in arrays made by :func:`conformer_columns`.

    Raises:
        KeyError, ValueError: arrays are missing, or their sizes disagree.
    """
    graph, weights = graph_from_columns(columns), columns["weights"]
    positions = columns["positions"].reshape(len(weights), graph.n_atoms, 3)
    return ConformerRecord(graph, positions, weights, columns["permutations"].reshape(-1, graph.n_atoms), source)


def _decode(arrays: Arrays, source: int) -> list[ConformerRecord]:
    check_graphs(arrays)
    return [conformers_from_columns(columns, source) for columns in split_rows(arrays, COLUMNS)]
