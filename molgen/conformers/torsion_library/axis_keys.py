"""Hashes of rotatable bonds with what surrounds them, and the path of four atoms that measures their torsion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from molgen.chem.features.environments import atom_environments, mixed

LEVELS = (2, 3, 4)
"""Bonds around the two atoms of the axis that a hash sees."""
_SIDE = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class AxisKeys:
    """Paths of four atoms over rotatable bonds, with hashes of what surrounds them.

    Attributes:
        keys: uint64 [len(LEVELS), p]; the same from either end of a path.
        paths: int64 [p, 4].
        torsion: int64 [p], the rotatable bond of each.
    """

    keys: np.ndarray
    paths: np.ndarray
    torsion: np.ndarray


def axis_keys(skeleton: Chem.Mol, paths: np.ndarray, torsion: np.ndarray, *, mirrored: bool = False) -> AxisKeys:
    """The paths that measure torsions, with their hashes.

    Of all paths over a bond those count whose ends have the largest hash by themselves and their neighbors: the same
    ones in every molecule that looks like this there. Where several have, which symmetry makes alike, all count.

    Args:
        skeleton: heavy atoms only, with stereo assigned.
        paths: int [p, 4], all paths of four atoms over the rotatable bonds.
        torsion: int [p], the rotatable bond of each.
        mirrored: hashes of the mirror image.
    """
    paths, torsion = paths.astype(np.int64), torsion.astype(np.int64)
    environments = atom_environments(skeleton, LEVELS[-1], mirrored=mirrored)
    ends = environments[1][paths[:, [0, 3]]]
    kept = np.ones(len(paths), dtype=bool)
    for side in range(2):
        largest = np.zeros(int(torsion.max(initial=-1)) + 1, dtype=np.uint64)
        np.maximum.at(largest, torsion, ends[:, side])
        kept &= ends[:, side] == largest[torsion]
    paths, torsion = paths[kept], torsion[kept]
    a, b, c, d = paths.T
    keys = [
        mixed(mixed(_SIDE * within[b] + around[a]) + mixed(_SIDE * within[c] + around[d]))
        for within, around in ((environments[level], environments[level - 1]) for level in LEVELS)
    ]
    return AxisKeys(np.stack(keys), paths, torsion)
