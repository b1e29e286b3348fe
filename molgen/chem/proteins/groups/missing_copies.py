"""Chains of a biological assembly that a file does not hold, where they would reach a pocket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.proteins.structure import Protein, Residue

_SAME_PLACE = 1.0  # Angstrom; a copy that the file holds lies on it


def missing_copies(protein: Protein, points: np.ndarray, reach: float) -> list[str]:
    """One text for each copy of a chain that the assembly has near some points and the structure does not.

    Args:
        protein: with the copies that its file declares.
        points: float64 [k, 3], Angstrom.
        reach: Angstrom.
    """
    tree, there = KDTree(points), KDTree(protein.positions)
    counts: Counter[str] = Counter()
    for copy in protein.copies:
        chains = list(_copied(protein, copy.chains))
        if not chains:
            continue
        moved = protein.positions[protein.atoms_of(chains)] @ copy.rotation.T + copy.translation
        near = np.isfinite(tree.query(moved, distance_upper_bound=reach)[0])
        if near.any() and np.median(there.query(moved)[0]) > _SAME_PLACE:
            owners = np.repeat(
                [residue.chain for residue in chains], [residue.stop - residue.start for residue in chains]
            )
            counts.update(owners[near].tolist())
    return [f"{count} atom{'s' if count > 1 else ''} of a copy of chain {chain}" for chain, count in counts.items()]


def _copied(protein: Protein, names: frozenset[str]) -> Iterator[Residue]:
    """The residues of chains that are copied: by their ids, or of the only chain, which the file may call otherwise."""
    polymer = list(protein.of_kind("polymer"))
    ids = {residue.chain for residue in polymer}
    return (residue for residue in polymer if residue.chain in names or (len(ids) == 1 and not ids & names))
