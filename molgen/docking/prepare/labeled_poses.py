"""Poses with their labels, on their way into a part: what is made of complexes and of fragments ends here."""

from __future__ import annotations

import numpy as np

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.records.complexes import PlacedLigand
from molgen.datasets.records.decoys import LabeledPoses
from molgen.datasets.records.stored_proteins import stored_protein
from molgen.docking.ranking import SURROUNDINGS
from molgen.errors import ParseError


def labeled_poses(
    atoms: PocketAtoms,
    ligand: PlacedLigand,
    positions: np.ndarray,
    energies: np.ndarray,
    rmsds: np.ndarray,
    searched: int | None = None,
    support: np.ndarray | None = None,
    known: np.ndarray | None = None,
) -> LabeledPoses:
    """K poses of a ligand with the atoms of its receptor that the confidence sees.

    Args:
        atoms: of the receptor, in the frame of its file.
        ligand: where it truly lies, in the same frame.
        positions: float [K, n, 3], in the same frame, Angstrom.
        energies: [K], with the receptor, within the ligand and of its torsions, kcal/mol.
        rmsds: [K], symmetric RMSD to the true pose, Angstrom.
        searched: how many of them, the first ones, a search found; all by default.
        support: float [searched, 3], what the pose model says of these.
        known: float [K], the largest overlap with a known ligand.

    Raises:
        ParseError: a number is not finite.
    """
    if not all(np.isfinite(values).all() for values in (positions, energies, rmsds)):
        raise ParseError("the positions or energies of the poses are not finite")
    places = np.asarray(positions, dtype=np.float64)
    protein = stored_protein(atoms, places.reshape(-1, 3), SURROUNDINGS)
    asked = None
    if support is not None:
        asked = np.full((len(energies), support.shape[1]), np.nan)
        asked[: len(support)] = support
    count = len(energies) if searched is None else searched
    return LabeledPoses(protein, ligand, places, energies, rmsds, count, asked, known)


def count_poses(poses: LabeledPoses) -> int:
    """Each pose is an example."""
    return len(poses.energies)
