"""Statistics over molecules or complexes with their bootstrap intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Interval:
    """A statistic of n values with its bootstrap percentile interval [low, high]."""

    value: float
    low: float
    high: float
    n: int


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[..., NDArray[np.float64]] = np.mean,
    *,
    level: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap of a statistic over molecules (Efron, Ann. Statist. 7, 1, 1979).

    Args:
        values: [m], one number per molecule.
        statistic: reduces ``axis`` as ``np.mean`` and ``np.median`` do.
        level: probability covered by the interval.
        samples: resampled sets.
        seed: of the resampling.

    Raises:
        ValueError: no values.
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    if array.size == 0:
        raise ValueError("cannot bootstrap zero values")
    picks = np.random.default_rng(seed).integers(array.size, size=(samples, array.size))
    low, high = np.quantile(statistic(array[picks], axis=1), [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(float(statistic(array, axis=0)), float(low), float(high), array.size)
