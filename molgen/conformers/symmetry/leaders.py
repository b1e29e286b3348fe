"""Which conformers lead to one minimum, before they are there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.metrics.rmsd import rmsd_matrix


def leaders(
    mol: Chem.Mol, positions: NDArray[np.float64], energies: NDArray[np.float64], rmsd: float, gap: float
) -> NDArray[np.int64]:
    """int [k], for each conformer the lowest one that is so near: itself where none is lower and near.

    Args:
        mol: with explicit hydrogens.
        positions: [k, atoms, 3], Angstrom; atoms are compared in their order, symmetries are not looked at.
        energies: [k], kcal/mol.
        rmsd: of heavy atoms, Angstrom, below which conformers are near.
        gap: kcal/mol, below which they are.
    """
    count, heavy = len(positions), heavy_atoms(mol)
    near = np.abs(energies[:, None] - energies) < gap
    if not len(heavy) or near.sum() <= count:
        return np.arange(count)
    near &= rmsd_matrix(positions[:, heavy], positions[:, heavy]).numpy() < rmsd
    leader = np.full(count, -1)
    for index in np.argsort(energies, kind="stable"):
        if leader[index] < 0:
            leader[near[index] & (leader < 0)] = index
            leader[index] = index
    return leader
