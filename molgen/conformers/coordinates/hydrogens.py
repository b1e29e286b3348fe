"""The hydrogens that a model of coordinates does not place."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.positions import with_conformers

_MARK = 2
"""An isotope: hydrogens that have one are not removed."""


def with_hydrogens(mol: Chem.Mol, atoms: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Positions of all atoms from those of some: the other hydrogens go where the geometry of their neighbors says.

    Args:
        mol: with explicit hydrogens.
        atoms: int [n], the heavy atoms and some hydrogens, ascending.
        positions: [S, n, 3], Angstrom.

    Returns:
        float64 [S, atoms of mol, 3].
    """
    bare = _without_others(mol, atoms)
    with silent_rdkit():
        full = Chem.AddHs(with_conformers(bare, positions.astype(np.float64)), addCoords=True)
    order = _places(mol, full, atoms)
    completed = np.array([conformer.GetPositions() for conformer in full.GetConformers()])
    return completed.reshape(len(positions), full.GetNumAtoms(), 3)[:, order]


def _without_others(mol: Chem.Mol, atoms: np.ndarray) -> Chem.Mol:
    """The molecule with these atoms alone, the hydrogens left out being implicit."""
    marked = Chem.Mol(mol)
    isotopes = [atom.GetIsotope() for atom in mol.GetAtoms()]
    kept = set(atoms.tolist())
    for atom in marked.GetAtoms():
        if atom.GetAtomicNum() == 1:
            atom.SetIsotope(_MARK if atom.GetIdx() in kept else 0)
    parameters = Chem.RemoveHsParameters()
    parameters.removeDegreeZero = parameters.removeHigherDegrees = False
    parameters.showWarnings = False
    bare = Chem.RemoveHs(marked, parameters, sanitize=False)
    for atom, index in zip(bare.GetAtoms(), atoms.tolist(), strict=True):
        atom.SetIsotope(isotopes[index])
    bare.UpdatePropertyCache()
    return bare


def _places(mol: Chem.Mol, full: Chem.Mol, atoms: np.ndarray) -> np.ndarray:
    """For each atom of ``mol`` its index in ``full``, which begins with ``atoms``."""
    order = np.full(mol.GetNumAtoms(), -1)
    order[atoms] = np.arange(len(atoms))
    added: dict[int, list[int]] = {}
    for index in range(len(atoms), full.GetNumAtoms()):
        added.setdefault(full.GetAtomWithIdx(index).GetNeighbors()[0].GetIdx(), []).append(index)
    for index in np.flatnonzero(order < 0).tolist():
        parent = mol.GetAtomWithIdx(index).GetNeighbors()[0].GetIdx()
        order[index] = added[int(order[parent])].pop(0)
    return order
