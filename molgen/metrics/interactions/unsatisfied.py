"""Donors and acceptors of a ligand that have found no partner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
from rdkit import Chem

from molgen.metrics.interactions.groups.records import Groups
from molgen.metrics.interactions.hydrogen_bonds import donations
from molgen.metrics.interactions.records import Match, UnsatisfiedAtom

_PROBE = 1.4
_POINTS = 92
_RADII = {1: 1.1, 6: 1.7, 7: 1.55, 8: 1.52, 9: 1.47, 15: 1.8, 16: 1.8, 17: 1.75, 35: 1.85, 53: 1.98}
_NEAR = 7.0
_OTHER_RADIUS = 1.8
_FEWEST_BONDS = 4
"""Atoms of one molecule that are nearer in its graph make no hydrogen bond of their own."""
_SATISFYING = ("hbond", "salt_bridge", "metal", "water_bridge", "halogen_bond")


def unsatisfied_atoms(
    mol: Chem.Mol, ligand: Groups, receptor: np.ndarray, elements: np.ndarray, matches: Sequence[Match]
) -> tuple[UnsatisfiedAtom, ...]:
    """The polar atoms without a partner, in order; one that could donate and accept counts as donor.

    Args:
        mol: the ligand.
        ligand: its groups in the pose.
        receptor: float64 [M, 3], the heavy atoms around it, Angstrom.
        elements: int [M], their atomic numbers.
        matches: all interactions that were found.
    """
    partners = {atom for match in matches if match.kind in _SATISFYING for atom in match.ligand_atoms}
    partners |= _with_itself(mol, ligand)
    donors = {donor.atom for donor in ligand.donors}
    atoms = sorted((donors | set(ligand.acceptors)) - partners)
    return tuple(
        UnsatisfiedAtom(atom, "donor" if atom in donors else "acceptor", share)
        for atom, share in zip(atoms, _exposures(mol, ligand.positions, atoms, receptor, elements), strict=True)
    )


def _with_itself(mol: Chem.Mol, ligand: Groups) -> set[int]:
    """Atoms with a hydrogen bond within the ligand."""
    apart = Chem.GetDistanceMatrix(mol)
    pairs = ((donor.atom, acceptor) for donor, acceptor, _, _ in donations(ligand, ligand))
    return {atom for pair in pairs if apart[pair] >= _FEWEST_BONDS for atom in pair}


def _exposures(
    mol: Chem.Mol, positions: np.ndarray, atoms: Collection[int], receptor: np.ndarray, elements: np.ndarray
) -> list[float]:
    """Share of the surface of some atoms that a water reaches (Shrake and Rupley, J. Mol. Biol. 1973, 79, 351)."""
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    numbers = np.array([mol.GetAtomWithIdx(atom).GetAtomicNum() for atom in heavy], dtype=np.int64)
    everything = np.concatenate([positions[heavy], receptor])
    radii = np.array([_radius(z) for z in np.concatenate([numbers, elements]).tolist()])
    shares = []
    for atom in atoms:
        sphere = positions[atom] + (_radius(mol.GetAtomWithIdx(atom).GetAtomicNum()) + _PROBE) * _sphere()
        others = np.flatnonzero(np.linalg.norm(everything - positions[atom], axis=1) < _NEAR)
        others = others[np.linalg.norm(everything[others] - positions[atom], axis=1) > 1e-6]
        inside = np.linalg.norm(sphere[:, None] - everything[others], axis=2) < radii[others] + _PROBE
        shares.append(float((~inside.any(axis=1)).mean()))
    return shares


def _radius(element: int) -> float:
    """Van der Waals radius (Bondi), Angstrom."""
    return _RADII.get(element, _OTHER_RADIUS)


@cache
def _sphere() -> np.ndarray:
    """Points that are even on a sphere of radius one, float64 [92, 3] (a Fibonacci spiral)."""
    k = np.arange(_POINTS) + 0.5
    height, turn = 1 - 2 * k / _POINTS, np.pi * (1 + np.sqrt(5)) * k
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)
