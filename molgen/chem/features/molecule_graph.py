"""Plain records of molecules: numpy arrays with shapes in the docstring, no RDKit objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ELEMENTS = ("H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br", "I", "other")
HYBRIDIZATIONS = ("sp", "sp2", "sp3", "other")
RING_SIZES = (3, 4, 5, 6, 7, 8)  # the last one means 8 or more

# Number of classes of every column of MoleculeGraph.atoms, in order.
ATOM_COLUMNS: dict[str, int] = {
    "element": len(ELEMENTS),
    "charge": 5,
    "aromatic": 2,
    "hybridization": len(HYBRIDIZATIONS),
    "degree": 7,
    "hydrogens": 5,
    **{f"ring_{size}": 2 for size in RING_SIZES},
    "chirality": 3,
}
# Number of classes of every column of MoleculeGraph.bonds, in order.
BOND_COLUMNS: dict[str, int] = {"order": 4, "conjugated": 2, "ring": 2, "stereo": 3, "rotatable": 2}


@dataclass(frozen=True)
class MoleculeGraph:
    """The heavy-atom graph of a molecule with n atoms, b bonds, m rotatable bonds and p four-atom paths over them.

    Attributes:
        atoms: uint8 [n, len(ATOM_COLUMNS)], class index per column.
        bond_index: int16 [2, b], each bond once.
        bonds: uint8 [b, len(BOND_COLUMNS)], class index per column.
        torsions: int16 [m, 4], atoms (a, b, c, d) whose dihedral defines the torsion; b-c is the axis. b and c are
            neighbors, or the two ends of a straight chain of sp atoms.
        moving: bool [m, n], the atoms on the c side of each axis: those that turn.
        paths: int16 [p, 4], all four-atom paths (a', b, c, d') over the axes.
        path_torsion: int16 [p], the torsion of each path.
    """

    atoms: np.ndarray
    bond_index: np.ndarray
    bonds: np.ndarray
    torsions: np.ndarray
    moving: np.ndarray
    paths: np.ndarray
    path_torsion: np.ndarray

    @property
    def n_atoms(self) -> int:
        return len(self.atoms)

    @property
    def n_torsions(self) -> int:
        return len(self.torsions)


def shortest_paths(bond_index: np.ndarray, n_atoms: int, longest: int) -> np.ndarray:
    """Number of bonds between every pair of atoms, clipped.

    Args:
        bond_index: integer [2, b].
        n_atoms: n.
        longest: distances above it, and unconnected pairs, get the value ``longest``.

    Returns:
        uint8 [n, n].
    """
    adjacency = np.eye(n_atoms, dtype=np.float32)
    adjacency[bond_index[0], bond_index[1]] = 1
    adjacency[bond_index[1], bond_index[0]] = 1
    distance = np.full((n_atoms, n_atoms), longest, dtype=np.uint8)
    reached = np.eye(n_atoms, dtype=np.float32)
    np.fill_diagonal(distance, 0)
    for step in range(1, longest):
        nearer = reached @ adjacency > 0
        distance[nearer & (reached == 0)] = step
        reached = nearer.astype(np.float32)
    return distance
