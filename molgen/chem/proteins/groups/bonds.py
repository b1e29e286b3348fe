"""Covalent bonds between the residues of a structure, by their lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.atom_types.perceived_types import covalent_bonds
from molgen.chem.proteins.structure import Protein, Residue

_SHORTEST = 1.1  # Angstrom
_MOST_BONDS = 2  # of one pair of residues: what touches at more atoms lies on each other


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
    """Bonds between residues of chains and groups, in the order of the file; water, metals and ions have none.

    The atoms are at least 1.1 Angstrom apart and at most 0.4 more than the sum of their covalent radii. Pairs of
    residues with more than two such contacts lie on each other and are not bonded.
    """
    bonding = np.array([residue.kind in ("polymer", "ligand") for residue in protein.residues], dtype=bool)
    apart = ~bonding[protein.residue_index] | is_metal(protein.elements)
    pairs = covalent_bonds(protein.positions, protein.elements, apart)
    owners = protein.residue_index[pairs]
    pairs = np.sort(pairs[owners[:, 0] != owners[:, 1]], axis=1)
    contacts: dict[tuple[int, int], list[ResidueBond]] = {}
    for one, other in sorted(map(tuple, pairs.tolist())):
        ends = int(protein.residue_index[one]), int(protein.residue_index[other])
        length = float(np.linalg.norm(protein.positions[one] - protein.positions[other]))
        contacts.setdefault(ends, []).append(ResidueBond(*ends, (one, other), length))
    bonded = (found for found in contacts.values() if len(found) <= _MOST_BONDS)
    return [bond for found in bonded for bond in found if bond.length >= _SHORTEST]


def bond_text(protein: Protein, bond: ResidueBond, *, of: Residue) -> str:
    """What `of`, a residue at one end of a bond, is bonded to: `CYS:A:25 (C44-SG, 1.73 A)`."""
    ends = [protein.residues[bond.first], protein.residues[bond.second]]
    names = [protein.atom_names[atom] for atom in bond.atoms]
    if ends[1] == of:
        ends.reverse()
        names.reverse()
    return f"{ends[1].label} ({names[0]}-{names[1]}, {bond.length:.2f} A)"
