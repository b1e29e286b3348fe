"""Atom records of an mmCIF file: the `_atom_site` table with the author's chain ids and numbers.

Biopython splits the text into tokens; its structure classes, which drop and merge atoms, are not used.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Sequence

import numpy as np
from Bio.PDB.MMCIF2Dict import MMCIF2Dict

from molgen.chem.formats.atom_elements import DUMMY, atomic_number
from molgen.chem.formats.ligands.components import Table, whole_number
from molgen.chem.formats.mmcif.atom_site import AtomSite, b_factor, coordinate, occupancy
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdb.models import one_structure
from molgen.chem.formats.residue_names import WATERS
from molgen.errors import InputError, ParseError

_BLOCK = re.compile(r"^data_", re.MULTILINE | re.IGNORECASE)
_ABSENT = (".", "?", "")
MOST_WORDS = 30_000_000
"""Values in a file, of 75 bytes each once they are apart; a million and a half atoms have so many."""
# what is read -> columns that can hold it, the author's first
_COLUMNS = {
    "name": ("auth_atom_id", "label_atom_id"),
    "altloc": ("label_alt_id",),
    "residue": ("auth_comp_id", "label_comp_id"),
    "chain": ("auth_asym_id", "label_asym_id"),
    "number": ("auth_seq_id", "label_seq_id"),
    "insertion": ("pdbx_PDB_ins_code",),
    "x": ("Cartn_x",),
    "y": ("Cartn_y",),
    "z": ("Cartn_z",),
    "occupancy": ("occupancy",),
    "b_factor": ("B_iso_or_equiv",),
    "symbol": ("type_symbol",),
    "group": ("group_PDB",),
    "entity": ("label_entity_id",),
    "charge": ("pdbx_formal_charge",),
    "model": ("pdbx_PDB_model_num",),
}
_REQUIRED = ("name", "residue", "chain", "number", "x", "y", "z")


def parse_mmcif(text: str) -> tuple[list[AtomSite], list[str]]:
    """The atoms of the first model of the first data block, or of all models that are one assembly, and notes.

    Raises:
        InputError: no `_atom_site` table, or one without a column that is needed.
        ParseError: broken syntax or, at `atom N` (its row in the table), coordinates or residue numbers that are none,
            or an unknown element.
    """
    blocks = data_blocks(text)
    atoms, notes = atoms_of_table(tokenized(blocks[0]))
    return atoms, [*notes, *([f"the first of {len(blocks)} data blocks is read"] if len(blocks) > 1 else [])]


def data_blocks(text: str) -> list[str]:
    """The text of each data block, that before the first one with it; at least one."""
    starts = [match.start() for match in _BLOCK.finditer(text)][1:]
    return [text[start:stop] for start, stop in zip([0, *starts], [*starts, None], strict=True)]


def atoms_of_table(table: Table) -> tuple[list[AtomSite], list[str]]:
    """As :func:`parse_mmcif`, of the values of a data block by their names."""
    columns = _atom_columns(table)
    polymers = _polymer_entities(table)
    models: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for row, fields in enumerate(zip(*columns.values(), strict=True), start=1):
        models.setdefault(fields[-1], []).append((row, fields))
    first, *later = models.values() if models else [[]]
    atoms, dummies = _parse_model(first, polymers)
    atoms, notes = one_structure(
        itertools.chain([atoms], (_parse_model(rows, polymers)[0] for rows in later)), len(models)
    )
    return atoms, [*notes, *([f"atoms of element X left out: {dummies}"] if dummies else [])]


def _parse_model(
    rows: list[tuple[int, tuple[str, ...]]], polymers: frozenset[str] | None
) -> tuple[list[AtomSite], int]:
    """The atoms of some rows, and how many are no atoms."""
    atoms: list[AtomSite] = []
    dummies = 0
    for row, fields in rows:
        atom = _parse_row(fields, polymers, f"atom {row}")
        if atom.element == DUMMY:
            dummies += atom.residue not in WATERS
        else:
            atoms.append(atom)
    return atoms, dummies


def tokenized(text: str) -> Table:
    """The values of a data block by their names.

    Raises:
        InputError: there are too many.
        ParseError: broken syntax.
    """
    if _count_words(text) > MOST_WORDS:
        raise InputError(f"more than {MOST_WORDS // 10**6} million values")
    try:
        return MMCIF2Dict(io.StringIO(text))
    except (
        ValueError,
        LookupError,
        ArithmeticError,
        TypeError,
        AttributeError,
        RuntimeError,
        UnboundLocalError,
    ) as error:
        raise ParseError(f"broken mmCIF syntax: {one_line(error)[:100]}") from error


def _count_words(text: str) -> int:
    is_blank = np.frombuffer(text.encode("ascii", errors="replace"), dtype=np.uint8) <= ord(" ")
    return int(np.count_nonzero(is_blank[1:] & ~is_blank[:-1])) + 1


def _atom_columns(table: Table) -> dict[str, Sequence[str]]:
    """Every entry of `_COLUMNS` as a column of the same length; in an absent one all are ""."""
    columns = {}
    for wanted, names in _COLUMNS.items():
        present = [table[f"_atom_site.{name}"] for name in names if f"_atom_site.{name}" in table]
        if not present and wanted in _REQUIRED:
            raise InputError(f"no column _atom_site.{names[-1]}")
        if len(present) > 1 and any(value in _ABSENT for value in present[0]):
            present = [[own if own not in _ABSENT else other for own, other in zip(*present, strict=False)]]
        columns[wanted] = present[0] if present else None
    rows = max(len(column) for column in columns.values() if column is not None)
    if any(column is not None and len(column) != rows for column in columns.values()):
        raise ParseError("the _atom_site table breaks off in a row", place=f"atom {rows}")
    return {wanted: [""] * rows if column is None else column for wanted, column in columns.items()}


def _polymer_entities(table: Table) -> frozenset[str] | None:
    """The ids of entities that are polymers; None where the file does not say."""
    ids, types = table.get("_entity.id", ()), table.get("_entity.type", ())
    if not ids or len(ids) != len(types):
        return None
    return frozenset(entity for entity, kind in zip(ids, types, strict=True) if kind.lower() == "polymer")


def _parse_row(fields: tuple[str, ...], polymers: frozenset[str] | None, place: str) -> AtomSite:
    name, altloc, residue, chain, number, insertion, x, y, z, share, b, symbol, group, entity, charge, _ = fields
    if not "".join((name, altloc, residue, chain, insertion)).isprintable():
        name, altloc, residue, chain, insertion = map(one_line, (name, altloc, residue, chain, insertion))
    residue = residue.strip()
    element = atomic_number("" if symbol in _ABSENT else symbol, name, residue)
    if element is None:
        shown = one_line(symbol) if symbol not in _ABSENT else one_line(name)
        raise ParseError(f"unknown element {shown!r} of atom {one_line(name)!r} in {one_line(residue)!r}", place=place)
    try:  # what is no polymer has no number but the author's, and a chain of its own
        own_number = 1 if number in _ABSENT else int(number.replace("_", "?") if len(number) < 10 else "?")
    except ValueError:
        raise ParseError(f"the residue number {one_line(number)!r} is not a number", place=place) from None
    return AtomSite(
        name,
        "" if altloc in _ABSENT else altloc,
        residue,
        "" if chain in _ABSENT else chain,
        own_number,
        "" if insertion in _ABSENT else insertion,
        coordinate(x, "x", place),
        coordinate(y, "y", place),
        coordinate(z, "z", place),
        occupancy(share),
        element,
        group == "HETATM",
        None if polymers is None or entity in _ABSENT else entity in polymers,
        None if charge in _ABSENT else whole_number(charge),
        b_factor(b),
    )
