"""Statistics over molecules or complexes with their bootstrap intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_ROUNDING = 1e-9  # differences of the size of the tolerance are none


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


@dataclass(frozen=True)
class PairedDifference:
    """First minus second of two measurements on the same molecules.

    Attributes:
        mean: mean difference with its bootstrap interval.
        median: the median of the differences.
        lower, higher: shares of the molecules in which the first is lower, or higher, by more than the tolerance.
    """

    mean: Interval
    median: float
    lower: float
    higher: float


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    *,
    tolerance: float = 0.0,
    level: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> PairedDifference:
    """Two methods on the same molecules: differences are resampled, so that easy and hard molecules cancel.

    Args:
        first, second: [m], one number per molecule, in the same order and unit.
        tolerance: differences up to this size count as none in ``lower`` and ``higher``.
        level, samples, seed: of the bootstrap over molecules (:func:`bootstrap_interval`).

    Raises:
        ValueError: no values, or sequences of different lengths.
    """
    first, second = (np.asarray(values, dtype=np.float64).ravel() for values in (first, second))
    if first.shape != second.shape:
        raise ValueError(f"paired values must have the same length, got {first.size} and {second.size}")
    gap = first - second
    return PairedDifference(
        mean=bootstrap_interval(gap, level=level, samples=samples, seed=seed),
        median=float(np.median(gap)),
        lower=float((gap < -tolerance - _ROUNDING).mean()),
        higher=float((gap > tolerance + _ROUNDING).mean()),
    )
