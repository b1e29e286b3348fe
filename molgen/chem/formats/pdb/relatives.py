"""Formats that are a PDB file with other columns at the end: PDBQT of AutoDock and PQR of PDB2PQR."""

from __future__ import annotations

import re

from molgen.chem.formats.mmcif.atom_site import coordinate
from molgen.chem.formats.pdbqt.atom_types import element_of
from molgen.errors import ParseError

_ATOMS = ("ATOM", "HETATM")
_LIGAND = re.compile(r"^(ROOT|TORSDOF|BRANCH)\b", re.MULTILINE)


def pdb_of_pdbqt(text: str) -> str:
    """The text of a PDB file with the atoms of a PDBQT receptor, the elements by their types.

    Raises:
        ParseError: it is a ligand, or the movable part of a receptor.
    """
    if _LIGAND.search(text):
        raise ParseError("a PDBQT file with ROOT or BRANCH is a ligand or flexible side chains, not a receptor")
    return "\n".join(_with_element(line) if line.startswith(_ATOMS) else line for line in text.split("\n"))


def pdb_of_pqr(text: str) -> str:
    """The text of a PDB file with the atoms of a PQR file, whose fields are separated by spaces; lines stay in place.

    Raises:
        ParseError: at `line N`, where fields are missing.
    """
    return "\n".join(_from_pqr(line, number) for number, line in enumerate(text.split("\n"), start=1))


def _with_element(line: str) -> str:
    kind = line[77:80].strip()
    return f"{line[:66]:66}          {element_of(kind):>2}"


def _from_pqr(line: str, number: int) -> str:
    if not line.startswith(_ATOMS):
        return line if line.startswith(("TER", "MODEL", "END")) else ""
    words = line.split()
    if len(words) not in (10, 11):
        raise ParseError(f"a PQR record of {len(words)} fields; it has 10, or 11 with a chain", place=f"line {number}")
    record, _, name, residue, *rest = words
    chain = rest.pop(0) if len(words) == 11 else ""
    match = re.fullmatch(r"(-?\d+)([A-Za-z]?)", rest[0])
    if match is None:
        raise ParseError(f"the residue number {rest[0]!r} is not a number", place=f"line {number}")
    x, y, z = (coordinate(word, axis, f"line {number}") for word, axis in zip(rest[1:4], "xyz", strict=True))
    placed = name if len(name) >= 4 else f" {name:<3}"
    group = f"{residue:>3} " if len(residue) < 4 else residue[:4]
    return f"{record:6}    1 {placed:4} {group}{chain:1.1}{match[1]:>4}{match[2]:1}   {x:8.3f}{y:8.3f}{z:8.3f}"
