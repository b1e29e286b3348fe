"""Merging of conformers of the same minimum."""

from __future__ import annotations

import numpy as np

from molgen.metrics.rmsd import rmsd_matrix


def merged(
    positions: np.ndarray, weights: np.ndarray, permutations: np.ndarray, nearest: float, *, add: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Keep conformers that are at least ``nearest`` from each other, heaviest first.

    Args:
        positions: [k, n, 3], Angstrom.
        weights: [k].
        permutations: integer [p, n], symmetry-equivalent atom orders.
        nearest: symmetric RMSD, Angstrom.
        add: a kept conformer takes over the weight of those that it stands for (weights that count draws); otherwise
            it keeps its own (Boltzmann factors, which are of the minimum however often it was found).

    Returns:
        positions [K, n, 3] and weights [K] of those kept, in their order.
    """
    near = np.asarray(rmsd_matrix(positions, positions, permutations)) < nearest
    kept: list[int] = []
    total = np.array(weights, dtype=np.float64)
    for k in np.argsort(-total, kind="stable"):
        owner = next((other for other in kept if near[k, other]), None)
        if owner is None:
            kept.append(int(k))
        elif add:
            total[owner] += weights[k]
    kept.sort()
    return positions[kept], total[kept]
