"""Hydrogens on the nitrogens and oxygens of a structure, placed by the geometry of the heavy atoms.

Which atoms have some is what the docking energy takes for donors (`interaction_types.protein_types`). Hydroxyls are
staggered: an energy that looks at heavy atoms only, as Vina's, does not depend on how they are turned.
"""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from rdkit.Geometry import Point3D
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal, protein_types
from molgen.chem.atom_types.perceived_types import covalent_bonds
from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.formats.residue_names import parent_name
from molgen.chem.proteins.structure import Protein

_CONJUGATED = 1.42  # Angstrom; C-N of amines is 1.47, of amides, guanidines and rings 1.32 to 1.38
_ON_METAL = 2.8
_LONGEST = 1.3
_STRAIGHT = 0.2  # sum of the directions to both neighbors of an atom on their line
_NEUTRAL_AMINES = ("LYN", "LYSN")


def polar_hydrogens(protein: Protein) -> dict[int, np.ndarray]:
    """Atom -> positions [k, 3] of its hydrogens, Angstrom, for the donors among the nitrogens and oxygens.

    Where the file has the hydrogens of a residue, their number is taken from it. Otherwise nitrogens of amines are
    charged, and a neutral histidine has its hydrogen on NE2, or on ND1 where NE2 is bound to a metal.
    """
    donor = protein_types(protein).donor & np.isin(protein.elements, (7, 8))
    donor[_bare_nitrogens_of_histidine(protein)] = False
    bonds = covalent_bonds(protein.positions, protein.elements, is_metal(protein.elements))
    mol = _with_counts(protein, bonds, np.flatnonzero(donor))
    with silent_rdkit():
        mol.UpdatePropertyCache(strict=False)
        full = Chem.AddHs(mol, addCoords=True, onlyOnAtoms=np.flatnonzero(donor).tolist())
    places = full.GetConformer().GetPositions()
    hydrogens: dict[int, list[np.ndarray]] = {}
    for atom in range(len(protein), full.GetNumAtoms()):
        parent = full.GetAtomWithIdx(atom).GetNeighbors()[0].GetIdx()
        is_near = np.linalg.norm(places[atom] - protein.positions[parent]) < _LONGEST
        position = places[atom] if is_near else _away_from_neighbors(protein, mol.GetAtomWithIdx(parent))
        hydrogens.setdefault(parent, []).append(position)
    return {atom: np.stack(positions) for atom, positions in hydrogens.items()}


def _with_counts(protein: Protein, bonds: np.ndarray, donors: np.ndarray) -> Chem.Mol:
    """The structure as a molecule of single bonds; the donors have their number of hydrogens and their shape."""
    mol = Chem.RWMol()
    conformer = Chem.Conformer(len(protein))
    for index, (number, position) in enumerate(zip(protein.elements.tolist(), protein.positions.tolist(), strict=True)):
        atom = Chem.Atom(number)
        atom.SetNoImplicit(True)
        mol.AddAtom(atom)
        conformer.SetAtomPosition(index, Point3D(*position))
    for begin, end in bonds.tolist():
        mol.AddBond(begin, end, Chem.BondType.SINGLE)
    mol.AddConformer(conformer)
    for index in donors.tolist():
        atom = mol.GetAtomWithIdx(index)
        is_flat = _is_conjugated(protein, atom)
        atom.SetHybridization(Chem.HybridizationType.SP2 if is_flat else Chem.HybridizationType.SP3)
        atom.SetNumExplicitHs(_count(protein, atom, is_flat=is_flat))
    return mol.GetMol()


def _away_from_neighbors(protein: Protein, atom: Chem.Atom) -> np.ndarray:
    """A place at the length of a bond, where distorted angles leave no direction that is better."""
    center = protein.positions[atom.GetIdx()]
    toward = np.array([protein.positions[end.GetIdx()] - center for end in atom.GetNeighbors()]).reshape(-1, 3)
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    away = -toward.sum(axis=0)
    if np.linalg.norm(away) < _STRAIGHT:
        axis = toward[0] if len(toward) else np.array([0.0, 0.0, 1.0])
        away = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    return center + away / np.linalg.norm(away)


def _is_conjugated(protein: Protein, atom: Chem.Atom) -> bool:
    if atom.GetAtomicNum() != 7:
        return False
    ends = [end.GetIdx() for end in atom.GetNeighbors()]
    lengths = np.linalg.norm(protein.positions[ends] - protein.positions[atom.GetIdx()], axis=1)
    return bool((lengths < _CONJUGATED).any())


def _count(protein: Protein, atom: Chem.Atom, *, is_flat: bool) -> int:
    known = int(protein.hydrogens[atom.GetIdx()])
    residue = protein.residues[protein.residue_index[atom.GetIdx()]]
    if known >= 0:
        return known
    if atom.GetAtomicNum() == 8:
        return 1 if atom.GetDegree() else 2
    is_neutral = is_flat or residue.name in _NEUTRAL_AMINES
    return max(0, (3 if is_neutral else 4) - atom.GetDegree())


def _bare_nitrogens_of_histidine(protein: Protein) -> list[int]:
    """One of both nitrogens of each histidine of which nothing says where its hydrogen is."""
    metals = protein.positions[is_metal(protein.elements)]
    bare = []
    for residue in protein.of_kind("polymer"):
        if parent_name(residue.name) != "HIS" or residue.name in ("HIP", "HSP", "HISP", "HISH"):
            continue
        atoms = {protein.atom_names[k]: k for k in range(residue.start, residue.stop)}
        if {"ND1", "NE2"} <= atoms.keys() and protein.hydrogens[residue.start] < 0 and residue.name == "HIS":
            bound = len(metals) and KDTree(metals).query(protein.positions[atoms["NE2"]])[0] < _ON_METAL
            bare.append(atoms["NE2"] if bound else atoms["ND1"])
    return bare
