"""What the pose checks need to know of the ligand, found once per molecule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from torch import Tensor

from molgen.errors import ParseError
from molgen.metrics.stereo import StereoChecks, stereo_checks
from molgen.metrics.validity.bounds import GeometryLimits, geometry_limits
from molgen.metrics.validity.flatness import aromatic_rings, double_bonds, puckered_rings


@dataclass(frozen=True)
class LigandTables:
    """Indices and limits of one molecule, with the hydrogens that it has.

    Attributes:
        mol: sanitized.
        heavy: int64 [h], indices of the heavy atoms.
        elements: int64 [h], their atomic numbers.
        limits: on distances.
        aromatic, double, puckered: groups of atoms, see ``flatness``.
        stereo: tetrahedral centers and double bonds together.
    """

    mol: Chem.Mol
    heavy: Tensor
    elements: NDArray[np.int64]
    limits: GeometryLimits
    aromatic: tuple[Tensor, ...]
    double: tuple[Tensor, ...]
    puckered: tuple[Tensor, ...]
    stereo: StereoChecks

    def stereo_kept(self, positions: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether poses [B, n, 3] have the chirality, and the double-bond stereo, of ``mol``: bool [B], bool [B]."""
        none = self.stereo.three[:, :0]
        centers = replace(self.stereo, double=none, double_signs=none[..., 0])
        bonds = replace(self.stereo, three=none, three_signs=none[..., 0], four_signs=none[..., 0])
        bonds = replace(bonds, four=self.stereo.four[:, :0])
        chiral, planar = centers.satisfied(positions), bonds.satisfied(positions)
        return chiral & (self.stereo.satisfied(positions) | ~planar), planar


def ligand_tables(mol: Chem.Mol) -> LigandTables:
    """Prepare a molecule; its own chiral tags and double-bond stereo are the ones to keep.

    Raises:
        ParseError: it has no heavy atom, or RDKit can neither sanitize it nor give bounds for its distances.
    """
    mol = Chem.Mol(mol)
    try:
        Chem.SanitizeMol(mol)
    except Chem.MolSanitizeException as error:
        raise ParseError(f"the ligand cannot be sanitized: {error}") from error
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1]
    if not heavy:
        raise ParseError("the ligand has no heavy atoms")
    return LigandTables(
        mol=mol,
        heavy=torch.tensor(heavy),
        elements=np.array([mol.GetAtomWithIdx(index).GetAtomicNum() for index in heavy], dtype=np.int64),
        limits=geometry_limits(mol),
        aromatic=aromatic_rings(mol),
        double=double_bonds(mol),
        puckered=puckered_rings(mol),
        stereo=stereo_checks(mol, mol),
    )
