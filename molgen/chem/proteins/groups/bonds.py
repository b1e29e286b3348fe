"""Covalent bonds between the residues of a structure, by their lengths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.atom_types.perceived_types import covalent_bonds
from molgen.chem.proteins.structure import Protein, Residue

_SHORTEST = 1.1  # Angstrom
_LONGEST_DECLARED = 3.5
_LONGEST_BOND = 1.9
_MOST_BONDS = 2  # of a pair of residues that may lie on each other; more only where no two atoms are too near
MERCURY = 80


@dataclass(frozen=True)
class ResidueBond:
    """A bond of an atom of one residue to an atom of another.

    Attributes:
        first, second: indices of the residues; `first` comes first in the file.
        atoms: indices of the atoms.
        length: Angstrom.
    """

    first: int
    second: int
    atoms: tuple[int, int]
    length: float


def residue_bonds(protein: Protein) -> list[ResidueBond]:
    """Bonds between residues of chains and groups, one for each pair of residues, in the order of the file.

    The atoms are at least 1.1 Angstrom apart and at most 0.4 more than the sum of their covalent radii, or up to 3.5
    where the file calls them bonded. Pairs of residues with more than two such contacts are bonded only if no two of
    their atoms are nearer than bonded ones; else they lie on each other. Water, ions, and metals have no bonds, but for
    the mercury of organic groups, which is bound to cysteine.
    """
    bonding = np.array([residue.kind in ("polymer", "ligand") for residue in protein.residues], dtype=bool)
    apart = ~bonding[protein.residue_index] | (is_metal(protein.elements) & (protein.elements != MERCURY))
    pairs = covalent_bonds(protein.positions, protein.elements, apart)
    pairs = np.sort(pairs[protein.residue_index[pairs[:, 0]] != protein.residue_index[pairs[:, 1]]], axis=1)
    contacts: dict[tuple[int, int], list[ResidueBond]] = {}
    for begin, end in sorted(map(tuple, pairs.tolist())):
        bond = _bond(protein, begin, end)
        contacts.setdefault((bond.first, bond.second), []).append(bond)
    bonds = {
        ends: min(found, key=lambda bond: bond.length)
        for ends, found in contacts.items()
        if len(found) <= _MOST_BONDS or _lie_apart(protein, *ends)
    }
    for bond in _declared(protein, apart):
        bonds[bond.first, bond.second] = bond
    return [bond for _, bond in sorted(bonds.items()) if bond.length >= _SHORTEST]


def _lie_apart(protein: Protein, first: int, second: int) -> bool:
    """Whether no atom of a residue is nearer to the other than bonded atoms are, nor as near to more than two of it."""
    first_positions, second_positions = (
        protein.positions[protein.residues[index].start : protein.residues[index].stop] for index in (first, second)
    )
    distances = np.linalg.norm(first_positions[:, None] - second_positions[None], axis=-1)
    close = distances < _LONGEST_BOND
    return bool(
        distances.min() >= _SHORTEST and close.sum(0).max() <= _MOST_BONDS and close.sum(1).max() <= _MOST_BONDS
    )


def _bond(protein: Protein, begin: int, end: int) -> ResidueBond:
    length = float(np.linalg.norm(protein.positions[begin] - protein.positions[end]))
    return ResidueBond(int(protein.residue_index[begin]), int(protein.residue_index[end]), (begin, end), length)


def _declared(protein: Protein, apart: np.ndarray) -> Iterator[ResidueBond]:
    """The bonds that the file declares between atoms that are read and can have some."""
    if not protein.declared_bonds:
        return
    places = {residue.label: residue for residue in reversed(protein.residues)}
    for ends in protein.declared_bonds:
        atoms = []
        for label, name in ends:
            residue = places.get(label)
            names = protein.atom_names[residue.start : residue.stop] if residue else ()
            atoms += [residue.start + names.index(name)] if residue and name in names else []
        if len(atoms) == 2 and not apart[atoms].any():
            bond = _bond(protein, *sorted(atoms))
            if bond.first != bond.second and bond.length <= _LONGEST_DECLARED:
                yield bond


def bond_text(protein: Protein, bond: ResidueBond, *, of: Residue) -> str:
    """What `of`, a residue at one end of a bond, is bonded to: `CYS:A:25 (C44-SG, 1.73 A)`."""
    ends = [protein.residues[bond.first], protein.residues[bond.second]]
    names = [protein.atom_names[atom] for atom in bond.atoms]
    if ends[1] == of:
        ends.reverse()
        names.reverse()
    return f"{ends[1].label} ({names[0]}-{names[1]}, {bond.length:.2f} A)"
