"""Coordinates in and out of molecules."""

from __future__ import annotations

import numpy as np
from rdkit import Chem


def with_conformers(mol: Chem.Mol, positions: np.ndarray) -> Chem.Mol:
    """A copy of the molecule with the conformers [k, atoms, 3] and no others."""
    mol = Chem.Mol(mol)
    mol.RemoveAllConformers()
    for row in positions:
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(np.ascontiguousarray(row, dtype=np.float64))
        mol.AddConformer(conformer, assignId=True)
    return mol
