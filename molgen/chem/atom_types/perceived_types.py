"""Interaction types of atoms that no table describes: bonds from distances, hydrogens from bond lengths and angles.

For cofactors, ligands that stay in the receptor, and modified residues. Lengths are in Angstrom.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.atom_types.residue_types import ACCEPTOR, DONOR, HYDROPHOBIC
from molgen.chem.proteins.structure import Protein

_SLACK = 0.4  # beyond the sum of the covalent radii
_SHORTEST = 0.5
_SHORT_CO = 1.30  # C=O is 1.20 to 1.26, C-OH of phenols 1.36
_SHORT_CN = 1.22  # nitriles 1.14
_METAL_CONTACT = 2.7  # of a nitrogen that is bound to a metal; M-N is 1.9 to 2.4
_FLAT = 0.12  # largest distance of a ring atom from the plane of a planar ring
_FLAT_CENTER = 0.25  # distance of N from the plane of its neighbors: 0 in amides, 0.45 in amines
_LACTAM_ANGLE = np.deg2rad(
    120.0
)  # C-N-C next to C=O in six-membered rings: 117 to 120 degrees for N, 122 to 127 for N-H


def covalent_bonds(positions: np.ndarray, elements: np.ndarray, metal: np.ndarray) -> np.ndarray:
    """Pairs of atoms, int64 [M, 2], closer than the sum of their covalent radii and 0.4 Angstrom; none of metals.

    Args:
        positions: [N, 3].
        elements: [N], atomic numbers.
        metal: bool [N].
    """
    chosen = np.flatnonzero(~metal)
    if len(chosen) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    radii = _covalent_radii()[np.clip(elements[chosen], 0, 118)]
    pairs = KDTree(positions[chosen]).query_pairs(2 * radii.max() + _SLACK, output_type="ndarray")
    lengths = np.linalg.norm(positions[chosen[pairs[:, 0]]] - positions[chosen[pairs[:, 1]]], axis=1)
    bonded = (lengths < radii[pairs].sum(axis=1) + _SLACK) & (lengths > _SHORTEST)
    return chosen[pairs[bonded]]


def perceive_types(protein: Protein, bonds: np.ndarray, wanted: np.ndarray, metal: np.ndarray) -> np.ndarray:
    """Sums of `DONOR`, `ACCEPTOR` and `HYDROPHOBIC`, int16 [N], for the `wanted` atoms; 0 for all others.

    Args:
        protein: N atoms.
        bonds: int [M, 2], from `covalent_bonds`.
        wanted: bool [N].
        metal: bool [N].
    """
    elements = protein.elements
    codes = np.zeros(len(protein), dtype=np.int16)
    both_ways = np.concatenate([bonds, bonds[:, ::-1]])
    polar = np.zeros(len(protein), dtype=bool)
    polar[both_ways[elements[both_ways[:, 1]] != 6, 0]] = True
    codes[wanted & (elements == 6) & ~polar] = HYDROPHOBIC
    hetero = np.flatnonzero(wanted & np.isin(elements, (7, 8)))
    if not len(hetero):
        return codes
    neighbors: dict[int, list[int]] = {}
    for one, other in both_ways.tolist():
        neighbors.setdefault(one, []).append(other)
    on_metal = _within(protein.positions, hetero, metal, _METAL_CONTACT)
    for atom, bound in zip(hetero.tolist(), on_metal.tolist(), strict=True):
        ends, hydrogens = neighbors.get(atom, []), int(protein.hydrogens[atom])
        if elements[atom] == 8:
            codes[atom] = _oxygen(protein, atom, ends, hydrogens)
        else:
            codes[atom] = _nitrogen(protein, atom, neighbors, hydrogens, bound)
    return codes


def _oxygen(protein: Protein, atom: int, ends: list[int], hydrogens: int) -> int:
    if hydrogens >= 0:
        donates = hydrogens > 0
    elif not ends:
        donates = True
    else:
        length = np.linalg.norm(protein.positions[atom] - protein.positions[ends[0]])
        donates = len(ends) == 1 and protein.elements[ends[0]] not in (15, 16) and length >= _SHORT_CO
    return ACCEPTOR | (DONOR if donates else 0)


def _nitrogen(protein: Protein, atom: int, neighbors: dict[int, list[int]], hydrogens: int, on_metal: bool) -> int:
    """Amines count as protonated, and a nitrogen on a metal as an acceptor."""
    ends = neighbors.get(atom, [])
    x, around = protein.positions[atom], protein.positions[ends]
    if hydrogens > 0:
        return DONOR
    if len(ends) > 3:
        return 0
    if len(ends) == 3:
        amine = _out_of_plane(x, around) > _FLAT_CENTER
        return 0 if not amine else (ACCEPTOR if hydrogens == 0 else DONOR)
    if hydrogens == 0 or on_metal:
        return ACCEPTOR
    if len(ends) < 2:
        triple = len(ends) == 1 and np.linalg.norm(x - around[0]) < _SHORT_CN
        return ACCEPTOR if triple else DONOR
    ring = _smallest_ring(atom, neighbors)
    if len(ring) in (5, 6) and _is_flat(protein.positions[ring]):
        return _nitrogen_in_flat_ring(protein, atom, ring, neighbors)
    return DONOR


def _nitrogen_in_flat_ring(protein: Protein, atom: int, ring: list[int], neighbors: dict[int, list[int]]) -> int:
    """Pyridine, lactam, purine N7, pyrrole; where the proton can be on either nitrogen, both donor and acceptor."""
    ends = neighbors[atom]
    lactam = any(_has_carbonyl(protein, end, neighbors) for end in ends)
    if len(ring) == 6:
        first, second = protein.positions[ends] - protein.positions[atom]
        return DONOR if lactam and _angle(first, second) > _LACTAM_ANGLE else ACCEPTOR
    others = [end for end in ring if end != atom and protein.elements[end] != 6]
    if lactam or not others:
        return DONOR
    pyrrole_like = any(protein.elements[end] != 7 or len(neighbors[end]) > 2 for end in others)
    return ACCEPTOR if pyrrole_like else DONOR | ACCEPTOR


def _has_carbonyl(protein: Protein, atom: int, neighbors: dict[int, list[int]]) -> bool:
    oxygens = [end for end in neighbors[atom] if protein.elements[end] == 8 and len(neighbors[end]) == 1]
    distances = np.linalg.norm(protein.positions[oxygens] - protein.positions[atom], axis=1)
    return bool((distances < _SHORT_CO).any())


def _smallest_ring(atom: int, neighbors: dict[int, list[int]]) -> list[int]:
    """The atoms of the smallest ring of up to six atoms through an atom with two neighbors; empty if there is none."""
    start, goal = neighbors[atom]
    paths = [[start]]
    for _ in range(4):
        paths = [[*path, end] for path in paths for end in neighbors[path[-1]] if end != atom and end not in path]
        closed = next((path for path in paths if path[-1] == goal), None)
        if closed:
            return [atom, *closed]
    return []


def _is_flat(ring: np.ndarray) -> bool:
    centered = ring - ring.mean(axis=0)
    normal = np.linalg.svd(centered)[2][2]
    return bool(np.abs(centered @ normal).max() < _FLAT)


def _out_of_plane(x: np.ndarray, around: np.ndarray) -> float:
    """Distance of a point from the plane of three others; they never lie on a line."""
    normal = np.cross(around[1] - around[0], around[2] - around[0])
    return float(abs((x - around[0]) @ normal) / max(np.linalg.norm(normal), 1e-6))


def _angle(u: np.ndarray, v: np.ndarray) -> float:
    return float(np.arccos(np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1.0, 1.0)))


def _within(positions: np.ndarray, atoms: np.ndarray, others: np.ndarray, cutoff: float) -> np.ndarray:
    """Which `atoms` are closer than `cutoff` to one of the atoms where `others` holds, bool [len(atoms)]."""
    if not others.any():
        return np.zeros(len(atoms), dtype=bool)
    return KDTree(positions[others]).query(positions[atoms])[0] < cutoff


@cache
def _covalent_radii() -> np.ndarray:
    """Covalent radii by atomic number, float64 [119]: Cordero et al., Dalton Trans. 2008, 2832, as RDKit has them."""
    table = Chem.GetPeriodicTable()
    return np.array([table.GetRcovalent(number) for number in range(119)])
