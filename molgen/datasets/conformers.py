"""Prepared conformers on disk: one safetensors file of flat arrays per part; read without RDKit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors.numpy import save

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.part_files import read_arrays
from molgen.errors import InputError

FORMAT = "molgen-conformers-1"
Record = TypeVar("Record")


@dataclass(frozen=True)
class Entry:
    """One molecule with k conformers of n heavy atoms.

    Attributes:
        graph: the heavy-atom graph.
        positions: float16 [k, n, 3], Angstrom, centerd (0.008 A resolution at 16 A).
        weights: float16 [k], relative weight of each conformer (Boltzmann factor, or 1).
        permutations: uint8 [p, n], symmetry-equivalent atom orders, the identity among them.
        source: index into the names given by :func:`load_parts`.
    """

    graph: MoleculeGraph
    positions: np.ndarray
    weights: np.ndarray
    permutations: np.ndarray
    source: int = 0


def encode_part(entries: Sequence[Entry], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    return encode([entry_arrays(entry) for entry in entries], source, FORMAT)


def load_parts(paths: Sequence[Path]) -> tuple[list[Entry], list[str]]:
    """Read parts -> entries and the names of their sources.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    return load(paths, FORMAT, entry_from)


def part_files(folder: Path) -> list[Path]:
    """The parts below a prepared folder, sorted; a single file stands for itself."""
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.safetensors"))
    if not paths:
        raise InputError("holds no prepared conformers (*.safetensors)", source=folder)
    return paths


def entry_arrays(entry: Entry) -> dict[str, np.ndarray]:
    """The arrays of one molecule as they are stored: each a list of rows."""
    graph = entry.graph
    return {
        "atoms": graph.atoms,
        "bond_index": graph.bond_index.T,
        "bonds": graph.bonds,
        "torsions": graph.torsions,
        "moving": graph.moving.reshape(-1),
        "paths": graph.paths,
        "path_torsion": graph.path_torsion,
        "positions": entry.positions.reshape(-1, 3),
        "weights": entry.weights,
        "permutations": entry.permutations.reshape(-1),
    }


def entry_from(arrays: Mapping[str, np.ndarray], source: int) -> Entry:
    """The molecule in arrays made by :func:`entry_arrays`."""
    n, m = len(arrays["atoms"]), len(arrays["torsions"])
    graph = MoleculeGraph(
        atoms=arrays["atoms"],
        bond_index=arrays["bond_index"].T,
        bonds=arrays["bonds"],
        torsions=arrays["torsions"],
        moving=arrays["moving"].reshape(m, n),
        paths=arrays["paths"],
        path_torsion=arrays["path_torsion"],
    )
    permutations = arrays["permutations"].reshape(-1, n)
    return Entry(graph, arrays["positions"].reshape(-1, n, 3), arrays["weights"], permutations, source)


def encode(records: Sequence[Mapping[str, np.ndarray]], source: str, kind: str) -> bytes:
    """One part of records that all have the same arrays, the rows of all of them end to end."""
    flat = {}
    for name in records[0]:
        rows = [np.ascontiguousarray(record[name]) for record in records]
        flat[name] = np.concatenate(rows)
        flat[name + "_rows"] = np.array([len(r) for r in rows], dtype=np.int32)
    return save(flat, metadata={"format": kind, "source": source, "count": json.dumps(len(records))})


def load(
    paths: Sequence[Path], kind: str, build: Callable[[Mapping[str, np.ndarray], int], Record]
) -> tuple[list[Record], list[str]]:
    """Read parts of a format -> what ``build`` makes of every record's arrays, and the names of the sources.

    Raises:
        InputError: a file is missing, damaged or of another format.
    """
    records: list[Record] = []
    sources: list[str] = []
    for path in paths:
        arrays, metadata = read_arrays(path, kind, "prepared conformer set")
        source = metadata["source"]
        if source not in sources:
            sources.append(source)
        try:
            check_graphs(arrays)
            records += [build(row, sources.index(source)) for row in _split(arrays)]
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise InputError(f"lacks arrays, or their sizes disagree: {error}", source=path) from error
    return records, sources


def _split(arrays: Mapping[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    counts = {name.removesuffix("_rows"): rows for name, rows in arrays.items() if name.endswith("_rows")}
    for name, rows in counts.items():
        if (rows < 0).any() or rows.sum() != len(arrays[name]) or len(rows) != len(counts["atoms"]):
            raise ValueError(f"{name} has {len(arrays[name])} rows")
    pieces = {name: np.split(arrays[name], np.cumsum(rows)[:-1]) for name, rows in counts.items()}
    return [{name: piece[k] for name, piece in pieces.items()} for k in range(len(counts["atoms"]))]
