"""Atom records of a PDB file, by the columns of the wwPDB format 3.3 and the ways in which programs overflow them.

Serial numbers are not read, so that overflow there (`*****`, hybrid-36, hexadecimal) does no harm; nor are CONECT
records. Residue numbers above 9999 are read as hybrid-36, or as five digits that reach into the column of the
insertion code. A fourth letter of a component id (TIP3) and a second one of a chain id share a column: the latter is
assumed after the name of a standard residue.
"""

from __future__ import annotations

import itertools

from molgen.chem.formats.atom_elements import DUMMY, atomic_number
from molgen.chem.formats.mmcif.atom_site import AtomSite, b_factor, coordinate, occupancy
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdb.columns import shifted_columns
from molgen.chem.formats.pdb.models import joined_parts, one_structure
from molgen.chem.formats.residue_names import WATERS, is_standard
from molgen.errors import ParseError

_WIDTH = 80


def parse_pdb(text: str) -> tuple[list[AtomSite], list[str]]:
    """The atoms of the first model, or of all that are one assembly, and what was left out, one line each.

    Raises:
        ParseError: at `line N`: the line ends before its coordinates do, coordinates or residue numbers are none, or
            the element is unknown.
    """
    models: list[list[tuple[int, str]]] = [[]]
    count = 0
    closed = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(("ATOM", "HETATM")):
            if closed:
                models.append([])
                closed = False
            models[-1].append((number, line))
        elif line[:6].rstrip() == "MODEL":
            count += 1
            closed = closed or bool(models[-1])
        elif line.startswith("END"):
            closed = closed or bool(models[-1])
    first, dummies = _parse_model(models[0])
    if count < 2:
        atoms, notes = joined_parts([first, *(_parse_model(model)[0] for model in models[1:])])
        return atoms, [*notes, *_dummy_notes(dummies)]
    atoms, notes = one_structure(itertools.chain([first], (_parse_model(model)[0] for model in models[1:])), count)
    return atoms, [*notes, *_dummy_notes(dummies)]


def _parse_model(lines: list[tuple[int, str]]) -> tuple[list[AtomSite], int]:
    """The atoms of some records, and how many are no atoms."""
    atoms: list[AtomSite] = []
    dummies = 0
    for number, line in lines:
        atom = _parse_atom(line, f"line {number}")
        if atom.element == DUMMY:
            dummies += atom.residue not in WATERS
        else:
            atoms.append(atom)
    return atoms, dummies


def _parse_atom(line: str, place: str) -> AtomSite:
    line = line[:_WIDTH]
    shift = shifted_columns(line)
    if shift:
        side = "right" if shift > 0 else "left"
        raise ParseError(
            f"the columns are shifted by {abs(shift)} to the {side} of those of the PDB format", place=place
        )
    if len(line) < 54:
        raise ParseError("the line ends before its coordinates do", place=place)
    if not line.isprintable():
        line = "".join(letter if letter.isprintable() else " " for letter in line)
    name = line[12:16]
    residue, chain = _residue_and_chain(line)
    number, insertion = _number(line[22:27], place)
    element = atomic_number(line[76:78], name, residue)
    if element is None:
        shown = one_line(line[76:78]) or one_line(name)
        raise ParseError(f"unknown element {shown!r} of atom {one_line(name)!r} in {one_line(residue)!r}", place=place)
    return AtomSite(
        name.strip(),
        line[16].strip(),
        residue,
        chain,
        number,
        insertion,
        coordinate(line[30:38], "x", place),
        coordinate(line[38:46], "y", place),
        coordinate(line[46:54], "z", place),
        occupancy(line[54:60]),
        element,
        line.startswith("HETATM"),
        b_factor=b_factor(line[60:66]),
    )


def _residue_and_chain(line: str) -> tuple[str, str]:
    residue, chain = line[17:21].strip(), line[21].strip()
    if line[20] != " " and is_standard(line[17:20].strip()) and not is_standard(residue) and residue not in WATERS:
        return line[17:20].strip(), line[20:22].strip()
    return residue, chain


def _number(field: str, place: str) -> tuple[int, str]:
    """Residue number and insertion code from columns 23 to 27."""
    try:
        if field.isdigit() and field.isascii():
            return int(field), ""
        return _hybrid_36(field[:4].strip()), field[4:].strip()
    except ValueError:
        raise ParseError(f"the residue number {field.strip()!r} is not a number", place=place) from None


def _hybrid_36(text: str) -> int:
    """Decimal, then A000 for 10000 to ZZZZ, then a000 to zzzz (Grosse-Kunstleve, cci.lbl.gov/hybrid_36)."""
    if len(text) != 4 or not text[0].isalpha() or "_" in text:
        return int(text.replace("_", "?"))
    if text == text.upper():
        return int(text, 36) - 10 * 36**3 + 10_000
    if text == text.lower():
        return int(text, 36) + 16 * 36**3 + 10_000
    raise ValueError(text)


def _dummy_notes(dummies: int) -> list[str]:
    return [f"atoms of element X left out: {dummies}"] if dummies else []
