"""The residue of a receptor that a ligand is bonded to: where its atoms are, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from molgen.chem.covalent.nucleophiles import component
from molgen.chem.covalent.request import CovalentBond
from molgen.chem.formats.parsing import shortened
from molgen.chem.proteins.groups.bonds import bond_text, residue_bonds
from molgen.chem.proteins.groups.molecules import molecules
from molgen.chem.proteins.groups.stand_ins import without_advice
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

_OUTSIDE = 3.0  # Angstrom from the box to the atom that the ligand is bonded to, at most


@dataclass(frozen=True)
class BondedResidue:
    """The atoms of a receptor that are part of the molecule that is docked.

    Attributes:
        request: the bond.
        label: of the residue.
        atoms: int64 [k], indices in the receptor, in the order of the nucleophile's names.
        positions: float64 [k, 3], Angstrom.
    """

    request: CovalentBond
    label: str
    atoms: np.ndarray
    positions: np.ndarray

    @property
    def atom(self) -> int:
        """Index in the receptor of the atom that is bonded to the ligand."""
        return int(self.atoms[self.request.nucleophile.index])


def bonded_residue(receptor: Protein, bond: CovalentBond, pocket: Pocket) -> BondedResidue:
    """The residue of a receptor that a bond names.

    Raises:
        InputError: it is not there, is another one, lacks atoms, lies outside the pocket, or the atom is bonded to
            something else that stays.
    """
    residue = residue_of(receptor, bond)
    names = receptor.atom_names[residue.start : residue.stop]
    atoms = np.array([residue.start + names.index(name) for name in bond.nucleophile.names], dtype=np.int64)
    own = BondedResidue(bond, residue.label, atoms, receptor.positions[atoms])
    taken = [bond_text(receptor, other, of=residue) for other, _ in _bonds_of(receptor, residue, own.atom)]
    if taken:
        raise InputError(f"{bond.label} is bonded to {shortened(taken)} already", source=receptor.source or None)
    beyond = np.maximum(np.abs(receptor.positions[own.atom] - pocket.center) - pocket.size / 2, 0)
    away = float(np.linalg.norm(beyond))
    if away > _OUTSIDE:
        raise InputError(f"{bond.label} is {away:.0f} A outside the box of pocket {pocket.name}")
    return own


def residue_of(protein: Protein, bond: CovalentBond) -> Residue:
    """The residue that a bond names, with all atoms that are needed.

    Raises:
        InputError: there is no such residue or atom; with what there is.
    """
    source = protein.source or None
    chain = [candidate for candidate in protein.of_kind("polymer", "ligand") if candidate.chain == bond.chain]
    if not chain:
        chains = shortened(list(dict.fromkeys(candidate.chain or "''" for candidate in protein.of_kind("polymer"))), 20)
        raise InputError(f"there is no chain {bond.chain!r} for {bond.label}; the chains are {chains}", source=source)
    number = (bond.number, bond.insertion)
    there = [candidate for candidate in chain if (candidate.number, candidate.insertion.upper()) == number]
    if not there:
        alike = [candidate for candidate in chain if component(candidate.name) == component(bond.residue)]
        listed = (
            shortened([f"{candidate.chain}:{candidate.name}:{candidate.number}" for candidate in alike], 8)
            or f"no {bond.residue}"
        )
        known = f"; chain {bond.chain or chr(39) * 2} has {listed}"
        raise InputError(f"there is no residue {bond.chain}:{bond.number}{bond.insertion}{known}", source=source)
    named = [candidate for candidate in there if component(candidate.name) == component(bond.residue)]
    if not named:
        raise InputError(
            f"residue {bond.chain}:{bond.number}{bond.insertion} is {there[0].name}, not {bond.residue}", source=source
        )
    names = protein.atom_names[named[0].start : named[0].stop]
    missing = [name for name in bond.nucleophile.names if name not in names]
    if missing:
        raise InputError(f"{named[0].label} has no atom {', '.join(missing)}; it has {' '.join(names)}", source=source)
    return named[0]


def around_residue(protein: Protein, bond: CovalentBond, edge: float) -> Pocket:
    """The box around the atom that a ligand is bonded to.

    Raises:
        InputError: as :func:`residue_of`.
    """
    residue = residue_of(protein, bond)
    atom = residue.start + protein.atom_names[residue.start : residue.stop].index(bond.atom)
    return Pocket(protein.positions[atom].copy(), np.full(3, edge), f"around {bond.label}")


def bound_group(protein: Protein, bond: CovalentBond) -> tuple[Residue, ...]:
    """The residues of the group that the file has bonded to the atom; none where it is free.

    Raises:
        InputError: as :func:`residue_of`.
    """
    residue = residue_of(protein, bond)
    atom = residue.start + protein.atom_names[residue.start : residue.stop].index(bond.atom)
    ends = {other.label for _, other in _bonds_of(protein, residue, atom) if other.kind == "ligand"}
    groups = [molecule for molecule in molecules(protein) if any(part.label in ends for part in molecule.residues)]
    return tuple(part for group in groups if not group.is_chain for part in group.residues)


def freed(pocket: Pocket, protein: Protein, bond: CovalentBond) -> Pocket:
    """The pocket without what the file has bonded to the atom; its notes say that the bond is docked through."""
    notes = [without_advice(note) for note in pocket.notes]
    gone = [one for one in bound_group(protein, bond) if one.label not in pocket.removed]
    if gone:
        labels = ", ".join(one.label for one in gone)
        notes.append(f"{labels} is bonded to {bond.label} and is not part of the receptor")
    places = pocket.places | protein.places_of(gone) if pocket.places or not pocket.removed else pocket.places
    return replace(pocket, removed=(*pocket.removed, *(one.label for one in gone)), notes=tuple(notes), places=places)


def _bonds_of(protein: Protein, residue: Residue, atom: int) -> Iterator[tuple]:
    """The bonds of an atom to other residues, with these."""
    for bond in residue_bonds(protein):
        if atom in bond.atoms:
            ends = [protein.residues[bond.first], protein.residues[bond.second]]
            yield bond, next(end for end in ends if end != residue)
