"""How common the angles of a molecule's torsions are in crystals of like molecules."""

from __future__ import annotations

import numpy as np
import torch
from rdkit import Chem
from scipy.special import i0e

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.conformers.torsion_library.axis_keys import LEVELS, path_angles
from molgen.conformers.torsion_library.library import TorsionLibrary
from molgen.conformers.torsion_library.matches import Matches, find_matches

CONCENTRATION = 8.2
"""Of the von Mises kernel, about 20 degrees wide."""
PRIOR = 5.0
"""Molecules that what less of the surroundings says counts as much as."""


def torsion_densities(
    library: TorsionLibrary,
    mol: Chem.Mol,
    record: MoleculeGraph,
    positions: np.ndarray,
    bins: int,
    *,
    with_itself: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Densities of torsions in a library, relative to uniform angles; 1 where no bond is alike.

    The densities of molecules alike within two, three and four bonds are mixed, the finer over the coarser, by how many
    molecules there are; uniform angles are the coarsest.

    Args:
        library: is looked up.
        mol: with stereo; hydrogens present or not.
        record: its heavy-atom graph, with m torsions.
        positions: float64 [n, 3], heavy atoms of a template conformer, Angstrom.
        bins: angles in a turn, the first of which is -pi.
        with_itself: whether the molecule itself counts where the library has it.

    Returns:
        float64 [m, bins], and int64 [m, 6], the path (:class:`AxisKeys`) whose dihedral angle each is of: a path that
        does not depend on which of two like branches is which.
    """
    angles = np.linspace(-np.pi, np.pi, bins, endpoint=False)
    densities = np.ones((record.n_torsions, bins))
    matches = find_matches(mol, record, library, with_itself=with_itself)
    measured = matches.paths[(matches.ways.cumsum() - matches.ways).astype(np.int64)]
    if not len(matches):
        return densities, measured
    offsets = _offsets(matches, measured, positions)
    for torsion, density in enumerate(densities):
        entries, within = _entries(matches, torsion)
        known = matches.angle[entries] + offsets[torsion][matches.path[entries]]
        for level in LEVELS:
            alike = within >= level
            count = int((matches.within[:, torsion] >= level).sum())
            if count:
                kernel = np.exp(CONCENTRATION * (np.cos(angles - known[alike, None]) - 1)).mean(0) / i0e(CONCENTRATION)
                density[:] = (count * kernel + PRIOR * density) / (count + PRIOR)
    return densities, measured


def _entries(matches: Matches, torsion: int) -> tuple[np.ndarray, np.ndarray]:
    """The torsions of the matches for one bond, and within how many bonds each is alike."""
    count = matches.count[:, torsion]
    rows = np.repeat(np.arange(len(matches)), count)
    place = np.arange(len(rows)) - np.repeat(count.cumsum() - count, count)
    return matches.first[rows, torsion] + place, matches.within[rows, torsion]


def _offsets(matches: Matches, measured: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """[m, p]: dihedral angles of the measured paths of a conformer less those of all paths."""
    place = torch.from_numpy(positions)
    return path_angles(place, measured).numpy()[:, None] - path_angles(place, matches.paths).numpy()
