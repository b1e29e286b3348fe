"""Ring grafting: set another shape of a ring; its substituents follow rigidly, so that all stereo is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from molgen.conformers.templates.embedding import is_flexible
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch

SMALLEST, LARGEST = 5, 8
ANCHOR_WEIGHT = 10.0
"""Of the ring atoms that carry a branch, against their neighbors in the ring, when the branch follows."""


@dataclass(frozen=True)
class Branch:
    """A connected component of the molecule without the ring.

    Attributes:
        atoms: int [b].
        frame: int [f], the ring atoms that carry it and their neighbors in the ring.
        weights: [f], how much it follows each.
    """

    atoms: NDArray[np.int64]
    frame: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class SubstitutedRing:
    """A ring with its substituents.

    Attributes:
        atoms: int [n], the atoms of the ring in order.
        branches: of the molecule without the ring.
        sides: int [i, 4], ring atoms whose substituents may change sides, as no stereo says where they are, each after
            the two ring atoms before it and followed by a heavy atom outside the ring.
        amines: int [j], those of them that turn inside out: nitrogens.
    """

    atoms: NDArray[np.int64]
    branches: tuple[Branch, ...]
    sides: NDArray[np.int64]
    amines: NDArray[np.int64]

    @property
    def torsions(self) -> NDArray[np.int64]:
        """int [n + i, 4]: those along the ring, and those of the sides."""
        along = np.stack([np.roll(self.atoms, -shift) for shift in range(4)], axis=1)
        return np.concatenate([along, self.sides])

    def placed(self, positions: NDArray[np.float64], shapes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Conformers [k, atoms, 3] whose ring has other shapes [k, n, 3]; a copy."""
        old, moved = torch.from_numpy(positions), torch.from_numpy(positions.copy())
        given = torch.from_numpy(np.ascontiguousarray(shapes))
        moved[:, self.atoms] = rigid.apply(kabsch(given, old[:, self.atoms]), given)
        for branch in self.branches:
            weights = torch.from_numpy(branch.weights).expand(len(old), -1)
            motion = kabsch(old[:, branch.frame], moved[:, branch.frame], weights)
            moved[:, branch.atoms] = rigid.apply(motion, old[:, branch.atoms])
        return moved.numpy()

    def inverted(self, positions: NDArray[np.float64], atom: int) -> NDArray[np.float64]:
        """Conformers [k, atoms, 3] in which the substituents of a ring atom have changed sides; a copy."""
        at = int(np.flatnonzero(self.atoms == atom)[0])
        ends = positions[:, self.atoms[[at - 1, (at + 1) % len(self.atoms)]]].mean(1)
        moved = positions.copy()
        for branch in self.branches:
            if atom in branch.frame[branch.weights > 1]:
                origin = positions[:, atom]
                moved[:, branch.atoms] = half_turn(positions[:, branch.atoms], origin, ends - origin)
        return moved


def half_turn(
    points: NDArray[np.float64], origin: NDArray[np.float64], axis: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points [k, p, 3] turned by 180 degrees about axes [k, 3] through origins [k, 3]."""
    unit = (axis / np.linalg.norm(axis, axis=-1, keepdims=True))[:, None]
    arm = points - origin[:, None]
    return origin[:, None] + 2 * (arm * unit).sum(-1, keepdims=True) * unit - arm


def substituted_rings(mol: Chem.Mol) -> list[SubstitutedRing]:
    """The rings of five to eight atoms that have a shape of their own and are not bridged.

    Args:
        mol: with explicit hydrogens.
    """
    rings = mol.GetRingInfo().AtomRings()
    bridged = {ring for ring in rings for other in rings if other != ring and len(set(ring) & set(other)) > 2}
    return [
        _hung(mol, ring)
        for ring in rings
        if SMALLEST <= len(ring) <= LARGEST and ring not in bridged and is_flexible(mol, ring)
    ]


def _hung(mol: Chem.Mol, ring: tuple[int, ...]) -> SubstitutedRing:
    branches = tuple(_branch(mol, ring, atoms) for atoms in _components(mol, set(ring)))
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    sides = [side for k in range(len(ring)) for side in _side(mol, ring, k, ranks)]
    amines = [side[2] for side in sides if mol.GetAtomWithIdx(side[2]).GetAtomicNum() == 7]
    table = np.array(sides, dtype=np.int64).reshape(-1, 4)
    return SubstitutedRing(np.array(ring), branches, table, np.array(amines, dtype=np.int64))


def _components(mol: Chem.Mol, removed: set[int]) -> list[list[int]]:
    """Atoms that stay connected without those that are removed."""
    left, components = set(range(mol.GetNumAtoms())) - removed, []
    while left:
        stack, component = [min(left)], set()
        while stack:
            atom = stack.pop()
            component.add(atom)
            stack += {other.GetIdx() for other in mol.GetAtomWithIdx(atom).GetNeighbors()} - removed - component
        components.append(sorted(component))
        left -= component
    return components


def _branch(mol: Chem.Mol, ring: tuple[int, ...], atoms: list[int]) -> Branch:
    carriers = {n.GetIdx() for atom in atoms for n in mol.GetAtomWithIdx(atom).GetNeighbors()} & set(ring)
    at = {k for k, atom in enumerate(ring) if atom in carriers}
    frame = sorted({(k + shift) % len(ring) for k in at for shift in (-1, 0, 1)})
    weights = [ANCHOR_WEIGHT if k in at else 1.0 for k in frame]
    return Branch(np.array(atoms), np.array([ring[k] for k in frame]), np.array(weights))


def _side(mol: Chem.Mol, ring: tuple[int, ...], k: int, ranks: list[int]) -> list[tuple[int, int, int, int]]:
    """The torsion to a substituent of a pyramidal ring atom without stereo, if its sides differ; else nothing."""
    atom = mol.GetAtomWithIdx(ring[k])
    outside = [n for n in atom.GetNeighbors() if n.GetIdx() not in ring and n.GetAtomicNum() > 1]
    heavy = sorted((ranks[n.GetIdx()], n.GetIdx()) for n in outside)
    free = _is_pyramidal(atom, ring) and atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED
    fused = sum(mol.GetBondBetweenAtoms(ring[k], n.GetIdx()).IsInRing() for n in outside) == 1
    same = len(heavy) == 2 and heavy[0][0] == heavy[1][0]
    if not heavy or not free or fused or same:
        return []
    return [(ring[k - 2], ring[k - 1], ring[k], heavy[-1][1])]


def _is_pyramidal(atom: Chem.Atom, ring: tuple[int, ...]) -> bool:
    """Whether a ring atom is sp3, or a nitrogen beside a nitrogen or an oxygen of the ring, whatever it is bound to."""
    others = [n.GetAtomicNum() for n in atom.GetNeighbors() if n.GetIdx() in ring]
    hydrazine = atom.GetAtomicNum() == 7 and bool({7, 8} & set(others)) and not atom.GetIsAromatic()
    return hydrazine or atom.GetHybridization() == Chem.HybridizationType.SP3
