"""The ligands of an mmCIF file: components of a dictionary, or the groups of a structure that are no polymer.

Bonds of a group are those of its components where the file has them (`_chem_comp_bond`); else the hydrogens tell them,
where they are all there; else the group is named as one whose bonds are not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdkit import Chem

from molgen.chem.formats.atom_elements import symbols
from molgen.chem.formats.ligands.assembled import LigandAtom, assembled
from molgen.chem.formats.ligands.components import Component, Table, components
from molgen.chem.formats.ligands.groups import Group, ligand_groups
from molgen.chem.formats.mmcif.atom_site import AtomSite, coordinate
from molgen.chem.formats.mmcif.declared_bonds import bonds_of_table
from molgen.chem.formats.mmcif.reading import atoms_of_table
from molgen.chem.formats.pdb.ligands import parse_pdb_ligand
from molgen.chem.formats.pdb.writing import pdb_text
from molgen.chem.formats.residue_names import is_standard
from molgen.errors import InputError, ParseError

_FRACTIONAL = "_atom_site.fract_x"
_ADVICE = "give SDF, MOL2 or SMILES"


@dataclass(frozen=True)
class FoundLigand:
    """One ligand: a molecule, or the reason why there is none.

    Attributes:
        name: `TQ3:A:200` of a structure, the id of a component.
        mol: sanitized, with coordinates where the file has them.
        error: one line.
    """

    name: str
    mol: Chem.Mol | None
    error: str | None = None


def ligands_of_table(table: Table) -> Iterator[FoundLigand]:
    """The ligands of a data block: of a structure the first copy of each, the largest first; of a dictionary all.

    Raises:
        InputError: it has neither atoms nor components.
        ParseError: an atom of a structure cannot be read.
    """
    known = components(table)
    if any(name.startswith("_atom_site.Cartn") for name in table):
        yield from _of_structure(table, known)
        return
    if _FRACTIONAL in table:
        raise InputError(f"a crystal of small molecules with fractional coordinates; {_ADVICE}")
    defined = {name: component for name, component in known.items() if component.atoms}
    if not defined:
        raise InputError("an mmCIF file without atoms: neither _atom_site nor _chem_comp_atom")
    for name, component in defined.items():
        yield _attempt(name, lambda component=component: _of_component(component))


def _attempt(name: str, make: Callable[[], Chem.Mol]) -> FoundLigand:
    try:
        return FoundLigand(name, make())
    except ParseError as error:
        return FoundLigand(name, None, error.reason)


def _of_component(component: Component) -> Chem.Mol:
    if len(component.atoms) > 1 and not component.bonds:
        raise ParseError(f"a component without _chem_comp_bond does not say its bonds; {_ADVICE}")
    places = {name: index for index, name in enumerate(component.atoms)}
    atoms = [
        LigandAtom(_element(symbol), component.charges[name], _position(component.places.get(name)))
        for name, symbol in component.atoms.items()
    ]
    return assembled(
        atoms, [(places[a], places[b], order) for a, b, order in component.bonds if {a, b} <= places.keys()]
    )


def _element(symbol: str) -> int:
    number = symbols().get(symbol.strip().upper())
    if number is None:
        raise ParseError(f"unknown element {symbol!r}")
    return number


def _position(words: Sequence[str] | None) -> tuple[float, float, float] | None:
    if words is None:
        return None
    x, y, z = (coordinate(word, axis, "") for word, axis in zip(words, "xyz", strict=True))
    return x, y, z


def _of_structure(table: Table, known: Mapping[str, Component]) -> Iterator[FoundLigand]:
    atoms, _ = atoms_of_table(table)
    groups = ligand_groups(atoms, bonds_of_table(table))
    if not groups:
        raise InputError("the structure holds no ligand: only polymers, water, ions and additives")
    for group in groups:
        yield _attempt(group.label, lambda group=group: _of_group(group, known))


def _of_group(group: Group, known: Mapping[str, Component]) -> Chem.Mol:
    unknown = [one for one in group.residues if len(one) > 1 and not known.get(one[0].residue, Component()).bonds]
    if unknown:
        return _by_hydrogens(group)
    sites = [atom for residue in group.residues for atom in residue]
    places = {(atom.label, atom.name): index for index, atom in enumerate(sites)}
    bonds = [(places[one], places[other], Chem.BondType.SINGLE) for one, other in group.bonds]
    for residue in group.residues:
        label = residue[0].label
        for first, second, order in known.get(residue[0].residue, Component()).bonds:
            begin, end = (places.get((label, name)) for name in (first, second))
            if begin is not None and end is not None:
                bonds.append((begin, end, order))
    return assembled([_ligand_atom(atom, known) for atom in sites], bonds)


def _ligand_atom(atom: AtomSite, known: Mapping[str, Component]) -> LigandAtom:
    charges = known.get(atom.residue, Component()).charges
    charge = atom.charge if atom.charge is not None else charges.get(atom.name)
    return LigandAtom(atom.element, charge, (atom.x, atom.y, atom.z))


def _by_hydrogens(group: Group) -> Chem.Mol:
    """A group whose components have no bonds: as a PDB record, where its hydrogens or the names of residues tell."""
    sites = [atom for residue in group.residues for atom in residue]
    if all(is_standard(atom.residue) for atom in sites):
        return parse_pdb_ligand(pdb_text([atom._replace(altloc="") for atom in sites], []).split("\n"))
    plain = [
        atom._replace(name=f"{number}"[-4:], residue="LIG", chain="A", number=1, insertion="", altloc="")
        for number, atom in enumerate(sites)
    ]
    if not any(atom.element == 1 for atom in plain):
        raise ParseError(f"the structure does not say the bonds of {group.label} (no _chem_comp_bond); {_ADVICE}")
    return parse_pdb_ligand(pdb_text(plain, []).split("\n"))
