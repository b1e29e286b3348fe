"""How often docking finds a near-native pose: success curves over complexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_THRESHOLDS = tuple(step / 10 for step in range(51))
"""0 to 5 A in steps of 0.1."""


@dataclass(frozen=True)
class SuccessCurve:
    """Share of complexes with a pose close enough, as a function of "close enough" and of how many poses count.

    Attributes:
        thresholds: float64 [t], Angstrom.
        counts: the values of k [c]: the best of the first k poses counts.
        fraction: float64 [c, t], share of complexes with an RMSD <= threshold.
        low, high: float64 [c, t], bootstrap percentile interval over complexes.
        n: number of complexes, failed ones too.
    """

    thresholds: NDArray[np.float64]
    counts: tuple[int, ...]
    fraction: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: int

    def at(self, threshold: float, count: int = 1) -> float:
        """The share at one of the thresholds.

        Raises:
            ValueError: the curve has no such threshold or count.
        """
        places = np.flatnonzero(np.isclose(self.thresholds, threshold))
        if len(places) == 0 or count not in self.counts:
            raise ValueError(f"the curve has no point at {threshold} A for the first {count} poses")
        return float(self.fraction[self.counts.index(count), places[0]])


def first_and_best(rmsds: Sequence[ArrayLike], counts: Sequence[int]) -> NDArray[np.float64]:
    """Smallest RMSD of the first k poses of every complex.

    Args:
        rmsds: one array per complex, in rank order, Angstrom; NaN for a pose that failed, empty for a complex that did.
        counts: the values of k [c]; with fewer poses all of them count.

    Returns:
        float64 [c, complexes], Angstrom; infinite where there is no pose.

    Raises:
        ValueError: a count is below 1.
    """
    if min(counts) < 1:
        raise ValueError(f"counts must be at least 1, got {list(counts)}")
    best = np.full((len(counts), len(rmsds)), np.inf)
    for column, values in enumerate(rmsds):
        ordered = np.nan_to_num(np.asarray(values, dtype=np.float64).ravel(), nan=np.inf)
        for row, count in enumerate(counts):
            best[row, column] = ordered[:count].min(initial=np.inf)
    return best


def success_curve(
    rmsds: Sequence[ArrayLike],
    thresholds: Sequence[float] = DEFAULT_THRESHOLDS,
    counts: Sequence[int] = (1, 5),
    *,
    level: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> SuccessCurve:
    """Success against threshold for the first pose and for the best of the first k.

    Args:
        rmsds: one array per complex in rank order, Angstrom; NaN and empty count as not successful.
        thresholds: [t], Angstrom; the threshold itself counts as success.
        counts: the values of k.
        level, samples, seed: of the bootstrap over complexes.

    Raises:
        ValueError: no complexes, or a count below 1.
    """
    if len(rmsds) == 0:
        raise ValueError("a success curve needs at least one complex")
    grid = np.asarray(thresholds, dtype=np.float64)
    right = first_and_best(rmsds, counts)[:, :, None] <= grid  # [c, m, t]
    total = right.shape[1]
    # how often each complex is drawn, [samples, m]
    drawn = np.random.default_rng(seed).multinomial(total, np.full(total, 1 / total), size=samples)
    resampled = (drawn.astype(np.float64) @ right.astype(np.float64)) / total  # [c, samples, t]
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return SuccessCurve(grid, tuple(counts), right.mean(axis=1), low, high, total)
