"""From a protein structure to the record of atoms that a network reads: class indices, positions, local directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from molgen.chem.formats.residue_names import NUCLEOTIDES, parent_name
from molgen.chem.proteins.structure import Protein

_AMINO_ACIDS = (
    *("ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE"),
    *("LEU", "LYS", "MET", "PHE", "PRO", "SER", "THR", "TRP", "TYR", "VAL"),
)
_ELEMENTS = {6: 1, 7: 2, 8: 3, 15: 4, 16: 5, 34: 5, 9: 6, 17: 6, 35: 6, 53: 6}
_METAL_ELEMENT, _OTHER_ELEMENT = 7, 0
_OTHER_POLYMER, _NUCLEOTIDE, _METAL, _COFACTOR = 20, 21, 22, 23
_BACKBONE = {"N": 1, "CA": 2, "C": 3, "O": 4, "OXT": 4}
_REMOTENESS = {"B": 5, "G": 6, "D": 7, "E": 8, "Z": 9, "H": 10}
_NOT_AMINO = 11
_BOND = 1.95
"""Angstrom. Heavy atoms nearer than this are bonded, as far as directions go."""

# Number of classes of every column of PocketAtoms.atoms, in order.
POCKET_COLUMNS: dict[str, int] = {
    "element": 8,  # other, C, N, O, P, S or Se, halogen, metal
    "residue": 24,  # the 20 amino acids, another polymer residue, nucleotide, metal or ion, cofactor
    "place": 12,  # other, N, CA, C, O (the backbone), beta, gamma, delta, epsilon, zeta, eta, not an amino acid
    "donor": 2,
    "acceptor": 2,
    "hydrophobic": 2,
}


@dataclass(frozen=True)
class PocketAtoms:
    """The k atoms of a receptor that a network sees.

    Attributes:
        atoms: uint8 [k, len(POCKET_COLUMNS)], class index per column.
        positions: float64 [k, 3], Angstrom.
        residue: int32 [k], an index that atoms of one residue share and that rises along a chain.
    """

    atoms: np.ndarray
    positions: np.ndarray
    residue: np.ndarray

    def __len__(self) -> int:
        return len(self.atoms)

    def pick(self, chosen: np.ndarray) -> PocketAtoms:
        """Some of the atoms; `chosen` is a mask or an array of indices."""
        return PocketAtoms(self.atoms[chosen], self.positions[chosen], self.residue[chosen])

    def around(self, center: np.ndarray, radius: float) -> PocketAtoms:
        """The atoms within a distance of a point [3], in Angstrom."""
        return self.pick(np.linalg.norm(self.positions - center, axis=1) < radius)


def pocket_atoms(protein: Protein) -> PocketAtoms:
    """The record of a whole receptor. Water is left out."""
    from molgen.chem.atom_types.interaction_types import (  # RDKit, which readers of the record do without
        is_metal,
        protein_types,
    )

    dry = protein.keep(lambda residue: residue.kind != "water")
    types = protein_types(dry)
    residue = np.array([_residue_class(r.name, r.kind) for r in dry.residues], dtype=np.uint8)[dry.residue_index]
    metal = is_metal(dry.elements)
    element = np.array([_ELEMENTS.get(int(z), _OTHER_ELEMENT) for z in dry.elements], dtype=np.uint8)
    element[metal] = _METAL_ELEMENT
    role = np.array(
        [_place(name, kind < 21) for name, kind in zip(dry.atom_names, residue, strict=True)], dtype=np.uint8
    )
    columns = (element, residue, role, types.donor, types.acceptor, types.hydrophobic)
    atoms = np.stack([np.asarray(column, dtype=np.uint8) for column in columns], axis=1)
    return PocketAtoms(atoms.reshape(-1, len(POCKET_COLUMNS)), dry.positions, dry.residue_index.astype(np.int32))


def local_directions(positions: np.ndarray) -> np.ndarray:
    """Where each atom points: minus the sum of the unit vectors to its bonded neighbors.

    For a carbonyl oxygen it is the direction of the C=O bond; for an atom of a ring it points out of the ring.

    Args:
        positions: float [k, 3], heavy atoms, Angstrom.

    Returns:
        float64 [k, 3], of length at most 4; zero for a lone atom.
    """
    from scipy.spatial import KDTree  # slow to import, and not for molecules without a pocket

    directions = np.zeros((len(positions), 3))
    pairs = KDTree(positions).query_pairs(_BOND, output_type="ndarray") if len(positions) else np.zeros((0, 2), int)
    i, j = pairs[:, 0], pairs[:, 1]
    unit = positions[j] - positions[i]
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True).clip(1e-9)
    np.add.at(directions, i, -unit)
    np.add.at(directions, j, unit)
    return directions


def _residue_class(name: str, kind: str) -> int:
    plain = {"MSE": "MET", "SEC": "CYS"}.get(parent_name(name), parent_name(name))
    if kind in ("metal", "ion"):
        return _METAL
    if kind == "ligand":
        return _COFACTOR
    if plain in _AMINO_ACIDS:
        return _AMINO_ACIDS.index(plain)
    return _NUCLEOTIDE if plain in NUCLEOTIDES else _OTHER_POLYMER


def _place(name: str, amino_acid: bool) -> int:
    if not amino_acid:
        return _NOT_AMINO
    if name in _BACKBONE:
        return _BACKBONE[name]
    return _REMOTENESS.get(name[1:2], 0)
