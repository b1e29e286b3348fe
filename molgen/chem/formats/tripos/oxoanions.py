"""Carboxylates, phosphates, sulfonates and nitro groups in MOL2 blocks whose bonds are written as aromatic.

RDKit reads such bonds for some types of the center alone (S.o2 but not S.3, P.3 but not P). A bond to an oxygen that
has no other is in no ring, so that the element and its neighbors say how many of them are double.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from molgen.chem.formats.tripos.atom_types import section_lines, typed_lines

_AROMATIC, _ANION, _KETONE = "ar", "O.co2", "O.2"
_CENTERS = ("C", "N", "P", "S")
_ORDER = re.compile(r"^(\s*\S+\s+(\S+)\s+(\S+)\s+)(\S+)", re.ASCII)


@dataclass(frozen=True)
class _Bond:
    """A bond of an atom: its line, the number of the other atom, and its order."""

    line: int
    end: str
    order: str


def with_oxoanion_bonds(block: str) -> str:
    """A MOL2 block with single and double bonds to oxygen in place of aromatic ones.

    The oxygens are O.co2 where there is a charge among them, else O.2.
    """
    if not re.search(r"[ \t]ar\b", block, re.ASCII):
        return block
    lines = block.split("\n")
    atoms = {match[1].split()[0]: (index, match[2]) for index, match in typed_lines(lines)}
    kinds = {number: kind for number, (_, kind) in atoms.items()}
    bonds = _bonds_of(lines)
    for center, own in bonds.items():
        if _element(kinds.get(center, "")) not in _CENTERS:
            continue
        terminal = [bond for bond in own if _is_oxygen(bond, kinds, bonds)]
        doubles = _double_bonds(kinds[center], own, terminal)
        for rank, bond in enumerate(terminal):
            lines[bond.line] = _ORDER.sub(rf"\g<1>{2 if rank < doubles else 1}", lines[bond.line])
            _set_type(lines, atoms[bond.end], _ANION if doubles < len(terminal) else _KETONE)
    return "\n".join(lines)


def _bonds_of(lines: list[str]) -> dict[str, list[_Bond]]:
    """The bonds of each atom, by its number."""
    bonds: dict[str, list[_Bond]] = {}
    for index in section_lines(lines, "@<TRIPOS>BOND"):
        match = _ORDER.match(lines[index])
        if match:
            _, first, second, order = match.groups()
            bonds.setdefault(first, []).append(_Bond(index, second, order.lower()))
            bonds.setdefault(second, []).append(_Bond(index, first, order.lower()))
    return bonds


def _element(kind: str) -> str:
    return kind.partition(".")[0]


def _is_oxygen(bond: _Bond, kinds: dict[str, str], bonds: dict[str, list[_Bond]]) -> bool:
    """Whether an aromatic bond leads to an oxygen without other bonds."""
    return bond.order == _AROMATIC and _element(kinds.get(bond.end, "")) == "O" and len(bonds[bond.end]) == 1


def _double_bonds(kind: str, own: list[_Bond], terminal: list[_Bond]) -> int:
    """How many of the bonds to terminal oxygens are double."""
    others = [bond.order for bond in own if bond not in terminal]
    if _element(kind) == "N" and _AROMATIC in others:  # an N-oxide
        return 0
    most = 2 if _element(kind) == "S" and len(own) > 3 else 1
    return max(0, most - others.count("2"))


def _set_type(lines: list[str], atom: tuple[int, str], kind: str) -> None:
    """Write the type of an atom, which is its line and the type that it has."""
    index, former = atom
    lines[index] = re.sub(rf"^((?:\s*\S+){{5}}\s+){re.escape(former)}(?!\S)", rf"\g<1>{kind}", lines[index])
