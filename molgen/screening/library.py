"""A library of molecules as a stream of numbered inputs with canonical SMILES."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcNumRotatableBonds

from molgen.chem.formats.compression import decompressed, plain_name
from molgen.chem.formats.parsing import one_line, silent_rdkit
from molgen.chem.molecules.protonation import has_stated_protons
from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.chem.molecules.standardize import supported_fragment
from molgen.chem.molecules.stereo.lost_marks import lost_marks_note
from molgen.chem.molecules.stereo.stereo_smiles import stereo_smiles
from molgen.errors import InputError, ParseError
from molgen.files.opening import open_input

_EDGE = 1 << 20
"""Bytes at each end of a file that its fingerprint looks at."""


@dataclass(frozen=True)
class LibraryInput:
    """One input of a library.

    Attributes:
        index: from 0.
        name, place: of the input (place: "line 7", "record 3" or None).
        smiles: canonical, isomeric, with the charges of the input, a CXSMILES where the stereo needs one; None if it
            could not be read.
        size: heavy atoms and rotatable bonds, roughly the cost; 0 if unreadable.
        error: why it could not be read, or is not worked on, one line; atoms are numbered as in the input.
        stated: whether explicit hydrogens say how it is protonated.
        note: what was decided in reading it.
        target: protein file and pocket of a pair; empty where the run has one protein.
    """

    index: int
    name: str
    place: str | None
    smiles: str | None
    size: int
    error: str | None
    stated: bool = False
    note: str = ""
    target: tuple[str, ...] = ()

    @cached_property
    def key(self) -> bytes | None:
        """16 bytes that are equal for equal molecules: the same canonical SMILES, protons stated or not, and target.

        None for what is not worked on.
        """
        if self.error is not None or self.smiles is None:
            return None
        return hashlib.blake2b(self.task_smiles.encode(), digest_size=16).digest()

    @cached_property
    def task_smiles(self) -> str:
        """What is worked on: the SMILES, with every atom in brackets where the input states its protons; "" for none.

        Of a pair, its target and the SMILES as a list in JSON.
        """
        smiles = self.smiles or ""
        if smiles and self.stated:
            smiles = stereo_smiles(Chem.MolFromSmiles(smiles), stated_hydrogens=True)
        return json.dumps([*self.target, smiles]) if self.target else smiles


def read_library(
    path: str | Path, first: int = 0, columns: Mapping[str, str] | None = None, *, largest_fragment: bool = False
) -> Iterator[LibraryInput]:
    """The inputs from number ``first`` on; those before are passed over.

    Args:
        path: of the file.
        first: number of the first one.
        columns: `smiles_column` and `name_column` of :func:`molgen.read_molecules`, where they are given.
        largest_fragment: as of :func:`molgen.dock`.

    Raises:
        InputError: the file is missing or of an unknown kind.
    """
    records = read_molecules(Path(path), **(columns or {}))
    return (library_input(record, largest_fragment) for record in records if record.index >= first)


def library_input(record: InputRecord, largest_fragment: bool = False) -> LibraryInput:
    """A record as an input of a library; a molecule that molgen cannot work on has its SMILES and the reason."""
    if record.mol is None:
        return LibraryInput(record.index, record.name, record.place, None, 0, record.error or "unreadable")
    try:
        with silent_rdkit():
            smiles = stereo_smiles(record.mol)
            stated = has_stated_protons(record.mol)
            note = "; ".join(filter(None, (record.note, lost_marks_note(record.mol))))
    except Exception as error:  # RDKit raises what it likes
        return LibraryInput(record.index, record.name, record.place, None, 0, one_line(f"no canonical SMILES: {error}"))
    size = record.mol.GetNumHeavyAtoms() + CalcNumRotatableBonds(record.mol)
    error = _refusal(record.mol, largest_fragment)
    return LibraryInput(record.index, record.name, record.place, smiles, size, error, stated, note)


def _refusal(mol: Chem.Mol, largest_fragment: bool) -> str | None:
    """Why a molecule is not worked on, said of its own atoms: those of the canonical SMILES have other numbers."""
    try:
        with silent_rdkit():
            supported_fragment(mol, largest_fragment=largest_fragment)
    except ParseError as error:
        return error.reason
    return None


def count_records(path: str | Path) -> int | None:
    """About how many inputs a library has, for progress; None where counting is not cheap."""
    file = Path(path)
    kind = plain_name(file)
    if kind.endswith(".parquet"):
        from molgen.chem.formats.parquet import count_rows

        return count_rows(file)
    try:
        with decompressed(open_input(file), file) as lines:
            if kind.endswith((".sdf", ".sd")):
                return sum(line.startswith(b"$$$$") for line in lines)
            if kind.endswith((".smi", ".smiles", ".ism", ".inchi", ".txt", ".csv", ".tsv")):
                header = kind.endswith((".csv", ".tsv"))
                return max(0, sum(bool(line.strip()) and not line.startswith(b"#") for line in lines) - header)
    except InputError:
        return None
    return None


def fingerprint(path: str | Path) -> dict[str, str | int]:
    """Name, size and a digest of both ends of a file, by which a resumed run knows its input.

    Raises:
        InputError: it cannot be read.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        with file.open("rb") as data:
            digest = hashlib.sha256(data.read(_EDGE))
            data.seek(max(0, size - _EDGE))
            digest.update(data.read(_EDGE))
    except FileNotFoundError:
        raise InputError("no such file", source=path) from None
    except OSError as error:
        raise InputError(error.strerror or str(error), source=path) from error
    return {"name": file.name, "bytes": size, "digest": digest.hexdigest()}
