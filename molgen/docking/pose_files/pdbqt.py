"""Poses as a PDBQT file in the manner of Vina: one MODEL each, with its score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdbqt.ligand_writing import PdbqtLigand, pdbqt_ligand, pdbqt_record
from molgen.chem.molecules.writing import SdfRecord, compressed
from molgen.files import write_atomically


def write_pdbqt(path: str | Path, records: Iterable[SdfRecord]) -> int:
    """Stream poses into a PDBQT file (gzipped when `path` ends in .gz), atomically; returns how many were written.

    Models are numbered through the file, whatever their ligand; REMARK VINA RESULT has the score in kcal/mol, and the
    RMSD in Angstrom from the first pose of the ligand in this state, as Vina's lower and upper bound: each atom to the
    nearest one of its element, and each atom to itself.

    Raises:
        InputError: the file cannot be created, or a molecule has no place in the format.
    """
    count = 0
    with write_atomically(path, binary=True) as raw, compressed(path, raw) as stream:
        for count, lines in enumerate(_models(records), start=1):
            stream.write("".join(f"{line}\n" for line in (f"MODEL {count}", *lines, "ENDMDL")).encode())
    return count


def _models(records: Iterable[SdfRecord]) -> Iterator[list[str]]:
    known: dict[int, tuple[Chem.Mol, PdbqtLigand, np.ndarray]] = {}
    ligand_name: str | None = None
    for record in records:
        if record.name != ligand_name:
            known, ligand_name = {}, record.name  # poses of one ligand follow each other
        key = id(record.mol)
        if key not in known:
            known[key] = (record.mol, pdbqt_ligand(record.mol), _heavy_positions(record))
        _, ligand, first = known[key]
        fields = [f"{name} {_text(value)}" for name, value in record.properties.items()]
        result = _result(record, _heavy_positions(record), first)
        yield pdbqt_record(ligand, record.conformer, record.name or "ligand", [*result, *fields])


def _result(record: SdfRecord, positions: np.ndarray, first: np.ndarray) -> list[str]:
    score = record.properties.get("molgen_score")
    if not isinstance(score, float):
        return []
    elements = np.array([record.mol.GetAtomWithIdx(int(atom)).GetAtomicNum() for atom in heavy_atoms(record.mol)])
    lower, upper = _bounds(elements, positions, first)
    return [f"VINA RESULT: {score:9.3f}  {lower:9.3f}  {upper:9.3f}"]


def _bounds(elements: np.ndarray, positions: np.ndarray, first: np.ndarray) -> tuple[float, float]:
    """RMSD, Angstrom, of each atom to the nearest one of its element, in the worse direction; and of each to itself."""
    squares = ((positions[:, None] - first[None]) ** 2).sum(-1)
    upper = float(np.sqrt(np.diagonal(squares).mean()))
    squares[elements[:, None] != elements[None]] = np.inf
    lower = max(float(np.sqrt(squares.min(axis).mean())) for axis in (0, 1))
    return lower, upper


def _heavy_positions(record: SdfRecord) -> np.ndarray:
    return record.mol.GetConformer(record.conformer).GetPositions()[heavy_atoms(record.mol)]


def _text(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else one_line(value)
