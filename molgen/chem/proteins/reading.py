"""Proteins, nucleic acids and what is bound to them, from PDB and mmCIF files."""

from __future__ import annotations

import gzip
import io
import os
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from molgen.chem.formats.binary_cif import binary_tables
from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.mmcif.declared_bonds import BondEnd, bonds_of_table, declared_bonds
from molgen.chem.formats.mmcif.reading import atoms_of_table, parse_mmcif
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdb.letter_case import with_upper_case_records
from molgen.chem.formats.pdb.reading import parse_pdb
from molgen.chem.formats.pdb.relatives import pdb_of_pdbqt, pdb_of_pqr
from molgen.chem.formats.symmetry.assembly_copies import assembly_copies, copies_of_tables
from molgen.chem.formats.symmetry.records import AssemblyCopy
from molgen.chem.proteins.assembly import assemble
from molgen.chem.proteins.predictions.confidence import is_predicted
from molgen.chem.proteins.structure import Protein
from molgen.errors import InputError, MolgenError
from molgen.files.opening import check_input, read_input

MAX_BYTES = 128 * 2**20
"""The largest file to read, after decompression: a million and a half atoms."""

_CELL = 2.0  # Angstrom; a cube of this edge holds a few atoms, in overlaid models some dozens
_MOST_IN_CELL = 300
_PDB_SUFFIXES, _MMCIF_SUFFIXES = (".pdb", ".ent", ".brk", ".pdb1"), (".cif", ".mmcif")
_BINARY = ".bcif"
_BINARY_TABLES = ("_atom_site", "_entity", "_struct_conn", "_pdbx_struct_assembly_gen", "_pdbx_struct_oper_list")
_RELATIVES = {".pdbqt": pdb_of_pdbqt, ".pqr": pdb_of_pqr}
_CIF_ATOMS = re.compile(r"^[ \t]*_atom_site\.", re.MULTILINE)
_PDB_ATOMS = re.compile(r"^(ATOM|HETATM)", re.MULTILINE)
_SUSPECTS = (
    ("PDBQT", re.compile(r"^(ROOT|TORSDOF|BRANCH)\b", re.MULTILINE)),
    ("MOL2", re.compile(r"^@<TRIPOS>", re.MULTILINE)),
    ("SD or MOL", re.compile(r"V[23]000 *$|^M  END|^\$\$\$\$", re.MULTILINE)),
    ("XML", re.compile(r"\A\s*<")),
    ("SMILES", re.compile(r"\A\s*[A-Za-z0-9@+\-\[\]()=#$%/\\.]+([ \t][^\n]*)?\n*\Z")),
)


