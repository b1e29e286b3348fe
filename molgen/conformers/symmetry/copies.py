"""Copies of a conformer by a symmetry of the molecule, found in space instead of in the graph.

The symmetries of a molecule with a few tert-butyl groups are too many to enumerate. Equivalent conformers have the same
distances, though; and once three bonded atoms of one are superposed on three equivalent ones of the other, every atom
lies next to its counterpart.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.conformers.symmetry.atom_classes import atom_classes, rarest_path
from molgen.geometry import rigid
from molgen.geometry.alignment import aligned_rmsd, kabsch
from molgen.metrics.rmsd import rmsd_among
from molgen.metrics.symmetry import Matches

MOST_PATHS = 1000
"""Most superpositions of one conformer on the other that are tried."""


def lowered_for_copies(
    mol: Chem.Mol, heavy: NDArray[np.float64], distances: NDArray[np.float64], known: Matches, within: float
) -> NDArray[np.float64]:
    """Distances between conformers, lowered where a symmetry that is not among the known ones makes copies of them.

    Args:
        mol: the molecule.
        heavy: [k, n, 3], its heavy atoms in k conformers, Angstrom.
        distances: [k, k], over the known symmetries, Angstrom.
        known: symmetries of the heavy atoms.
        within: conformers nearer than this are copies, Angstrom.

    Returns:
        [k, k]: upper bounds, that of copies exact.
    """
    classes = atom_classes(mol)
    if len(heavy) < 2 or (known.complete and not _has_kekule_forms(mol, classes)):
        return distances
    path, alike = rarest_path(mol, classes, heavy[0])
    if not len(path) or len(alike) > MOST_PATHS:
        return distances
    points, similar = torch.from_numpy(heavy.copy()), _have_similar_distances(heavy, classes, within)
    originals: list[int] = []
    for index in range(len(heavy)):
        for original in itertools.compress(originals, similar[index, originals]):
            apart, order = _laid_on(points[original], points[index], path, alike, classes)
            if apart < within:  # that only the orders of bonds forbid it makes two Kekule forms of one conformer
                points[index] = points[original] if known.complete else points[index, order]
                break
        else:
            originals.append(index)
    return np.minimum(distances, rmsd_among(points, known.permutations).numpy())


def _has_kekule_forms(mol: Chem.Mol, classes: NDArray[np.int64]) -> bool:
    """Whether bonds of rings between atoms of the same classes are of different orders."""
    number = {int(index): k for k, index in enumerate(heavy_atoms(mol))}
    orders: dict[tuple[int, ...], Chem.BondType] = {}
    for bond in mol.GetBonds():
        if bond.IsInRing():
            ends = tuple(sorted(int(classes[number[end]]) for end in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())))
            if orders.setdefault(ends, bond.GetBondType()) != bond.GetBondType():
                return True
    return False


def _have_similar_distances(heavy: NDArray, classes: NDArray[np.int64], within: float) -> NDArray[np.bool_]:
    """Which conformers, bool [k, k], may be copies: their sorted distances between atoms of two classes are alike."""
    first, second = np.triu_indices(heavy.shape[1], 1)
    kind = np.sort(classes[[first, second]], axis=0)
    number = kind[0] * (classes.max() + 1) + kind[1]
    lengths = np.linalg.norm(heavy[:, first] - heavy[:, second], axis=-1)
    profiles = np.stack([row[np.lexsort((row, number))] for row in lengths])
    rows = torch.from_numpy(profiles)
    return torch.cdist(rows, rows).numpy() < 2 * within * np.sqrt(len(first))


def _laid_on(target: Tensor, mobile: Tensor, path: NDArray, alike: NDArray, classes: NDArray) -> tuple[float, Tensor]:
    """The least RMSD in Angstrom, inf where no path lays every atom next to another, and the order of atoms with it."""
    motion = kabsch(mobile[alike], target[path].expand(len(alike), -1, -1))
    between = torch.cdist(target, rigid.apply(motion, mobile.expand(len(alike), -1, -1)))
    between[:, torch.from_numpy(classes[:, None] != classes)] = torch.inf
    order = between.argmin(-1)
    order = order[(order.sort(-1).values == torch.arange(len(target))).all(-1)]
    if not len(order):
        return float("inf"), torch.arange(len(target))
    apart, best = aligned_rmsd(mobile[order], target.expand(len(order), -1, -1)).min(0)
    return float(apart), order[best]
