"""Covalent bonds between residues that a structure file declares: LINK records of PDB, `_struct_conn` of mmCIF."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from Bio.PDB.MMCIF2Dict import MMCIF2Dict

from molgen.chem.formats.parsing import one_line

BondEnd: TypeAlias = tuple[str, str]
"""Label of a residue (`CYS:A:25`) and name of an atom in it."""

_MOST = 100_000
_HOME = ("", "1555", "1_555", ".", "?")
_SECTION = re.compile(r"^(?:loop_[ \t]*\n)?(?:_struct_conn\.[^\n]*\n)+(?:(?!#|loop_|_|data_)[^\n]*\n)*", re.MULTILINE)
_ABSENT = (".", "?")


def declared_bonds(text: str, *, is_mmcif: bool) -> tuple[tuple[BondEnd, BondEnd], ...]:
    """The pairs of atoms that a file calls bonded, those of symmetry copies left out; coordination of metals included
    where PDB does not tell it apart. What cannot be read is passed over: distances tell most bonds."""
    bonds = _of_mmcif(text) if is_mmcif else _of_pdb(text)
    return tuple(islice(bonds, _MOST))


def _of_pdb(text: str) -> Iterator[tuple[BondEnd, BondEnd]]:
    for match in re.finditer(r"^LINK  [^\n]{51,}", text, re.MULTILINE):
        line = match.group().ljust(80)
        if line[59:65].strip() in _HOME and line[66:72].strip() in _HOME:
            yield _pdb_end(line[12:27]), _pdb_end(line[42:57])


def _pdb_end(field: str) -> BondEnd:
    """`" SG  CYS A  25 "`: name, alternative location, component, chain, number, insertion code."""
    label = f"{field[5:8].strip()}:{field[9].strip()}:{field[10:14].strip()}{field[14].strip()}"
    return one_line(label), one_line(field[:4])


def _of_mmcif(text: str) -> Sequence[tuple[BondEnd, BondEnd]]:
    section = _SECTION.search(text)
    if section is None:
        return ()
    try:
        table = MMCIF2Dict(io.StringIO(f"data_x\n{section.group()}"))
    except (ValueError, LookupError, TypeError, AttributeError, RuntimeError):
        return ()
    return bonds_of_table(table)


def bonds_of_table(table: Mapping[str, Sequence[str]]) -> tuple[tuple[BondEnd, BondEnd], ...]:
    """The pairs of atoms that `_struct_conn` calls covalently bonded, without those of symmetry copies."""
    return tuple(islice(_bonds_of_table(table), _MOST))


def _bonds_of_table(table: Mapping[str, Sequence[str]]) -> Iterator[tuple[BondEnd, BondEnd]]:
    kinds = table.get("_struct_conn.conn_type_id", [])
    ends = [_mmcif_ends(table, partner, len(kinds)) for partner in ("ptnr1", "ptnr2")]
    home = [_column(table, f"{partner}_symmetry", len(kinds)) for partner in ("ptnr1", "ptnr2")]
    for kind, first, second, here, there in zip(kinds, *ends, *home, strict=True):
        if kind.lower().startswith("covale") and {here, there} <= set(_HOME):
            yield first, second


def _mmcif_ends(table: Mapping[str, Sequence[str]], partner: str, count: int) -> list[BondEnd]:
    columns = (
        *(f"{partner}_auth_comp_id", f"{partner}_auth_asym_id", f"{partner}_auth_seq_id"),
        *(f"pdbx_{partner}_PDB_ins_code", f"{partner}_label_atom_id"),
    )
    rows = zip(*(_column(table, name, count) for name in columns), strict=True)
    return [
        (one_line(f"{residue}:{chain}:{number}{insertion}"), one_line(atom))
        for residue, chain, number, insertion, atom in rows
    ]


def _column(table: Mapping[str, Sequence[str]], name: str, count: int) -> list[str]:
    """The values of a column, "" for absent ones."""
    values = list(table.get(f"_struct_conn.{name}", ()))
    return ["" if value in _ABSENT else value for value in values] if len(values) == count else [""] * count
