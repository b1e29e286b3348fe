"""Strain of a pose as PoseBusters measures it: its UFF energy over the mean of relaxed conformers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

from molgen.chem.formats.parsing import silent_rdkit

ENERGY_LIMIT = 100.0
_CONFORMERS = 50
_SEED = 42
_TINY = 1e-10


def relaxed_energy(mol: Chem.Mol) -> float:
    """Mean UFF energy of 50 embedded and relaxed conformers of the standard InChI of ``mol``, kcal/mol.

    NaN where there is no InChI, no conformer or no parameter for an atom.
    """
    with silent_rdkit():
        plain = Chem.MolFromInchi(Chem.MolToInchi(mol))
        if plain is None:
            return float("nan")
        plain = Chem.AddHs(plain)
        options = rdDistGeom.ETKDGv3()
        options.randomSeed = _SEED
        options.useRandomCoords = True
        conformers = rdDistGeom.EmbedMultipleConfs(plain, _CONFORMERS, options)
        if len(conformers) != _CONFORMERS or not rdForceFieldHelpers.UFFHasAllMoleculeParams(plain):
            return float("nan")
        energies = [energy for _, energy in rdForceFieldHelpers.UFFOptimizeMoleculeConfs(plain)]
    return float(np.mean(energies)) or _TINY


def pose_energies(mol: Chem.Mol, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """UFF energies [B] of poses [B, n, 3] in Angstrom, kcal/mol; hydrogens that ``mol`` lacks are added and relaxed.

    NaN where UFF has no parameters for an atom.
    """
    with silent_rdkit():
        return np.array([_pose_energy(mol, pose) for pose in positions], dtype=np.float64)


def _pose_energy(mol: Chem.Mol, pose: NDArray[np.float64]) -> float:
    placed = Chem.Mol(mol)
    placed.RemoveAllConformers()
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(np.ascontiguousarray(pose, dtype=np.float64))
    placed.AddConformer(conformer)
    placed = Chem.AddHs(placed, addCoords=True)
    if not rdForceFieldHelpers.UFFHasAllMoleculeParams(placed):
        return float("nan")
    field = rdForceFieldHelpers.UFFGetMoleculeForceField(placed, confId=0)
    if placed.GetNumAtoms() > mol.GetNumAtoms():
        for index in range(mol.GetNumAtoms()):
            field.AddFixedPoint(index)
        field.Minimize()
    return field.CalcEnergy()
