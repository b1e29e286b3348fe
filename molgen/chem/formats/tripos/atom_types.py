"""Atom types in MOL2 blocks: those of Tripos, and those of GAFF and AMBER as the elements that they stand for.

`ca` is an aromatic carbon for GAFF and calcium for a reader of Tripos types; what a type means is told by the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from molgen.errors import ParseError

_TRIPOS = frozenset(
    (
        *("C", "C.1", "C.2", "C.3", "C.ar", "C.cat", "N", "N.1", "N.2", "N.3", "N.4", "N.am", "N.ar", "N.pl3"),
        *("O", "O.2", "O.3", "O.co2", "O.spc", "O.t3p", "S", "S.2", "S.3", "S.o", "S.o2", "S.O", "S.O2", "P", "P.3"),
        *("H", "H.spc", "H.t3p", "F", "Cl", "Br", "I", "LP", "Du", "Du.C", "Any", "Hal", "Het", "Hev", "B", "Si", "Se"),
        *("Li", "Na", "Mg", "Al", "K", "Ca", "Cr.th", "Cr.oh", "Mn", "Fe", "Co.oh", "Co", "Cu", "Zn", "Mo", "Sn"),
    )
)
_PLAIN = {"C": "C.3", "N": "N.3", "O": "O.3", "S": "S.3", "P": "P.3", "H": "H", "F": "F", "I": "I", "B": "B"}
_TWO_LETTERS = {"cl": "Cl", "br": "Br", "si": "Si", "se": "Se"}
_CHARGED = ("n4", "N3", "nx", "ny", "nz", "n+")
# c, ca, c3, cp, h1, ho, n4, na, os, p5, s6 of GAFF; CT, CA, HC, N3, O2, OH of AMBER
_FOREIGN = re.compile(r"[cnospfhi][0-9a-z+]?|[CcBb][lr]|BR|[Ss]i|[CNOSPHFI][0-9A-Z*+]{0,2}|IP|IM", re.ASCII)
_ATOM = re.compile(r"^(\s*\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+)(\S+)", re.ASCII)


def with_tripos_types(block: str) -> str:
    """A MOL2 block with types of Tripos: itself, or with the plain type of each element if GAFF or AMBER typed it.

    Raises:
        ParseError: the order of a bond is given as unknown.
    """
    lines = block.split("\n")
    _check_bonds(lines)
    typed = list(typed_lines(lines))
    kinds = [match[2] for _, match in typed]
    is_foreign = any(kind not in _TRIPOS for kind in kinds) and all(_FOREIGN.fullmatch(kind) for kind in kinds)
    if not is_foreign:
        return block
    for index, match in typed:
        lines[index] = f"{match[1]}{_plain_type(match[2])}{lines[index][match.end() :]}"
    return "\n".join(lines)


def _plain_type(kind: str) -> str:
    if kind in _CHARGED:
        return "N.4"
    return _TWO_LETTERS.get(kind.lower()) or _PLAIN[kind[0].upper()]


def typed_lines(lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """The lines of atoms with their numbers, matched up to the type."""
    for index in section_lines(lines, "@<TRIPOS>ATOM"):
        match = _ATOM.match(lines[index])
        if match:
            yield index, match


def _check_bonds(lines: list[str]) -> None:
    for index in section_lines(lines, "@<TRIPOS>BOND"):
        words = lines[index].split()
        if len(words) > 3 and words[3].lower() == "un":
            raise ParseError(f"the order of the bond of atoms {words[1]} and {words[2]} is given as unknown (un)")


def section_lines(lines: list[str], title: str) -> Iterator[int]:
    """The numbers of the lines of a section."""
    inside = False
    for index, line in enumerate(lines):
        if line.startswith("@"):
            inside = line.strip() == title
        elif inside and line.strip():
            yield index
