"""Heavy-atom symmetric RMSD of RDKit molecules whose atoms may stand in any order."""

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.symmetry import MAX_MATCHES, atom_matches, heavy_coordinates


def best_rmsd(
    probe: Chem.Mol, reference: Chem.Mol, probe_id: int = -1, reference_id: int = -1, max_matches: int = MAX_MATCHES
) -> float:
    """RMSD in Angstrom of two conformers after superposition; unlike RDKit's ``GetBestRMS`` it moves nothing.

    Args:
        probe, reference: the same molecule, with or without hydrogens.
        probe_id, reference_id: conformers; -1 is the first.
        max_matches: cap on the symmetries; beyond it the result is an upper bound.

    Raises:
        ValueError: the heavy-atom graphs differ or a molecule has no such conformer.
    """
    matches = atom_matches(reference, probe, max_matches)
    coords = heavy_coordinates(reference, reference_id), heavy_coordinates(probe, probe_id)
    return rmsd_matrix(*coords, matches.permutations).item()


def best_rmsds(probe: Chem.Mol, reference: Chem.Mol, max_matches: int = MAX_MATCHES) -> NDArray[np.float64]:
    """RMSD float64 [references, probes] in Angstrom between all conformers (arguments and errors: ``best_rmsd``)."""
    matches = atom_matches(reference, probe, max_matches)
    return rmsd_matrix(heavy_coordinates(reference), heavy_coordinates(probe), matches.permutations).numpy()
