"""How many hydrogens carbon has, by the angles and lengths of its bonds to heavy atoms."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

# lengths of single bonds of carbon, Angstrom: Allen et al., J. Chem. Soc., Perkin Trans. 2 1987, S1
_SINGLE = {6: 1.53, 7: 1.47, 8: 1.43, 9: 1.36, 16: 1.82, 17: 1.77, 35: 1.95, 53: 2.10, 15: 1.82, 14: 1.86, 5: 1.57}
_SP3, _SP2, _SP = 0.07, 0.09, 0.27  # shortening of the shortest bond: at most, at least
_LINEAR = 155.0  # degree
_PYRAMID, _PLANE = 0.38, 0.22  # Angstrom from the plane of three neighbors: at least, at most


def hydrogens_on_carbon(mol: Chem.Mol, atom: int, positions: np.ndarray, *, is_aromatic: bool) -> int | None:
    """Hydrogens that a carbon needs; None where its geometry does not say.

    Args:
        mol: whose bonds between heavy atoms are known but for their orders.
        atom: the carbon.
        positions: [n, 3], Angstrom.
        is_aromatic: it is typed so.
    """
    ends = [end.GetIdx() for end in mol.GetAtomWithIdx(atom).GetNeighbors()]
    if not 0 < len(ends) <= 4:
        return 4 if not ends else None
    if len(ends) == 4:
        return 0
    if is_aromatic:
        return max(0, 3 - len(ends))
    shortening = max(_shortening(mol, atom, end, positions) for end in ends)
    if len(ends) == 3:
        return _of_three(positions[atom], positions[ends])
    if shortening >= _SP and (len(ends) == 1 or _angle(positions, ends[0], atom, ends[1]) > _LINEAR):
        return 2 - len(ends)
    if len(ends) == 2 and _angle(positions, ends[0], atom, ends[1]) > _LINEAR:  # an allene
        return 0
    if shortening >= _SP2:
        return 3 - len(ends)
    return 4 - len(ends) if shortening <= _SP3 else None


def _of_three(center: np.ndarray, ends: np.ndarray) -> int | None:
    normal = np.cross(ends[1] - ends[0], ends[2] - ends[0])
    distance = float(abs((center - ends[0]) @ normal) / max(float(np.linalg.norm(normal)), 1e-6))
    if distance >= _PYRAMID:
        return 1
    return 0 if distance <= _PLANE else None


def _shortening(mol: Chem.Mol, atom: int, end: int, positions: np.ndarray) -> float:
    """By how much a bond is shorter than a single one, Angstrom; 0 to elements that have no multiple ones."""
    single = _SINGLE.get(mol.GetAtomWithIdx(end).GetAtomicNum())
    if single is None or mol.GetAtomWithIdx(end).GetAtomicNum() in (9, 17, 35, 53):
        return 0.0
    return single - float(np.linalg.norm(positions[atom] - positions[end]))


def _angle(positions: np.ndarray, first: int, center: int, second: int) -> float:
    u, v = positions[first] - positions[center], positions[second] - positions[center]
    return float(np.degrees(np.arccos(np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1.0, 1.0))))
