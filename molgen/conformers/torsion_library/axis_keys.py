"""Hashes of rotatable bonds with what surrounds them, and the atoms that measure their torsions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.environments import atom_environments, mixed
from molgen.geometry.torsions import dihedral_angles

LEVELS = (2, 3, 4)
"""Bonds around the two atoms of the axis that a hash sees."""
_SIDE = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class AxisKeys:
    """Paths over rotatable bonds that measure their torsions, with hashes of what surrounds them.

    Attributes:
        keys: uint64 [len(LEVELS), p]; the same from either end of a path.
        paths: int64 [p, 6], atoms (a, a', b, c, d, d'): the dihedral angle is that of the middle of a and a', b, c, and
            the middle of d and d'; a' is a itself but for pairs that only their middle tells apart.
        torsion: int64 [p], the rotatable bond of each, ascending.
        place: int64 [p], where the bond comes on a walk from one end of the molecule, branch by branch.
    """

    keys: NDArray[np.uint64]
    paths: NDArray[np.int64]
    torsion: NDArray[np.int64]
    place: NDArray[np.int64]


def axis_keys(
    skeleton: Chem.Mol, paths: np.ndarray, torsion: np.ndarray, *, mirrored: bool = False, every: bool = False
) -> AxisKeys:
    """The paths that measure torsions, with their hashes.

    At either end the branch counts that no other branch looks like, by itself and its neighbors, and of several the one
    with the largest hash: the same in every molecule that looks like this there. Of two like branches of a tetrahedral
    atom it is their middle, which does not depend on their order. Of others that what is within four bonds exchanges
    (the sides of a phenyl) it is the one that a walk through the molecule reaches first, so that both ends of a ring
    are measured on one side of it.

    Args:
        skeleton: heavy atoms only, with stereo assigned.
        paths: int [p, 4], all paths of four atoms over the rotatable bonds.
        torsion: int [p], the rotatable bond of each.
        mirrored: hashes of the mirror image.
        every: of branches that are exchangeable all, not the first alone.
    """
    environments = atom_environments(skeleton, LEVELS[-1], mirrored=mirrored)
    steps = _walk(skeleton, environments[-1])
    rows, owners = [], []
    for bond in np.unique(torsion):
        own = paths[torsion == bond].astype(np.int64)
        b, c = int(own[0, 1]), int(own[0, 2])
        branches = [sorted(set(own[:, k].tolist()), key=lambda atom: steps[atom]) for k in (0, 3)]
        first, last = (_ends(skeleton, at, of, environments) for at, of in zip((b, c), branches, strict=True))
        product = list(itertools.product(first, last)) if every else [(first[0], last[0])]
        rows += [(*one, b, c, *other) for one, other in product]
        owners += [int(bond)] * len(product)
    chosen = np.array(rows, dtype=np.int64).reshape(-1, 6)
    a, _, b, c, d, _ = chosen.T
    keys = [
        mixed(mixed(_SIDE * within[b] + around[a]) + mixed(_SIDE * within[c] + around[d]))
        for within, around in ((environments[level], environments[level - 1]) for level in LEVELS)
    ]
    place = np.minimum(steps[b], steps[c])
    return AxisKeys(np.stack(keys), chosen, np.array(owners, dtype=np.int64), place)


def path_angles(positions: Tensor, paths: np.ndarray) -> Tensor:
    """Dihedral angles [..., p], radian, of paths [p, 6] in positions [..., n, 3]."""
    index = torch.from_numpy(paths)
    ends = [(positions[..., index[:, k], :] + positions[..., index[:, k + 1], :]) / 2 for k in (0, 4)]
    points = torch.stack([ends[0], positions[..., index[:, 2], :], positions[..., index[:, 3], :], ends[1]], -2)
    return dihedral_angles(points.flatten(-3, -2), torch.arange(4 * len(paths)).view(-1, 4))


def _walk(mol: Chem.Mol, looks: np.ndarray) -> np.ndarray:
    """int64 [n], when each atom is reached on a walk from an end of the molecule, one branch after the other."""
    distances = Chem.GetDistanceMatrix(mol)
    distances = np.where(distances < mol.GetNumAtoms(), distances, -1)  # not connected
    steps = np.full(mol.GetNumAtoms(), -1, dtype=np.int64)
    ends = [int(distances[0].argmax())] if len(steps) else []
    stack, count = [int(distances[end].argmax()) for end in ends], 0
    while stack:
        atom = stack.pop()
        if steps[atom] >= 0:
            continue
        steps[atom], count = count, count + 1
        branches = [other.GetIdx() for other in mol.GetAtomWithIdx(atom).GetNeighbors() if steps[other.GetIdx()] < 0]
        stack += sorted(branches, key=lambda k: looks[k])
    return steps


def _ends(mol: Chem.Mol, atom: int, branches: list[int], environments: np.ndarray) -> Sequence[tuple[int, int]]:
    """The branches of an atom that measure its torsion, each as a pair of atoms; all of them if they are alike."""
    near = environments[1]
    counts = Counter(near[branches].tolist())
    single = [k for k in branches if counts[near[k]] == 1]
    if single:
        best = max(single, key=lambda k: near[k])
        return [(best, best)]
    if len(branches) == 2 and mol.GetAtomWithIdx(atom).GetHybridization() == Chem.HybridizationType.SP3:
        return [(branches[0], branches[1])]
    looks = {k: tuple(environments[1:, k].tolist()) for k in branches}
    largest = max(looks.values())
    return [(k, k) for k, look in looks.items() if look == largest]
