"""Which molecules of a library have bonds like those of a molecule, and at which torsions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import without_hydrogens
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.conformers.torsion_library.axis_keys import LEVELS, AxisKeys, axis_keys
from molgen.conformers.torsion_library.library import TorsionLibrary, skeleton_of

LIKENESS = np.array([0.5, 0.8, 1.0])
"""How much a bond counts that is alike within two, three, four bonds."""
MIRRORED = 0.5
"""Of that, where the mirror image of a molecule of the library is alike."""
MOST = 150
"""Molecules of the library that are kept for a bond: the most alike in all."""


@dataclass(frozen=True, eq=False)
class Matches:
    """Molecules of a library, and mirror images of some, that have bonds like the m rotatable ones of a molecule.

    Attributes:
        molecule: int [k], of the library.
        mirrored: bool [k], whether it is the mirror image of that.
        within: int [k, m], bonds within which the surroundings of each of their bonds are alike; 0 where they are not.
        likeness: float [k, m], how much each of these bonds counts, 0 where none is alike.
        first, count: int [k, m]: their torsions begin there in `angle` and `path`, and are so many.
        angle: float [e], radian.
        path: int [e], the path of four atoms whose dihedral angle it is.
        paths: int [p, 6], heavy atoms of the molecule, see :class:`AxisKeys`.
        ways: int [m], paths of each bond, which symmetry exchanges: its torsions are those of the library along the
            first, then along the next.
        rank, size: int [levels, m], the place of each bond among those of the molecule that look the same within two,
            three, four bonds, and how many these are.
    """

    molecule: np.ndarray
    mirrored: np.ndarray
    within: np.ndarray
    likeness: np.ndarray
    first: np.ndarray
    count: np.ndarray
    angle: np.ndarray
    path: np.ndarray
    paths: np.ndarray
    ways: np.ndarray
    rank: np.ndarray
    size: np.ndarray

    def __len__(self) -> int:
        return len(self.likeness)


@dataclass(frozen=True, eq=False)
class _Entries:
    """Torsions of a library that are alike to those of a molecule.

    Attributes:
        molecule: int [e]; 2 i for molecule i of the library, 2 i + 1 for its mirror image.
        torsion: int [e], the rotatable bond of the molecule that they are alike to.
        within: int [e], bonds.
        likeness: float [e].
        angle: float [e], radian.
        path: int [e], of the molecule.
    """

    molecule: np.ndarray
    torsion: np.ndarray
    within: np.ndarray
    likeness: np.ndarray
    angle: np.ndarray
    path: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> _Entries:
        return _Entries(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def find_matches(mol: Chem.Mol, record: MoleculeGraph, library: TorsionLibrary, *, with_itself: bool = True) -> Matches:
    """The molecules of a library with bonds like those of a molecule.

    Args:
        mol: with stereo; hydrogens present or not.
        record: its heavy-atom graph.
        library: is looked up.
        with_itself: whether the molecule itself counts where the library has it, whatever its stereo and protonation.
    """
    skeleton = without_hydrogens(mol)
    Chem.AssignStereochemistry(skeleton, cleanIt=True, force=True)
    sides = [
        axis_keys(skeleton, record.paths, record.path_torsion, mirrored=mirrored, every=True)
        for mirrored in (False, True)
    ]
    m = record.n_torsions
    begin = (0, len(sides[0].paths))
    entries = [
        _alike(library, axes.keys[:, k], int(axes.torsion[k]), begin[side] + k, mirrored=side == 1)
        for side, axes in enumerate(sides)
        for k in range(len(axes.paths))
    ]
    every = _joined(entries)
    if not with_itself:
        every = every[np.flatnonzero(library.skeletons[every.molecule // 2] != skeleton_of(skeleton))]
    entries = _most_alike(every, m)
    molecule, row = np.unique(entries.molecule, return_inverse=True)
    group = row * m + entries.torsion
    order = np.argsort(group, kind="stable")
    within, likeness = np.zeros(len(molecule) * m, dtype=np.int64), np.zeros(len(molecule) * m)
    within[group], likeness[group] = entries.within, entries.likeness
    shape, ranks = (len(molecule), m), _places(sides[0])
    return Matches(
        molecule=molecule // 2,
        mirrored=molecule % 2 == 1,
        within=within.reshape(shape),
        likeness=likeness.reshape(shape),
        first=np.searchsorted(group[order], np.arange(len(likeness))).reshape(shape),
        count=np.bincount(group, minlength=len(likeness)).reshape(shape),
        angle=entries.angle[order],
        path=entries.path[order],
        paths=np.concatenate([axes.paths for axes in sides]),
        ways=np.bincount(sides[0].torsion, minlength=m),
        rank=ranks[0],
        size=ranks[1],
    )


def _places(axes: AxisKeys) -> tuple[np.ndarray, np.ndarray]:
    """The rank and size [levels, m] of :class:`Matches`."""
    bonds = np.unique(axes.torsion, return_index=True)[1]
    keys, place = axes.keys[:, bonds], axes.place[bonds]
    same = keys[:, :, None] == keys[:, None]
    return (same & (place[:, None] > place)).sum(2), same.sum(2)


def _alike(library: TorsionLibrary, keys: np.ndarray, torsion: int, path: int, *, mirrored: bool) -> _Entries:
    """The torsions of a library that are alike to that of a path with hashes uint64 [levels]."""
    coarse, finer = keys[0].astype(np.uint32), keys[1:].astype(np.uint16)  # their lowest bits
    place = int(np.searchsorted(library.keys, coarse))
    is_known = place < len(library.keys) and library.keys[place] == coarse
    rows = np.arange(library.first[place], library.first[place + 1]) if is_known else np.arange(0)
    level = np.cumprod(library.finer[:, rows] == finer[:, None], axis=0).sum(0)
    return _Entries(
        molecule=2 * library.molecule[rows].astype(np.int64) + mirrored,
        torsion=np.full(len(rows), torsion),
        within=np.array(LEVELS)[level],
        likeness=LIKENESS[level] * (MIRRORED if mirrored else 1.0),
        angle=library.radians(rows) * (-1.0 if mirrored else 1.0),
        path=np.full(len(rows), path),
    )


def _joined(entries: list[_Entries]) -> _Entries:
    nothing = np.zeros(0, dtype=np.int64)
    empty = _Entries(nothing, nothing, nothing, np.zeros(0), np.zeros(0), nothing)
    names = _Entries.__dataclass_fields__
    return _Entries(*(np.concatenate([getattr(part, name) for part in (empty, *entries)]) for name in names))


def _most_alike(entries: _Entries, torsions: int) -> _Entries:
    """For each molecule and bond only the torsions that are most alike; and of molecules the most alike for a bond."""
    if not torsions:
        return entries
    groups, group = np.unique(entries.molecule * torsions + entries.torsion, return_inverse=True)
    best = np.zeros(len(groups))
    np.maximum.at(best, group, entries.likeness)
    molecule, torsion = np.divmod(groups, torsions)
    _, molecule = np.unique(molecule, return_inverse=True)
    in_all = np.bincount(molecule, weights=best)
    order = np.lexsort((-in_all[molecule], torsion))
    place = np.arange(len(order)) - np.searchsorted(torsion[order], torsion[order])
    kept = np.zeros(len(in_all), dtype=bool)
    kept[molecule[order[place < MOST]]] = True
    return entries[np.flatnonzero((entries.likeness == best[group]) & kept[molecule[group]])]
