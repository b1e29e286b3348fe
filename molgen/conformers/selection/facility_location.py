"""Selection and order of candidates by greedy facility location."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def facility_location(
    distances: NDArray[np.float64],
    count: int,
    *,
    weights: NDArray[np.float64] | None = None,
    min_rmsd: float = 0.0,
    first: int | None = None,
) -> list[int]:
    """Select up to ``count`` candidates so that every candidate is near a selected one, best first.

    Greedy maximization of the facility-location function sum_p w_p max_s (D - d(p, s)) (Nemhauser et al. 1978: within
    1 - 1/e of the optimum for every length of the prefix). For candidates distributed as the
    conformations to be found, this maximizes the expected nearness of the best of the first k, for every k at once.

    Args:
        distances: [c, c], symmetric, Angstrom.
        count: how many to select.
        weights: [c], importance of being near each candidate; equal if None.
        min_rmsd: no two selected candidates are nearer than this; fewer than ``count`` may come back. Angstrom.
        first: the candidate to begin with; None: the weighted medoid.

    Returns:
        indices of candidates, the first k of them being the selection for k.
    """
    size = len(distances)
    weight = np.ones(size) if weights is None else np.asarray(weights, dtype=np.float64)
    far = float(distances.max(initial=0.0)) + 1.0
    nearest = np.full(size, far)
    allowed = np.ones(size, dtype=bool)
    selected: list[int] = []
    while len(selected) < min(count, size) and allowed.any():
        if first is not None and not selected:
            best = first
        else:
            gain = np.maximum(nearest[:, None] - distances, 0.0).T @ weight
            best = int(np.where(allowed, gain, -1.0).argmax())
        selected.append(best)
        nearest = np.minimum(nearest, distances[:, best])
        allowed &= distances[best] >= min_rmsd
        allowed[best] = False
    return selected
