"""The receptor as the pose checks see it: atoms sorted into protein, organic and inorganic cofactors, and waters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.proteins.structure import Protein, Residue

GROUPS = ("protein", "organic_cofactors", "inorganic_cofactors", "waters")
_PROTEIN, _ORGANIC, _INORGANIC, _WATERS = range(len(GROUPS))
# elements and components that PoseBusters counts as inorganic; any other metal is an organic cofactor to it
_INORGANIC_ELEMENTS = (3, 4, 11, 12, 17, 19, 20, 25, 26, 27, 28, 29, 30, 35, 37, 42, 48)
_INORGANIC_COMPONENTS = {"FES", "MOS", "PO3", "PO4", "PPK", "SO3", "SO4", "VO4"}


@dataclass(frozen=True)
class CheckedReceptor:
    """Heavy atoms of a receptor.

    Attributes:
        positions: float64 [N, 3], Angstrom.
        elements: int64 [N], atomic numbers.
        groups: int64 [N], index into ``GROUPS``.
    """

    positions: NDArray[np.float64]
    elements: NDArray[np.int64]
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.positions)


def receptor_atoms(protein: Protein) -> CheckedReceptor:
    """Sort the atoms of a structure into ``GROUPS``.

    Elements such as Zn, Fe, Cl or Br and small inorganic groups such as sulfate are inorganic wherever they stand (the
    iron of a haem too); modified residues of a chain are protein, which a PDB file with HETATM records hides from
    PoseBusters.
    """
    by_residue = np.array([_group(residue) for residue in protein.residues], dtype=np.int64)
    elements = protein.elements.astype(np.int64)
    groups = by_residue[protein.residue_index] if len(protein) else np.zeros(0, dtype=np.int64)
    groups = np.where(np.isin(elements, _INORGANIC_ELEMENTS), _INORGANIC, groups)
    return CheckedReceptor(protein.positions.astype(np.float64), elements, groups)


def vdw_radii(elements: NDArray[np.int64]) -> NDArray[np.float64]:
    """Van der Waals radii of RDKit's periodic table, Angstrom."""
    table = Chem.GetPeriodicTable()
    return np.array([table.GetRvdw(int(number)) for number in elements], dtype=np.float64)


def covalent_radii(elements: NDArray[np.int64]) -> NDArray[np.float64]:
    """Covalent radii of RDKit's periodic table, Angstrom."""
    table = Chem.GetPeriodicTable()
    return np.array([table.GetRcovalent(int(number)) for number in elements], dtype=np.float64)


def _group(residue: Residue) -> int:
    if residue.kind == "water":
        return _WATERS
    if residue.name in _INORGANIC_COMPONENTS:
        return _INORGANIC
    return _PROTEIN if residue.kind == "polymer" else _ORGANIC
