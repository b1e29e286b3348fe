"""Share of the ligand's volume that the receptor takes, on a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdShapeHelpers
from torch import Tensor

OVERLAP_LIMIT = 0.075
_SEARCH = 6.0  # Angstrom, times the scale of the radii
_WIDEST = 100.0  # Angstrom; the grid of a pose that has come apart would fill the memory


def volume_overlap(
    mol: Chem.Mol, positions: Tensor, elements: NDArray[np.int64], atoms: Tensor, distances: Tensor, scale: float
) -> NDArray[np.float64]:
    """Fraction of each pose's shape inside the shape of the receptor.

    RDKit's grid has a spacing of 0.5 A and lies along the principal axes of the pose; which of its points are in
    changes the value by 0.002 or so when ligand and receptor are turned together.

    Args:
        mol: the ligand.
        positions: float64 [B, n, 3], all atoms of ``mol``, Angstrom.
        elements: int64 [m], of the receptor atoms, no hydrogens.
        atoms: float64 [m, 3], Angstrom.
        distances: float64 [B, n, m] between them.
        scale: of the van der Waals radii.

    Returns:
        float64 [B] in [0, 1]; 1 for a pose wider than 100 A.
    """
    near = (distances <= _SEARCH * scale).any(dim=1).numpy()
    broken = (positions.amax(dim=1) - positions.amin(dim=1) > _WIDEST).any(dim=1).numpy()
    overlap = np.where(broken, 1.0, 0.0)
    for pose in np.flatnonzero(near.any(axis=1) & ~broken):
        ligand = _at(mol, positions[pose].numpy())
        around = _at(_loose_atoms(elements[near[pose]]), atoms.numpy()[near[pose]])
        overlap[pose] = rdShapeHelpers.ShapeTverskyIndex(ligand, around, alpha=1.0, beta=0.0, vdwScale=scale)
    return overlap


def _loose_atoms(elements: NDArray[np.int64]) -> Chem.Mol:
    mol = Chem.RWMol()
    for element in elements.tolist():
        mol.AddAtom(Chem.Atom(element))
    return mol.GetMol()


def _at(mol: Chem.Mol, positions: NDArray[np.float64]) -> Chem.Mol:
    placed = Chem.Mol(mol, True)  # without properties and conformers
    conformer = Chem.Conformer(len(positions))
    conformer.SetPositions(np.ascontiguousarray(positions))
    placed.AddConformer(conformer)
    return placed
