"""Rotatable (OH, SH, NH2, NH3+) and invertible (NH) hydrogens, and their possible positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

TURNS = 6
"""Positions around a bond: the present one and those 60, 120, ... degrees from it."""
_CARRIERS = frozenset((7, 8, 16, 34))


@dataclass(frozen=True)
class HydrogenRotor:
    """The hydrogens of one atom, which move together while no other atom does.

    Attributes:
        hydrogens: their indices.
        carrier: the atom that they are bonded to.
        anchors: its one heavy neighbor, about whose bond they turn, or its two, through whose plane they are reflected.
    """

    hydrogens: tuple[int, ...]
    carrier: int
    anchors: tuple[int, ...]

    def placements(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Possible positions of the hydrogens [h] of conformers [B, atoms, 3], the present first: [B, places, h, 3]."""
        center = positions[:, None, [self.carrier]]
        arms = positions[:, None, list(self.hydrogens)] - center
        first, *second = (positions[:, None, [anchor]] - center for anchor in self.anchors)
        if second:
            normal = _unit(np.cross(first, second[0]))
            across = 2 * (arms * normal).sum(-1, keepdims=True) * normal
            return center + np.concatenate([arms, arms - across], axis=1)
        axis = _unit(first)
        along = (arms * axis).sum(-1, keepdims=True) * axis
        angles = (2 * math.pi / TURNS * np.arange(TURNS))[:, None, None]
        turned = np.cos(angles) * (arms - along) + np.sin(angles) * np.cross(axis, arms)
        return center + along + turned


def hydrogen_rotors(mol: Chem.Mol) -> list[HydrogenRotor]:
    """The rotors of a molecule with explicit hydrogens.

    Left out are groups that conjugation keeps in a plane with both places taken (the NH2 of amides and anilines), and
    hydrogens whose place is stereo (imines).
    """
    rotors = []
    for atom in mol.GetAtoms():
        hydrogens = tuple(n.GetIdx() for n in atom.GetNeighbors() if n.GetAtomicNum() == 1)
        anchors = [n for n in atom.GetNeighbors() if n.GetAtomicNum() > 1]
        if not hydrogens or atom.GetAtomicNum() not in _CARRIERS or atom.GetDegree() != len(hydrogens) + len(anchors):
            continue
        turns = len(anchors) == 1 and _turns(atom, anchors[0])
        if turns or (len(anchors) == 2 and _inverts(atom, len(hydrogens))):
            rotors.append(HydrogenRotor(hydrogens, atom.GetIdx(), tuple(n.GetIdx() for n in anchors)))
    return rotors


def _turns(atom: Chem.Atom, anchor: Chem.Atom) -> bool:
    bond = atom.GetOwningMol().GetBondBetweenAtoms(atom.GetIdx(), anchor.GetIdx())
    is_flat = atom.GetAtomicNum() == 7 and atom.GetHybridization() != Chem.HybridizationType.SP3
    has_more = any(n.GetIdx() != atom.GetIdx() and n.GetAtomicNum() > 1 for n in anchor.GetNeighbors())
    is_straight = anchor.GetHybridization() == Chem.HybridizationType.SP
    return bond.GetBondType() == Chem.BondType.SINGLE and has_more and not is_flat and not is_straight


def _inverts(atom: Chem.Atom, hydrogens: int) -> bool:
    is_amine = atom.GetAtomicNum() == 7 and atom.GetHybridization() == Chem.HybridizationType.SP3
    return is_amine and hydrogens == 1 and atom.GetFormalCharge() == 0


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
