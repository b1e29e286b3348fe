"""How much two conformers differ in their torsions: the torsion fingerprint deviation, and the torsions themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import TorsionFingerprints

from molgen.chem.molecules.rotatable import rotatable_torsions
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.poses import pose_matches
from molgen.metrics.symmetry import heavy_coordinates

_Quadruple = tuple[int, int, int, int]


@dataclass(frozen=True)
class Torsions:
    """The rotatable torsions of a molecule and their angles.

    Attributes:
        atoms: int64 [m, 4], heavy atoms counted in the order of the Mol.
        labels: [m], e.g. "N3-C4-C5-O6"; atom numbers from 1 as in the file.
        angles: float64 [s, m] in (-pi, pi], radian.
    """

    atoms: NDArray[np.int64]
    labels: tuple[str, ...]
    angles: NDArray[np.float64]


def torsion_angles(mol: Chem.Mol) -> Torsions:
    """Angles of all conformers about the rotatable bonds (:mod:`molgen.chem.molecules.rotatable`).

    Raises:
        ValueError: the molecule has no conformer.
    """
    coords = heavy_coordinates(mol)
    quadruples = rotatable_torsions(_bare(mol))
    heavy = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1]
    labels = tuple("-".join(f"{heavy[i].GetSymbol()}{heavy[i].GetIdx() + 1}" for i in row) for row in quadruples)
    return Torsions(np.array(quadruples, dtype=np.int64).reshape(-1, 4), labels, _angles(coords, quadruples))


def matched_torsions(mol: Chem.Mol, reference: Chem.Mol) -> NDArray[np.float64]:
    """The torsions of ``torsion_angles(mol)`` in the conformers of ``reference``: float64 [references, m], radian.

    Where the molecule is symmetric any one of the possible assignments of atoms is taken.

    Raises:
        ValueError: the heavy-atom graphs differ or the reference has no conformer.
    """
    quadruples = np.array(rotatable_torsions(_bare(mol)), dtype=np.int64).reshape(-1, 4)
    order = pose_matches(mol, reference, 1).permutations[0]
    return _angles(heavy_coordinates(reference), order[quadruples].tolist())


def torsion_deviations(probe: Chem.Mol, reference: Chem.Mol, *, max_matches: int = 64) -> NDArray[np.float64]:
    """Torsion fingerprint deviation (TFD) between all conformers of two copies of a molecule.

    Each torsion about an acyclic bond between non-terminal atoms, and the mean size of the torsions of each ring, is
    compared; differences are divided by 180 degrees (rings: by their own largest deviation) and averaged with weights
    that fall off from the middle of the molecule (Schulz-Gasch et al., J. Chem. Inf. Model. 52, 1499, 2012; torsions,
    equivalent neighbors and weights as RDKit's ``TorsionFingerprints`` with its defaults). Unlike there the result is
    minimal over the symmetries of the molecule.

    Args:
        probe, reference: the same molecule, atoms in any order, with or without hydrogens.
        max_matches: symmetries that are tried.

    Returns:
        float64 [references, probes], 0 for equal torsions; NaN for a molecule that has neither torsions nor rings.

    Raises:
        ValueError: the heavy-atom graphs differ or a molecule has no conformer.
    """
    own, other = heavy_coordinates(probe), heavy_coordinates(reference)
    bare = _bare(probe)
    chains, rings = TorsionFingerprints.CalculateTorsionLists(bare)
    if not chains and not rings:
        return np.full((len(other), len(own)), np.nan)
    weights = _weights(bare, len(chains) + len(rings))
    groups = [[tuple(row) for row in quadruples] for quadruples, _ in (*chains, *rings)]
    largest = np.radians([limit for _, limit in (*chains, *rings)])
    probes = [_values(own, group, ring=index >= len(chains)) for index, group in enumerate(groups)]
    best = np.full((len(other), len(own)), np.inf)
    for match in _distinct(pose_matches(probe, reference, max_matches).permutations, groups):
        total = np.zeros_like(best)
        for index, group in enumerate(match):
            theirs = _values(other, group, ring=index >= len(chains))
            total += weights[index] * _nearest(theirs, probes[index]) / largest[index]
        np.minimum(best, total / weights.sum(), out=best)
    return best


def _bare(mol: Chem.Mol) -> Chem.Mol:
    bare = Chem.Mol(mol)
    bare.RemoveAllConformers()
    return Chem.RemoveAllHs(bare) if any(atom.GetAtomicNum() == 1 for atom in bare.GetAtoms()) else bare


def _weights(mol: Chem.Mol, count: int) -> NDArray[np.float64]:
    """Equal weights where the molecule has no middle: no bond between two non-terminal atoms."""
    try:
        weights = np.array(TorsionFingerprints.CalculateTorsionWeights(mol), dtype=np.float64)
    except (IndexError, ZeroDivisionError):
        weights = np.ones(count)
    return weights if len(weights) == count and weights.sum() > 0 else np.ones(count)


def _distinct(permutations: NDArray[np.int64], groups: list[list[_Quadruple]]) -> list[list[list[_Quadruple]]]:
    """The torsions of the reference under each match; matches that move no torsion to another place count once."""
    distinct: dict[tuple[frozenset[_Quadruple], ...], list[list[_Quadruple]]] = {}
    for order in permutations.tolist():
        mapped = [[(order[a], order[b], order[c], order[d]) for a, b, c, d in group] for group in groups]
        distinct.setdefault(tuple(frozenset(min(row, row[::-1]) for row in group) for group in mapped), mapped)
    return list(distinct.values())


def _values(coords: NDArray[np.float64], group: list[_Quadruple], *, ring: bool) -> NDArray[np.float64]:
    """Angles [s, q] of equivalent quadruples, or the mean size [s, 1] of those of a ring."""
    angles = _angles(coords, group)
    return np.abs(angles).mean(axis=1, keepdims=True) if ring else angles


def _angles(coords: NDArray[np.float64], quadruples: list[_Quadruple]) -> NDArray[np.float64]:
    index = torch.tensor(quadruples, dtype=torch.long).reshape(-1, 4)
    return dihedral_angles(torch.from_numpy(coords), index).numpy()


def _nearest(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest difference on the circle between any angle of [s, q] and any of [t, r]: [s, t], radian."""
    best = np.full((len(a), len(b)), np.pi)
    for left in a.T:
        for right in b.T:
            apart = np.abs(left[:, None] - right)
            np.minimum(best, np.minimum(apart, 2 * np.pi - apart), out=best)
    return best
