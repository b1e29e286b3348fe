"""Prepared conformers on disk: one safetensors file of flat arrays per part; read without RDKit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from molgen.chem.records import MoleculeGraph
from molgen.errors import InputError

FORMAT = "molgen-conformers-1"


@dataclass(frozen=True)
class Entry:
    """One molecule with k conformers of n heavy atoms.

    Attributes:
        graph: the heavy-atom graph.
        positions: float16 [k, n, 3], Angstrom, centred (0.008 A resolution at 16 A).
        weights: float16 [k], relative weight of each conformer (Boltzmann factor, or 1).
        permutations: uint8 [p, n], symmetry-equivalent atom orders, the identity among them.
        source: index into the names given by :func:`load_parts`.
    """

    graph: MoleculeGraph
    positions: np.ndarray
    weights: np.ndarray
    permutations: np.ndarray
    source: int = 0


# name -> (how to get the array, width of a row)
_FIELDS = {
    "atoms": lambda e: e.graph.atoms,
    "bond_index": lambda e: e.graph.bond_index.T,
    "bonds": lambda e: e.graph.bonds,
    "torsions": lambda e: e.graph.torsions,
    "moving": lambda e: e.graph.moving.reshape(-1),
    "paths": lambda e: e.graph.paths,
    "path_torsion": lambda e: e.graph.path_torsion,
    "positions": lambda e: e.positions.reshape(-1, 3),
    "weights": lambda e: e.weights,
    "permutations": lambda e: e.permutations.reshape(-1),
}


def encode_part(entries: Sequence[Entry], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    arrays = {}
    for name, get in _FIELDS.items():
        rows = [np.ascontiguousarray(get(entry)) for entry in entries]
        arrays[name] = np.concatenate(rows)
        arrays[name + "_rows"] = np.array([len(r) for r in rows], dtype=np.int32)
    return save(arrays, metadata={"format": FORMAT, "source": source, "count": json.dumps(len(entries))})


def load_parts(paths: Sequence[Path]) -> tuple[list[Entry], list[str]]:
    """Read parts -> entries and the names of their sources.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    entries: list[Entry] = []
    sources: list[str] = []
    for path in paths:
        arrays, source = _read(path)
        if source not in sources:
            sources.append(source)
        try:
            entries += _split(arrays, sources.index(source))
        except (KeyError, ValueError) as error:
            raise InputError(f"lacks arrays, or their sizes disagree: {error}", source=path) from error
    return entries, sources


def part_files(folder: Path) -> list[Path]:
    """The parts below a prepared folder, sorted; a single file stands for itself."""
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.safetensors"))
    if not paths:
        raise InputError("holds no prepared conformers (*.safetensors)", source=folder)
    return paths


def _read(path: Path) -> tuple[dict[str, np.ndarray], str]:
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise InputError(f"is not a prepared conformer set ({FORMAT})", source=path)
            names = file.keys()  # the file itself is not iterable
            return {name: file.get_tensor(name) for name in names}, metadata["source"]
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(f"cannot be read: {error}", source=path) from error


def _split(arrays: dict[str, np.ndarray], source: int) -> list[Entry]:
    pieces = {name: np.split(arrays[name], np.cumsum(arrays[name + "_rows"])[:-1]) for name in _FIELDS}
    entries = []
    for row in range(len(arrays["atoms_rows"])):
        get = {name: piece[row] for name, piece in pieces.items()}
        n, m = len(get["atoms"]), len(get["torsions"])
        graph = MoleculeGraph(
            atoms=get["atoms"],
            bond_index=get["bond_index"].T,
            bonds=get["bonds"],
            torsions=get["torsions"],
            moving=get["moving"].reshape(m, n),
            paths=get["paths"],
            path_torsion=get["path_torsion"],
        )
        positions = get["positions"].reshape(-1, n, 3)
        entries.append(Entry(graph, positions, get["weights"], get["permutations"].reshape(-1, n), source))
    return entries
