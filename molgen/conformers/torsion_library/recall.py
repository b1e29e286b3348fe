"""Torsions as molecules of a library have them, put together for a molecule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.conformers.torsion_library.axis_keys import LEVELS, path_angles
from molgen.conformers.torsion_library.library import TorsionLibrary
from molgen.conformers.torsion_library.matches import Matches, find_matches
from molgen.geometry.torsions import dihedral_angles

SHARPNESS = 2.0
"""A molecule of the library is drawn with the weight exp(SHARPNESS * likeness), the latter summed over bonds."""
DRAWS = 3
"""Molecules of the library that a set of torsions is put together from, at most: each for bonds that are left."""


@dataclass(frozen=True, eq=False)
class Recalled:
    """Sets of torsions of which some are as molecules of a library have them.

    Attributes:
        torsions: float64 [S, m], radian; nan where they are free.
        names: of the molecules that each set is from; none for sets that are free.
    """

    torsions: Tensor
    names: tuple[tuple[str, ...], ...]

    def over(self, torsions: Tensor) -> Tensor:
        """Torsions [S, m] with the recalled ones in their place."""
        return torch.where(self.torsions.isnan(), torsions, self.torsions.to(torsions))

    def sources(self) -> tuple[str, ...]:
        """Where each set is from, in words."""
        return tuple(f"library: {', '.join(names)}" if names else "model" for names in self.names)


def recall_torsions(
    library: TorsionLibrary | None, mol: Chem.Mol, record: MoleculeGraph, positions: Tensor, share: float, seed: int
) -> Recalled:
    """Torsions as molecules of a library have them, for a share of S sets.

    For each of these sets a molecule of the library is drawn, the likelier the more of its bonds are alike, and all its
    torsions are taken at once, since how they go together is what drawing them one by one loses; then another for the
    bonds that are left. Bonds that are like none are free.

    Args:
        library: what is recalled; None: nothing.
        mol: with stereo; hydrogens present or not.
        record: its heavy-atom graph, with m torsions.
        positions: float64 [S, n, 3], heavy atoms of the template conformers, Angstrom.
        share: of the sets, from 0 to 1; the last ones.
        seed: of the draws.
    """
    size = len(positions)
    torsions = torch.full((size, record.n_torsions), torch.nan, dtype=torch.float64)
    begin = size - round(share * size)
    nothing = Recalled(torsions, ((),) * size)
    if library is None or begin == size:
        return nothing
    matches = find_matches(mol, record, library)
    if not len(matches):
        return nothing
    entries, rows = _drawn(matches, size - begin, np.random.default_rng(seed))
    path = np.where(entries >= 0, matches.path[entries], 0)
    angles = matches.angle[entries] + _offsets(matches.paths, path, record.torsions, positions[begin:])
    angles = np.remainder(angles + np.pi, 2 * np.pi) - np.pi
    torsions[begin:] = torch.from_numpy(np.where(entries >= 0, angles, np.nan))
    named = [
        library.names[molecule] + " (mirror image)" * bool(mirrored)
        for molecule, mirrored in zip(matches.molecule, matches.mirrored, strict=True)
    ]
    names = [tuple(named[row] for row in own if row >= 0) for own in rows]
    return Recalled(torsions, (*nothing.names[:begin], *names))


def _drawn(matches: Matches, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """int [count, m], the torsions of the matches that each set takes, and [count, DRAWS], the rows that they are from;
    -1 for none."""
    m = matches.likeness.shape[1]
    entries, rows = np.full((count, m), -1), np.full((count, DRAWS), -1)
    free = np.ones((count, m), dtype=bool)
    for draw in range(DRAWS):
        likeness = free @ matches.likeness.T
        weights = np.exp(SHARPNESS * (likeness - likeness.max(1, keepdims=True))) * (likeness > 0)
        total = weights.cumsum(1)
        row = (total <= rng.random((count, 1)) * total[:, -1:]).sum(1).clip(max=len(matches) - 1)
        taken = free & (matches.likeness[row] > 0)
        entries = np.where(taken, matches.first[row] + _which(matches, row, rng), entries)
        rows[:, draw] = np.where(taken.any(1), row, -1)
        free &= ~taken
    return entries, rows


def _which(matches: Matches, row: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """int [S, m], which of the torsions of each drawn row [S] a bond takes.

    Where several bonds of a molecule look alike, as those of a chain or of two like arms, they take the torsions of the
    like bonds of the other in the same order, or all in the opposite one, from a common place on.
    """
    level = (matches.within[row] - LEVELS[0]).clip(min=0)
    bond = np.arange(level.shape[1])
    rank, size = matches.rank[level, bond], matches.size[level, bond]
    rank = np.where(rng.random((len(row), 1)) < 0.5, rank, size - 1 - rank)
    bonds = matches.count[row] // matches.ways
    spare = (rng.random((len(row), 1)) * (bonds - size + 1).clip(min=1)).astype(np.int64)
    place = np.where(bonds >= size, rank + spare, rank * bonds // size)
    return np.where(bonds > 0, place, 0)  # along the first way: the two ends of a phenyl turn together


def _offsets(paths: np.ndarray, path: np.ndarray, quadruples: np.ndarray, positions: Tensor) -> np.ndarray:
    """[S, m]: torsions less the dihedral angles of the paths [S, m] over the same bonds, in positions [S, n, 3]."""
    torsions = dihedral_angles(positions, torch.from_numpy(quadruples.astype(np.int64))).numpy()
    dihedrals = path_angles(positions, paths).numpy()
    return torsions - np.take_along_axis(dihedrals, path, axis=1)
