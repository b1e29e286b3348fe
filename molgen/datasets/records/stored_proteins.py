"""Receptors as prepared sets keep them: the atoms around the ligands, in steps of a hundredth of an Angstrom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.errors import InputError

RESOLUTION = 0.01
"""Angstrom of one step of a stored coordinate."""
MOST_STEPS = 32767


@dataclass(frozen=True)
class StoredProtein:
    """The A atoms of a receptor around its ligands.

    Attributes:
        atoms: uint8 [A, 6], classes (molgen.chem.features.pocket_features.POCKET_COLUMNS).
        positions: int16 [A, 3], steps of 0.01 Angstrom from ``origin``.
        residue: int32 [A], an index that atoms of one residue share and that rises along a chain.
        origin: float64 [3], Angstrom, in the frame of the file.
    """

    atoms: np.ndarray
    positions: np.ndarray
    residue: np.ndarray
    origin: np.ndarray


def stored_protein(pocket: PocketAtoms, points: np.ndarray, reach: float) -> StoredProtein:
    """The atoms within ``reach`` (Angstrom) of any of the points [k, 3]; the origin is the middle of the points.

    Atoms that 16 bits do not hold are left out.
    """
    origin = np.round((points.min(0) + points.max(0)) / 2, 2)
    distance, _ = KDTree(points).query(pocket.positions, distance_upper_bound=reach)
    kept = pocket.pick(np.isfinite(distance))
    kept = kept.pick((np.abs(kept.positions - origin) < MOST_STEPS * RESOLUTION).all(1))
    return StoredProtein(kept.atoms, to_steps(kept.positions, origin), kept.residue.astype(np.int32), origin)


def to_steps(positions: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """int16, of the shape of ``positions``: steps of 0.01 Angstrom from a point [3].

    Raises:
        InputError: a position is so far from it that 16 bits do not hold it.
    """
    steps = np.round((positions - origin) / RESOLUTION)
    if steps.size and np.abs(steps).max() > MOST_STEPS:
        raise InputError(
            f"a position is more than {MOST_STEPS * RESOLUTION:.0f} Angstrom from the origin of its protein"
        )
    return steps.astype(np.int16)


def pocket_of(protein: StoredProtein, excluded: tuple[int, int] = (-1, -1)) -> PocketAtoms:
    """The atoms of a pocket, without a range of residues; positions in Angstrom from the origin of the protein."""
    kept = not_excluded(protein.residue, excluded)
    positions = protein.positions[kept].astype(np.float64) * RESOLUTION
    return PocketAtoms(protein.atoms[kept], positions, protein.residue[kept])


def not_excluded(residue: np.ndarray, excluded: tuple[int, int]) -> np.ndarray:
    """Which residue indices [A] lie outside an inclusive range, bool [A]; no residue is in (-1, -1)."""
    return (residue < excluded[0]) | (residue > excluded[1])
