"""Which conformers of a pool to keep, and in which order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cover(
    distances: NDArray[np.float64],
    count: int,
    *,
    weights: NDArray[np.float64] | None = None,
    spacing: float = 0.0,
    first: int | None = None,
) -> list[int]:
    """Choose up to ``count`` members of a pool so that every member is near a chosen one, best first.

    Greedy maximization of the facility-location function sum_p w_p max_s (D - d(p, s)) (Nemhauser et al. 1978: within
    1 - 1/e of the best choice for every length of the prefix). When the pool is distributed as the conformations that
    one hopes to find, this maximizes the expected nearness of the best of the first k, for every k at once.

    Args:
        distances: [p, p], symmetric, Angstrom.
        count: how many to choose.
        weights: [p] importance of being near each member; equal if None.
        spacing: no two chosen members are nearer than this; fewer than ``count`` may come back. Angstrom.
        first: the member to begin with; None: the one that gains most.

    Returns:
        indices into the pool, the first k of them being the choice for k.
    """
    size = len(distances)
    weight = np.ones(size) if weights is None else np.asarray(weights, dtype=np.float64)
    far = float(distances.max(initial=0.0)) + 1.0
    nearest = np.full(size, far)
    allowed = np.ones(size, dtype=bool)
    chosen: list[int] = []
    while len(chosen) < min(count, size) and allowed.any():
        if first is not None and not chosen:
            best = first
        else:
            gain = np.maximum(nearest[:, None] - distances, 0.0).T @ weight
            best = int(np.where(allowed, gain, -1.0).argmax())
        chosen.append(best)
        nearest = np.minimum(nearest, distances[:, best])
        allowed &= distances[best] >= spacing
        allowed[best] = False
    return chosen