def read_protein(path: str | Path) -> Protein:
    """The heavy atoms of a PDB or mmCIF file (.pdb, .pdb1, .ent, .cif, .mmcif, .bcif, .pdbqt, .pqr; each also as
    .gz).

    Of models that lie on each other the first; models that do not overlap are the chains of one assembly. Author chain
    ids and residue numbers; of alternative locations the most occupied; atoms of zero occupancy included. What a file
    is, its content decides: a PDB file named .cif is read, with a note.
    Records and residues may be in lower case. `Protein.notes` says what was left out and what is missing.

    Raises:
        InputError: the file is missing, empty, too large, damaged, no text, of another format, or holds no atoms, or
            hundreds of them in one place.
        ParseError: an atom record is cut, or has no numbers for coordinates, or an unknown element; with its place:
            `line N` of a PDB file, `atom N` of an mmCIF table.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"a structure is a file, not {one_line(repr(path))[:100]} ({type(path).__name__})")
    path = Path(path)
    try:
        parsed = _parsed(path)
        atoms = parsed.atoms
        protein = assemble(atoms, source=one_line(path), notes=parsed.notes, predicted=parsed.predicted)
        if not len(protein):
            raise InputError("the file holds no atoms other than hydrogen" if atoms else "the file holds no atoms")
        _check_density(protein.positions)
        return replace(protein, declared_bonds=parsed.bonds, copies=parsed.copies)
    except MolgenError as error:
        raise type(error)(error.reason, source=one_line(path), place=error.place) from error


@dataclass(frozen=True)
class _Parsed:
    """What a file holds: its atoms, notes, the bonds that it declares, the copies that its assembly has besides, and
    whether it is a prediction (None: it does not say)."""

    atoms: list[AtomSite]
    notes: list[str]
    bonds: tuple[tuple[BondEnd, BondEnd], ...]
    copies: tuple[AssemblyCopy, ...]
    predicted: bool | None = False


def _parsed(path: Path) -> _Parsed:
    raw = _read_bytes(path)
    if _suffix(path) == _BINARY:
        table, *others = binary_tables(raw, _BINARY_TABLES)
        atoms, notes = atoms_of_table(table)
        more = [f"the first of {len(others) + 1} data blocks is read"] if others else []
        return _Parsed(atoms, [*notes, *more], bonds_of_table(table), copies_of_tables(table, table))
    text = _RELATIVES.get(_suffix(path), str)(with_upper_case_records(_decoded(raw)))
    form = _format(text)
    atoms, notes = (parse_mmcif if form == "mmCIF" else parse_pdb)(text)
    is_mmcif = form == "mmCIF"
    bonds = declared_bonds(text, is_mmcif=is_mmcif)
    copies = assembly_copies(text, is_mmcif=is_mmcif)
    return _Parsed(atoms, [*_surprise(path, form), *notes], bonds, copies, is_predicted(text))


def _check_density(positions: np.ndarray) -> None:
    """Files without coordinates have all atoms at the origin; to look for neighbors there would take all memory."""
    x, y, z = np.floor(positions / _CELL).astype(np.int64).T
    most = int(np.unique((x * 2**20 + y) * 2**20 + z, return_counts=True)[1].max())
    if most > _MOST_IN_CELL:
        raise InputError(f"{most} atoms lie within {_CELL:g} A: these are no coordinates of a structure")


def _read_bytes(path: Path) -> bytes:
    check_input(path)
    if _suffix(path) not in ("", *_PDB_SUFFIXES, *_MMCIF_SUFFIXES, _BINARY, *_RELATIVES):
        known = ", ".join((*_PDB_SUFFIXES, *_MMCIF_SUFFIXES, _BINARY, *_RELATIVES))
        raise InputError(f"cannot read {one_line(_suffix(path))} files; known are {known}, each also as .gz")
    raw = _uncompressed(read_input(path, MAX_BYTES), named_gz=path.suffix.lower() == ".gz")
    if len(raw) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES // 2**20} MiB")
    if not raw:
        raise InputError("the file is empty")
    return raw


def _suffix(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return name.suffix.lower()


def _uncompressed(raw: bytes, *, named_gz: bool) -> bytes:
    """`raw`, unpacked if it is gzip whatever its name, up to just above `MAX_BYTES`."""
    if not raw.startswith(b"\x1f\x8b"):
        if named_gz and raw:
            raise InputError("not a gzip file, in spite of its name")
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as stream:
            return stream.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, OSError) as error:
        raise InputError(f"damaged gzip file: {error}") from error


def _decoded(raw: bytes) -> str:
    """Text with plain newlines: UTF-8, or UTF-16 with its mark; bytes that are neither are replaced."""
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and b"\0" in raw:
        raise InputError("a binary file, neither PDB nor mmCIF")
    text = raw.decode("utf-16" if wide else "utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise InputError("the file is empty")
    return text


def _format(text: str) -> Literal["PDB", "mmCIF"]:
    if _CIF_ATOMS.search(text):
        return "mmCIF"
    suspect = next((name for name, pattern in _SUSPECTS if pattern.search(text)), None)
    if _PDB_ATOMS.search(text) and suspect != "PDBQT":
        return "PDB"
    if suspect:
        raise InputError(f"this looks like a {suspect} file; a protein comes as PDB or mmCIF")
    if text.lstrip().lower().startswith("data_"):
        raise InputError("an mmCIF file without an _atom_site table: there are no atoms in it")
    raise InputError("neither a PDB nor an mmCIF file: it has no ATOM or HETATM records")


def _surprise(path: Path, form: str) -> list[str]:
    expected = "mmCIF" if _suffix(path) in _MMCIF_SUFFIXES else "PDB"
    return [f"in spite of its name this is {form}"] if _suffix(path) and form != expected else []
