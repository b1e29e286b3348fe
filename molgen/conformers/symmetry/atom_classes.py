"""Topological classes of atoms, whatever the bond orders, and the rarest paths of three atoms."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms


def atom_classes(mol: Chem.Mol) -> NDArray[np.int64]:
    """Classes int64 [n] of the heavy atoms: same element, hydrogens and classes of neighbors.

    Bond orders do not count: a Kekule form of C60 separates atoms that are equivalent in space.

    Args:
        mol: with or without hydrogens.
    """
    neighbors = heavy_neighbors(mol)
    atoms = [mol.GetAtomWithIdx(int(index)) for index in heavy_atoms(mol)]
    labels: list[object] = [(atom.GetAtomicNum(), atom.GetTotalNumHs(includeNeighbors=True)) for atom in atoms]
    classes, count = _numbered(labels)
    while True:
        refined, more = _numbered([(classes[k], sorted(classes[neighbors[k]])) for k in range(len(atoms))])
        if more == count:
            return classes
        classes, count = refined, more


def heavy_neighbors(mol: Chem.Mol) -> list[list[int]]:
    """The heavy neighbors of each heavy atom, numbered among the heavy atoms."""
    heavy = heavy_atoms(mol)
    number = {int(index): k for k, index in enumerate(heavy)}
    around = ((other.GetIdx() for other in mol.GetAtomWithIdx(int(index)).GetNeighbors()) for index in heavy)
    return [[number[index] for index in others if index in number] for others in around]


def rarest_path(
    mol: Chem.Mol, classes: NDArray[np.int64], positions: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Three bonded atoms, not in line, whose classes are the rarest.

    Args:
        mol: with or without hydrogens.
        classes: int64 [n].
        positions: [n, 3], of its heavy atoms in one conformer, Angstrom.

    Returns:
        int64 [3], heavy atoms, and int64 [t, 3], all that are like them, themselves included; both empty without any.
    """
    alike: dict[tuple[int, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for middle, around in enumerate(heavy_neighbors(mol)):
        for path in ((first, middle, last) for first in around for last in around if first != last):
            alike[tuple(classes[list(path)].tolist())].append(path)
    for paths in sorted(alike.values(), key=len):
        bent = next((path for path in paths if _is_bent(positions[list(path)])), None)
        if bent is not None:
            return np.array(bent), np.array(paths)
    return np.zeros(0, dtype=np.int64), np.zeros((0, 3), dtype=np.int64)


def _is_bent(points: NDArray[np.float64]) -> bool:
    """Whether three points are at an angle of 20 to 160 degrees."""
    first, last = points[0] - points[1], points[2] - points[1]
    return abs(first @ last) < np.cos(np.radians(20)) * np.linalg.norm(first) * np.linalg.norm(last)


def _numbered(labels: list[object]) -> tuple[NDArray[np.int64], int]:
    """Equal labels as equal numbers, and how many there are."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(repr(label), len(numbers)) for label in labels], dtype=np.int64), len(numbers)
