"""Bonds to the receptor that poses have, as they lie, though they are scored without them."""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.covalent.nucleophiles import bonds_ligands
from molgen.chem.proteins.structure import Protein

_TOLERANCE = 0.25
"""Angstrom beyond the covalent radii of two atoms, up to which they are taken as bonded."""


def bond_note(pose: Chem.Mol, protein: Protein) -> str:
    """That an atom of a pose lies where it would be bonded to a residue, as in a covalent complex; else nothing."""
    table = Chem.GetPeriodicTable()
    radius = np.array([table.GetRcovalent(z) for z in range(119)])
    able = np.array(
        [
            k
            for k, name in enumerate(protein.atom_names)
            if bonds_ligands(protein.residues[int(protein.residue_index[k])].name, name)
        ],
        dtype=np.int64,
    )
    heavy = [atom.GetIdx() for atom in pose.GetAtoms() if atom.GetAtomicNum() > 1]
    if not len(able) or not heavy:
        return ""
    numbers = np.array([pose.GetAtomWithIdx(k).GetAtomicNum() for k in heavy])
    gaps, index = KDTree(protein.positions[able]).query(pose.GetConformer().GetPositions()[heavy])
    nearest = able[np.asarray(index)]
    beyond = gaps - radius[numbers] - radius[protein.elements[nearest]]
    first = int(beyond.argmin())
    if beyond[first] > _TOLERANCE:
        return ""
    atom = int(nearest[first])
    where = f"{protein.atom_names[atom]} of {protein.residues[int(protein.residue_index[atom])].label}"
    return f"the pose lies {gaps[first]:.2f} A from {where}, as if bonded; it is scored without this bond, as a clash"
