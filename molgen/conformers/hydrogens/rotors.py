"""Hydrogens that turn (OH, SH, NH2, NH3+), invert (NH) or stand on either side (C=NH), and their possible positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

TURNS = 6
"""Positions around a single bond: the present one and those 60, 120, ... degrees from it."""
SIDES = 2
"""Positions about a double bond: cis and trans."""
_UNMARKED = (Chem.BondStereo.STEREONONE, Chem.BondStereo.STEREOANY)
_CARRIERS = frozenset((7, 8, 16, 34))


@dataclass(frozen=True)
class HydrogenRotor:
    """The hydrogens of one atom, which move together while no other atom does.

    Attributes:
        hydrogens: their indices.
        carrier: the atom that they are bonded to.
        anchors: its one heavy neighbor, about whose bond they turn, or its two, through whose plane they are reflected.
        turns: positions about the bond to one heavy neighbor.
    """

    hydrogens: tuple[int, ...]
    carrier: int
    anchors: tuple[int, ...]
    turns: int = TURNS

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
        angles = (2 * math.pi / self.turns * np.arange(self.turns))[:, None, None]
        turned = np.cos(angles) * (arms - along) + np.sin(angles) * np.cross(axis, arms)
        return center + along + turned


def hydrogen_rotors(mol: Chem.Mol) -> list[HydrogenRotor]:
    """The rotors of a molecule with explicit hydrogens.

    Left out are groups that conjugation keeps in a plane with both places taken (the NH2 of amides and anilines), and
    hydrogens of imines whose double bond has a mark: where there is none, either place is a rotamer.
    """
    rotors = []
    for atom in mol.GetAtoms():
        hydrogens = tuple(n.GetIdx() for n in atom.GetNeighbors() if n.GetAtomicNum() == 1)
        anchors = [n for n in atom.GetNeighbors() if n.GetAtomicNum() > 1]
        if not hydrogens or atom.GetAtomicNum() not in _CARRIERS or atom.GetDegree() != len(hydrogens) + len(anchors):
            continue
        turns = _places(atom, anchors[0]) if len(anchors) == 1 else 0
        if turns or (len(anchors) == 2 and _is_amine(atom, 1)):
            rotors.append(HydrogenRotor(hydrogens, atom.GetIdx(), tuple(n.GetIdx() for n in anchors), turns or TURNS))
    return rotors


def _places(atom: Chem.Atom, anchor: Chem.Atom) -> int:
    """Places of the hydrogens about the bond to the one heavy neighbor; 0 where they do not turn."""
    if _turns(atom, anchor) or _turns_at_amine(atom, anchor):
        return TURNS
    return SIDES if _changes_sides(atom, anchor) else 0


def _turns_at_amine(atom: Chem.Atom, anchor: Chem.Atom) -> bool:
    """Whether an OH or NH2 has an NH2 for its only neighbor; of two (hydrazine) the first turns."""
    is_alone = anchor.GetDegree() == 3 and _is_amine(anchor, 2)
    return is_alone and not (_is_amine(atom, 2) and anchor.GetIdx() < atom.GetIdx())


def _changes_sides(atom: Chem.Atom, anchor: Chem.Atom) -> bool:
    """Whether a hydrogen is that of an imine whose double bond has no mark."""
    bond = atom.GetOwningMol().GetBondBetweenAtoms(atom.GetIdx(), anchor.GetIdx())
    is_open = bond.GetBondType() == Chem.BondType.DOUBLE and bond.GetStereo() in _UNMARKED
    is_flat = anchor.GetHybridization() == Chem.HybridizationType.SP2 and anchor.GetDegree() > 1
    return is_open and is_flat and atom.GetAtomicNum() == 7 and atom.GetDegree() == 2


def _turns(atom: Chem.Atom, anchor: Chem.Atom) -> bool:
    bond = atom.GetOwningMol().GetBondBetweenAtoms(atom.GetIdx(), anchor.GetIdx())
    is_flat = atom.GetAtomicNum() == 7 and atom.GetHybridization() != Chem.HybridizationType.SP3
    has_more = any(n.GetIdx() != atom.GetIdx() and n.GetAtomicNum() > 1 for n in anchor.GetNeighbors())
    is_straight = anchor.GetHybridization() == Chem.HybridizationType.SP
    return bond.GetBondType() == Chem.BondType.SINGLE and has_more and not is_flat and not is_straight


def _is_amine(atom: Chem.Atom, hydrogens: int) -> bool:
    """Whether an atom is a pyramidal nitrogen without a charge and with so many hydrogens."""
    is_pyramidal = atom.GetAtomicNum() == 7 and atom.GetHybridization() == Chem.HybridizationType.SP3
    own = sum(neighbor.GetAtomicNum() == 1 for neighbor in atom.GetNeighbors())
    return is_pyramidal and own == hydrogens and atom.GetFormalCharge() == 0


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
