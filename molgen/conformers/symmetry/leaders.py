"""Grouping of conformers on the way to the same minimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.metrics.rmsd import rmsd_among
from molgen.metrics.symmetry import automorphisms

MOST_SYMMETRIES, CHEAP_COMPARISONS = 64, 100_000
"""Symmetries that are looked at, and conformers squared times symmetries up to which they are."""


def leaders(
    mol: Chem.Mol,
    positions: NDArray[np.float64],
    energies: NDArray[np.float64],
    rmsd: float,
    gap: float,
    *,
    symmetric: bool = False,
) -> NDArray[np.int64]:
    """int [k], for each conformer the lowest one nearby: itself where none nearby is lower.

    Args:
        mol: with explicit hydrogens.
        positions: [k, atoms, 3], Angstrom.
        energies: [k], kcal/mol.
        rmsd: of heavy atoms, Angstrom, below which conformers are near.
        gap: kcal/mol, below which they are.
        symmetric: compare atoms in every order that the symmetries of the molecule allow, where that is cheap.
    """
    count, heavy = len(positions), heavy_atoms(mol)
    near = np.abs(energies[:, None] - energies) < gap
    if not len(heavy) or near.sum() <= count:
        return np.arange(count)
    orders = _cheap_symmetries(mol, count) if symmetric else None
    near &= rmsd_among(positions[:, heavy], orders).numpy() < rmsd
    leader = np.full(count, -1)
    for index in np.argsort(energies, kind="stable"):
        if leader[index] < 0:
            leader[near[index] & (leader < 0)] = index
            leader[index] = index
    return leader


def _cheap_symmetries(mol: Chem.Mol, conformers: int) -> NDArray[np.int64]:
    """int [p, n], orders of the heavy atoms that the symmetries of a molecule allow; one where more cost too much.

    Args:
        conformers: that are compared.
    """
    permutations = automorphisms(mol, MOST_SYMMETRIES).permutations
    return permutations if conformers**2 * len(permutations) <= CHEAP_COMPARISONS else permutations[:1]
