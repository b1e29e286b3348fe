"""Atom types of AutoDock 4 and Vina, and the elements that they stand for."""

from __future__ import annotations

import re

from rdkit import Chem

# types whose first letters are not the element
_ELEMENTS = {
    **{"A": "C", "G": "C", "GA": "C", "J": "C", "Q": "C", "CG": "C", "G0": "C", "CG0": "C"},
    **{"OA": "O", "OS": "O", "W": "O", "NA": "N", "NS": "N", "SA": "S", "HD": "H", "HS": "H"},
}
_CARBON, _NITROGEN, _OXYGEN, _SULFUR, _SELENIUM = 6, 7, 8, 16, 34
POLAR = frozenset((_NITROGEN, _OXYGEN, _SULFUR))
"""Atomic numbers whose hydrogens are atoms of their own; those of other atoms are merged into them."""


def element_of(kind: str) -> str:
    """The symbol, in capitals, of the element of a type; the type itself, without digits, where it has that name."""
    return _ELEMENTS.get(kind.upper(), re.sub(r"[0-9]", "", kind)).upper()


def atom_type(number: int, *, is_aromatic: bool = False, is_acceptor: bool = False) -> str:
    """The type of an atom that is no hydrogen.

    Args:
        number: its atomic number; selenium, for which there is no type, counts as sulfur.
        is_aromatic: of carbon.
        is_acceptor: of nitrogen and sulfur; every oxygen is one.
    """
    if number == _CARBON:
        return "A" if is_aromatic else "C"
    if number == _NITROGEN:
        return "NA" if is_acceptor else "N"
    if number == _OXYGEN:
        return "OA"
    if number in (_SULFUR, _SELENIUM):
        return "SA" if is_acceptor else "S"
    return Chem.GetPeriodicTable().GetElementSymbol(number)


def atom_line(record: str, serial: int, name: str, group: str, position: tuple[float, float, float], tail: str) -> str:
    """One ATOM or HETATM line: the columns of PDB to the temperature factor, then charge and type.

    Args:
        record: "ATOM" or "HETATM".
        serial: of the atom, five digits.
        name: of the atom, in four columns.
        group: columns 18 to 27: component, chain, number and insertion code.
        position: Angstrom.
        tail: charge and type, as :func:`charge_and_type` writes them.
    """
    x, y, z = position
    return f"{record:6}{serial:5d} {name:4} {group:10}   {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00    {tail}"


def charge_and_type(charge: float, kind: str) -> str:
    """Columns 71 to 79."""
    return f"{charge:6.3f} {kind:<2}"
