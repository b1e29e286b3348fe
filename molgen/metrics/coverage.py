"""How well generated conformers cover reference conformers, from a matrix of their RMSDs.

Recall asks whether every reference is found, precision whether every generated conformer is near a reference
(COV and AMR of Ganea et al., GeoMol, NeurIPS 2021, eqs. 5-6).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from molgen.former_names import takes_former_names
from molgen.metrics.bootstrap import Interval, bootstrap_interval


@dataclass(frozen=True)
class Coverage:
    """Coverage of one molecule at thresholds [k], as fractions and Angstrom.

    Args:
        thresholds: float64 [k] in Angstrom.
        recall: [k] fraction of references with a generated conformer closer than the threshold (COV-R).
        precision: [k] fraction of generated conformers with a reference closer than the threshold (COV-P).
        recall_rmsd: mean over references of the smallest RMSD to a generated conformer (AMR-R), Angstrom.
        precision_rmsd: mean over generated conformers of the smallest RMSD to a reference (AMR-P), Angstrom.
    """

    thresholds: NDArray[np.float64]
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall_rmsd: float
    precision_rmsd: float


def coverage(rmsd: ArrayLike, thresholds: float | Sequence[float] | NDArray[np.float64] = 0.75) -> Coverage:
    """COV and AMR of one molecule.

    Args:
        rmsd: [references, generated] in Angstrom (``rmsd_matrix``).
        thresholds: one threshold or a grid, Angstrom.

    Raises:
        ValueError: the matrix is empty, not two-dimensional or not finite.
    """
    matrix = _checked(rmsd)
    grid = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    nearest_generated, nearest_reference = matrix.min(axis=1), matrix.min(axis=0)
    return Coverage(
        thresholds=grid,
        recall=(nearest_generated < grid[:, None]).mean(axis=1),
        precision=(nearest_reference < grid[:, None]).mean(axis=1),
        recall_rmsd=float(nearest_generated.mean()),
        precision_rmsd=float(nearest_reference.mean()),
    )


def best_of_first(rmsd: ArrayLike, counts: Sequence[int]) -> NDArray[np.float64]:
    """Smallest RMSD among the first N generated conformers, averaged over references.

    Args:
        rmsd: [references, generated] in Angstrom, generated conformers in rank order; [generated] for one reference.
        counts: the values of N [k]; with fewer than N conformers all of them count.

    Returns:
        float64 [k] in Angstrom.

    Raises:
        ValueError: the matrix is empty or not finite, or a count is below 1.
    """
    if min(counts) < 1:
        raise ValueError(f"counts must be at least 1, got {list(counts)}")
    best = np.minimum.accumulate(_checked(np.atleast_2d(np.asarray(rmsd))), axis=1).mean(axis=0)
    return best[np.minimum(np.asarray(counts), len(best)) - 1]


@dataclass(frozen=True)
class CoverageSummary:
    """Coverage of many molecules, each with the same weight.

    Attributes:
        thresholds: float64 [k], Angstrom.
        recall, precision: per threshold the mean over molecules of COV-R, COV-P.
        recall_rmsd, precision_rmsd: mean over molecules of AMR-R, AMR-P, Angstrom.
        n: number of molecules.
    """

    thresholds: NDArray[np.float64]
    recall: tuple[Interval, ...]
    precision: tuple[Interval, ...]
    recall_rmsd: Interval
    precision_rmsd: Interval
    n: int


@takes_former_names(found="coverages")
def summarize_coverage(coverages: Sequence[Coverage], *, level: float = 0.95, seed: int = 0) -> CoverageSummary:
    """Means over molecules with bootstrap intervals.

    Args:
        coverages: one per molecule, all on the same thresholds.
        level: probability covered by the intervals.
        seed: of the resampling.

    Raises:
        ValueError: no molecules, or their thresholds differ.
    """
    thresholds = coverages[0].thresholds if coverages else None
    if thresholds is None or any(not np.array_equal(each.thresholds, thresholds) for each in coverages):
        raise ValueError("a summary needs molecules that were measured at the same thresholds")

    def mean(values: ArrayLike) -> Interval:
        return bootstrap_interval(values, level=level, seed=seed)

    recall = np.stack([each.recall for each in coverages])
    precision = np.stack([each.precision for each in coverages])
    return CoverageSummary(
        thresholds=thresholds,
        recall=tuple(mean(column) for column in recall.T),
        precision=tuple(mean(column) for column in precision.T),
        recall_rmsd=mean([each.recall_rmsd for each in coverages]),
        precision_rmsd=mean([each.precision_rmsd for each in coverages]),
        n=len(coverages),
    )


def _checked(rmsd: ArrayLike) -> NDArray[np.float64]:
    matrix = np.asarray(rmsd, dtype=np.float64)
    if matrix.ndim != 2 or matrix.size == 0 or not np.isfinite(matrix).all():
        raise ValueError(f"expected a finite, non-empty RMSD matrix [references, generated], got shape {matrix.shape}")
    return matrix
