"""The heavy atoms of a receptor file as the benchmark's PDBQT writer sees them, without molgen's own readers."""

import gzip
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.spatial import KDTree

WATER = frozenset({"HOH", "WAT", "DOD", "H2O"})
ORGANIC = {6: "C", 7: "N", 8: "OA", 9: "F", 14: "Si", 15: "P", 16: "S", 17: "Cl", 34: "S", 35: "Br", 53: "I"}
BOND_FACTOR = 1.2  # times the sum of the covalent radii
Residue = tuple[str, str, int, str]
"""Name, chain, number, insertion code."""


@dataclass(frozen=True)
class HeavyAtoms:
    """The heavy atoms of a receptor file, water left out.

    Args:
        elements: int [n], atomic numbers.
        positions: float [n, 3], Angstrom.
        names: of the atoms, stripped.
        residues: name, chain, number, insertion code of each atom's residue.
    """

    elements: NDArray[np.int64]
    positions: NDArray[np.float64]
    names: list[str]
    residues: list[Residue]

    def neighbors(self, index: int) -> list[int]:
        """Atoms bound to one atom; metals are bound to nothing."""
        return self._bonds[index]

    @cached_property
    def tree(self) -> KDTree:
        return KDTree(self.positions)

    @cached_property
    def is_metal(self) -> NDArray[np.bool_]:
        return np.array([int(element) not in ORGANIC for element in self.elements])

    @cached_property
    def _bonds(self) -> list[list[int]]:
        table = Chem.GetPeriodicTable()
        radii = np.array([table.GetRcovalent(int(element)) for element in self.elements])
        bonds: list[list[int]] = [[] for _ in self.names]
        for first, second in self.tree.query_pairs(BOND_FACTOR * 2 * radii.max(), output_type="ndarray").tolist():
            distance = np.linalg.norm(self.positions[first] - self.positions[second])
            if distance > BOND_FACTOR * (radii[first] + radii[second]) or self.is_metal[[first, second]].any():
                continue
            bonds[first].append(second)
            bonds[second].append(first)
        return bonds


def read_heavy_atoms(path: Path) -> HeavyAtoms:
    """Raises ValueError when the file holds no atoms."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    mol = Chem.MolFromPDBBlock(text, sanitize=False, removeHs=False, proximityBonding=False)
    kept = [] if mol is None else [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1 and not _is_water(atom)]
    if mol is None or not kept:
        raise ValueError(f"{path}: no atoms")
    infos = [atom.GetPDBResidueInfo() for atom in kept]
    return HeavyAtoms(
        elements=np.array([_element(atom) for atom in kept]),
        positions=mol.GetConformer().GetPositions()[[atom.GetIdx() for atom in kept]],
        names=[info.GetName().strip() for info in infos],
        residues=[
            (
                info.GetResidueName().strip(),
                info.GetChainId().strip(),
                info.GetResidueNumber(),
                info.GetInsertionCode().strip(),
            )
            for info in infos
        ],
    )


def _is_water(atom: Chem.Atom) -> bool:
    return atom.GetPDBResidueInfo().GetResidueName().strip() in WATER


def _element(atom: Chem.Atom) -> int:
    """Atomic number; an ion is named as its residue, which some files know better than the element column."""
    info = atom.GetPDBResidueInfo()
    name = info.GetName().strip()
    if name != info.GetResidueName().strip() or name not in {"NA", "CA", "CD", "CO", "CU", "CS", "HG"}:
        return atom.GetAtomicNum()
    return Chem.GetPeriodicTable().GetAtomicNumber(name.capitalize())
