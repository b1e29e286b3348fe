"""The element of an atom in a structure file, from the element column or, where that is empty, from the names.

The column wins, with two exceptions that programs make necessary: of an ion it may hold the first letter alone (N for
NA), and of an amino acid or nucleotide what looks like a metal is the name of the atom (CA, CD, HG).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from rdkit import Chem

from molgen.chem.formats.ion_names import COMMON_IONS, ion_symbol
from molgen.chem.formats.residue_names import WATERS, is_standard

DUMMY = 0
"""The atomic number of what is no atom: virtual sites of water models, and `X` for atoms nobody could identify."""

_OF_POLYMERS = ("SE", "H", "D", "C", "N", "O", "S", "P")
_IN_POLYMER_COLUMN = frozenset((*_OF_POLYMERS, "F", "CL", "BR", "I", "B"))
# two letters that are an element in a group of several atoms; CA, CD, CE, HG, NB, ... are taken for carbon, ...
_IN_GROUPS = frozenset(("CL", "BR", "SE", "SI", "FE", "ZN", "MG", "MN", "CU", "MO", "RU", "RH", "PT", "IR", "AU", "AL"))


@lru_cache(maxsize=65536)
def atomic_number(symbol: str, name: str, residue: str) -> int | None:
    """The atomic number of an atom; hydrogen for its isotopes, `DUMMY` for what is no atom, None where none fits.

    Args:
        symbol: element column of the file, "" for none. Digits, which old files have there, count as none.
        name: atom name as in the file; the first of four columns in PDB tells " CL " (a carbon) from "CL  ".
        residue: name of the component that the atom is in.
    """
    symbol = symbol.strip().upper()
    letters = name.strip().upper().lstrip("0123456789")
    if residue in WATERS:
        return _of_water(symbol, letters)
    word = "".join(letter if letter.isalpha() else " " for letter in letters).split(" ")[0]
    ion = ion_symbol(name, residue)
    if ion is not None and (symbol == ion or not symbol.isalpha() or (ion in COMMON_IONS and symbol == word[:1])):
        return symbols()[ion]
    if is_standard(residue):
        if symbol in _IN_POLYMER_COLUMN:
            return symbols()[symbol]
        return next((symbols()[found] for found in _OF_POLYMERS if letters.startswith(found)), None)
    if symbol == "X":
        return DUMMY
    if symbol.isalpha():
        return symbols().get(symbol)
    if word in symbols() and word == residue.upper().strip("0123456789+-"):  # RU in RU
        return symbols()[word]
    if word[:2] in _IN_GROUPS and (len(word) == 2 or (len(name) == 4 and name[0].isalpha())):
        return symbols()[word[:2]]
    return symbols().get(word[:1])


@cache
def symbols() -> Mapping[str, int]:
    """Upper-case symbol -> atomic number, D and T included."""
    table = Chem.GetPeriodicTable()
    return {**{table.GetElementSymbol(number).upper(): number for number in range(1, 119)}, "D": 1, "T": 1}


def _of_water(symbol: str, letters: str) -> int:
    for text in (symbol, letters):
        if text[:1] in ("O", "H", "D"):
            return 8 if text[0] == "O" else 1
    return DUMMY
