"""Which conformers are distinct: by RMSD, by a rotated hydrogen, or as minima of the force field."""

from __future__ import annotations

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.conformers.config import GenerateConfig
from molgen.conformers.hydrogens.rotors import hydrogen_rotors
from molgen.conformers.symmetry.copies import lowered_for_copies
from molgen.metrics.rmsd import rmsd_among
from molgen.metrics.symmetry import automorphisms

MAX_PERMUTATIONS, MORE_PERMUTATIONS = 64, 1024
"""Most symmetries that are compared; and for few conformers, since copies of a hexafluoride differ by one of 720."""
CHEAP_COMPARISONS = 2_000_000
"""Conformers squared times permutations up to which the cost is negligible."""
ROTAMER_GAP = 0.2
"""Least energy difference of two minima with the same heavy atoms, kcal/mol."""
SAME_RMSD, SAME_ENERGY = 0.2, 0.1
"""Minimized conformers nearer than this (Angstrom, kcal/mol) are in one minimum; 200 of ibuprofen fall into 35 groups
with nothing between 0.1 and 0.5 Angstrom, and those with another hydroxyl rotamer differ by more than 1 kcal/mol."""


def distinct(mol: Chem.Mol, positions: np.ndarray, energies: np.ndarray, config: GenerateConfig) -> list[int]:
    """Indices of the minimized conformers that do not repeat an earlier one.

    Minima of different energies are distinct even with equal heavy atoms: a hydrogen has turned.

    Args:
        mol: with explicit hydrogens.
        positions: [k, atoms, 3], Angstrom.
        energies: [k], kcal/mol.
        config: ``unique`` and ``min_rmsd`` count.
    """
    distances, gaps = symmetric_distances(mol, positions), np.abs(energies[:, None] - energies)
    if config.unique == "minima":
        copies = (distances < SAME_RMSD) & ~(gaps >= SAME_ENERGY)
    else:
        copies = (distances < config.min_rmsd) & ~(bool(hydrogen_rotors(mol)) & (gaps > ROTAMER_GAP))
    kept: list[int] = []
    for index in range(len(positions)):
        if not copies[index, kept].any():
            kept.append(index)
    return kept


def symmetric_distances(mol: Chem.Mol, positions: np.ndarray, device: torch.device | str = "cpu") -> np.ndarray:
    """Symmetric heavy-atom RMSD between all pairs of conformers [p, atoms, 3]: [p, p], Angstrom.

    Where there are too many symmetries to look at it is an upper bound, though copies of one minimum are found. On a
    GPU that knows float64 it is computed there, else on the CPU.
    """
    target = device if torch.device(device).type == "cuda" else "cpu"
    heavy = positions[:, heavy_atoms(mol)]
    most = min(MORE_PERMUTATIONS, CHEAP_COMPARISONS // max(1, len(heavy)) ** 2)
    known = automorphisms(mol, max(MAX_PERMUTATIONS, most))
    distances = rmsd_among(torch.from_numpy(heavy).to(target), known.permutations).cpu().numpy()
    return lowered_for_copies(mol, heavy, distances, known, SAME_RMSD)
