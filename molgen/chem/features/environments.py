"""Hashes of atoms with what surrounds them, in whole numbers that are the same on every machine.

They are those of circular fingerprints (Rogers and Hahn, J. Chem. Inf. Model. 2010, 50, 742), for torsions: protonation
does not change them, and handedness does.
"""

from __future__ import annotations

import numpy as np
from rdkit import Chem

_HANDS = {"R": 1, "S": 2}
_MIRRORED = {"R": 2, "S": 1}
_ODD = tuple(np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def atom_environments(skeleton: Chem.Mol, radius: int, *, mirrored: bool = False) -> np.ndarray:
    """Hashes of atoms with all that is within so many bonds.

    An atom is its element, the number of its heavy neighbors, whether it is aromatic and in a ring, whether it is R or
    S, and if it is carbon the number of its hydrogens. Charges and hydrogens of other elements do not count, since they
    depend on who drew the molecule.

    Args:
        skeleton: heavy atoms only, with stereo assigned.
        radius: the largest, in bonds.
        mirrored: of the mirror image.

    Returns:
        uint64 [radius + 1, n]: row r is what atoms look like within r bonds.
    """
    hands = _MIRRORED if mirrored else _HANDS
    rows = [_invariants(atom, hands) for atom in skeleton.GetAtoms()]
    hashes = [mixed(np.array(rows, dtype=np.uint64))]
    ends, orders = _bonds(skeleton)
    for _ in range(radius):
        previous = hashes[-1]
        sums = np.zeros_like(previous)
        for own, other in (ends, ends[::-1]):
            np.add.at(sums, own, mixed(previous[other] + _ODD[1] * orders))
        hashes.append(mixed(_ODD[0] * previous + sums))
    return np.stack(hashes)


def mixed(values: np.ndarray) -> np.ndarray:
    """Hashes uint64 of whole numbers uint64 (the finalizer of SplitMix64; Steele et al., OOPSLA 2014)."""
    values = values + _ODD[0]
    values = (values ^ (values >> np.uint64(30))) * _ODD[1]
    values = (values ^ (values >> np.uint64(27))) * _ODD[2]
    return values ^ (values >> np.uint64(31))


def _invariants(atom: Chem.Atom, hands: dict[str, int]) -> int:
    """All that an atom is by itself, as one number."""
    element = atom.GetAtomicNum()
    hand = hands.get(atom.GetProp("_CIPCode"), 0) if atom.HasProp("_CIPCode") else 0
    hydrogens = atom.GetTotalNumHs() if element == 6 else 0
    number = 0
    for value in (element, atom.GetDegree(), hydrogens, int(atom.GetIsAromatic()), int(atom.IsInRing()), hand):
        number = 128 * number + value
    return number


def _bonds(skeleton: Chem.Mol) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """The two ends of each bond, and twice its order."""
    bonds = list(skeleton.GetBonds())
    begin = np.array([bond.GetBeginAtomIdx() for bond in bonds], dtype=np.int64)
    end = np.array([bond.GetEndAtomIdx() for bond in bonds], dtype=np.int64)
    return (begin, end), np.array([round(2 * bond.GetBondTypeAsDouble()) for bond in bonds], dtype=np.uint64)
