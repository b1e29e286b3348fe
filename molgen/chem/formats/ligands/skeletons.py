"""Molecules of which only the places of the atoms are known: elements, coordinates, and bonds by their lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rdkit import Chem
from rdkit.Geometry import Point3D

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.atom_types.perceived_types import covalent_bonds

SKELETON = "_molgen_skeleton"
"""Property of a molecule whose bonds are all drawn single because their orders are not known."""


def skeleton(elements: Sequence[int], positions: np.ndarray) -> Chem.Mol:
    """A molecule with a 3D conformer, single bonds between atoms that are near enough, and no hydrogens beside those
    given; its bond orders and charges are unknown (`SKELETON`).

    Args:
        elements: n atomic numbers.
        positions: [n, 3], Angstrom.
    """
    numbers = np.asarray(elements, dtype=np.int64)
    mol = Chem.RWMol()
    conformer = Chem.Conformer(len(numbers))
    for index, (number, (x, y, z)) in enumerate(zip(numbers.tolist(), positions.tolist(), strict=True)):
        atom = Chem.Atom(number)
        atom.SetNoImplicit(True)
        mol.AddAtom(atom)
        conformer.SetAtomPosition(index, Point3D(x, y, z))
    for begin, end in covalent_bonds(positions, numbers, is_metal(numbers)).tolist():
        if numbers[begin] > 1 or numbers[end] > 1:
            mol.AddBond(begin, end, Chem.BondType.SINGLE)
    conformer.Set3D(True)
    mol.AddConformer(conformer)
    Chem.FastFindRings(mol)
    mol.SetBoolProp(SKELETON, True)
    return mol.GetMol()
