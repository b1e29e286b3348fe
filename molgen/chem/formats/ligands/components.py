"""Components of an mmCIF file (`_chem_comp_atom`, `_chem_comp_bond`): atoms with charges, bonds with orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rdkit import Chem

Table: TypeAlias = Mapping[str, Sequence[str]]
_ABSENT = (".", "?", "")
_ORDERS = {
    **{"sing": Chem.BondType.SINGLE, "doub": Chem.BondType.DOUBLE, "trip": Chem.BondType.TRIPLE},
    **{"arom": Chem.BondType.AROMATIC, "delo": Chem.BondType.AROMATIC},
}
# coordinates by preference: those that the definition was made from, ideal ones, those of monomer libraries
_PLACES = (
    ("model_Cartn_x", "model_Cartn_y", "model_Cartn_z"),
    ("pdbx_model_Cartn_x_ideal", "pdbx_model_Cartn_y_ideal", "pdbx_model_Cartn_z_ideal"),
    ("x", "y", "z"),
)


@dataclass
class Component:
    """One component.

    Attributes:
        atoms: name of an atom -> its element as written, in the order of the file; empty where only bonds are given.
        charges: name -> formal charge.
        bonds: (name, name, order).
        places: name -> x, y, z as written, of the first kind of coordinates that all atoms have; else empty.
    """

    atoms: dict[str, str] = field(default_factory=dict)
    charges: dict[str, int] = field(default_factory=dict)
    bonds: list[tuple[str, str, Chem.BondType]] = field(default_factory=list)
    places: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def components(table: Table) -> dict[str, Component]:
    """The components of a data block by their ids; those without bonds are among them where their atoms are listed."""
    known: dict[str, Component] = {}
    names = _column(table, "_chem_comp_atom.atom_id")
    ids = _column(table, "_chem_comp_atom.comp_id", len(names))
    symbols = _column(table, "_chem_comp_atom.type_symbol", len(names))
    charges = _column(table, "_chem_comp_atom.charge", len(names))
    for component, name, symbol, charge in zip(ids, names, symbols, charges, strict=True):
        own = known.setdefault(component, Component())
        own.atoms[name] = symbol
        own.charges[name] = whole_number(charge)
    _add_places(table, known, ids, names)
    ends = [_column(table, f"_chem_comp_bond.atom_id_{end}") for end in (1, 2)]
    count = min(map(len, ends))
    owners = _column(table, "_chem_comp_bond.comp_id", count)
    orders = _column(table, "_chem_comp_bond.value_order", count)
    kinds = _column(table, "_chem_comp_bond.type", count)
    for component, begin_atom, end_atom, order, kind in zip(
        owners, *(end[:count] for end in ends), orders, kinds, strict=True
    ):
        bond = _ORDERS.get((order or kind).lower()[:4], Chem.BondType.SINGLE)
        known.setdefault(component, Component()).bonds.append((begin_atom, end_atom, bond))
    return known


def whole_number(text: str) -> int:
    """A formal charge as an integer; 0 for what is none."""
    try:
        value = int(float(text))
    except (ValueError, OverflowError):
        return 0
    return value if abs(value) < 10 else 0


def _add_places(table: Table, known: dict[str, Component], ids: Sequence[str], names: Sequence[str]) -> None:
    for axes in reversed(_PLACES):
        columns = [_column(table, f"_chem_comp_atom.{axis}", len(names)) for axis in axes]
        places: dict[str, dict[str, tuple[str, str, str]]] = {}
        for component, name, x, y, z in zip(ids, names, *columns, strict=True):
            if x and y and z:
                places.setdefault(component, {})[name] = (x, y, z)
        for component, own in places.items():
            if len(own) == len(known[component].atoms):
                known[component].places = own


def _column(table: Table, name: str, count: int | None = None) -> list[str]:
    """The values of a column, "" for absent ones; of another length than `count` it counts as absent."""
    values = ["" if value in _ABSENT else value for value in table.get(name, ())]
    return values if count is None or len(values) == count else [""] * count
