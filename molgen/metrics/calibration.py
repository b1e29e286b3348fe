"""How far a confidence can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Calibration:
    """Stated confidence against observed success, in bins of equal width.

    Attributes:
        edges: float64 [b + 1], from 0 to 1; a bin holds its upper edge, the first one also 0.
        counts: int64 [b], predictions per bin.
        confidence: float64 [b], mean confidence; NaN in an empty bin.
        observed: float64 [b], share that was right; NaN in an empty bin.
        error: expected calibration error, the mean of |confidence - observed| weighted by counts (Naeini, Cooper,
            Hauskrecht, AAAI 2015).
        brier: mean squared difference of confidence and outcome (Brier, Mon. Weather Rev. 78, 1, 1950).
        n: number of predictions.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    observed: NDArray[np.float64]
    error: float
    brier: float
    n: int


def calibration(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> Calibration:
    """Compare confidences with what came true.

    Args:
        confidence: [m] in [0, 1]; predictions whose confidence is NaN are left out.
        right: bool [m].
        bins: of equal width.

    Raises:
        ValueError: shapes differ, nothing is left, or a confidence is outside [0, 1].
    """
    stated, came = np.asarray(confidence, dtype=np.float64).ravel(), np.asarray(right).ravel().astype(bool)
    if stated.shape != came.shape:
        raise ValueError(f"{len(stated)} confidences for {len(came)} outcomes")
    known = ~np.isnan(stated)
    stated, came = stated[known], came[known].astype(np.float64)
    if len(stated) == 0 or stated.min() < 0 or stated.max() > 1:
        raise ValueError("calibration needs confidences between 0 and 1")
    edges = np.linspace(0.0, 1.0, bins + 1)
    bin_index = np.clip(np.searchsorted(edges, stated, side="left") - 1, 0, bins - 1)
    counts = np.bincount(bin_index, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = np.bincount(bin_index, stated, bins) / counts
        observed = np.bincount(bin_index, came, bins) / counts
    error = float(np.nansum(counts * np.abs(means - observed)) / len(stated))
    brier = float(((stated - came) ** 2).mean())
    return Calibration(edges, counts, means, observed, error, brier, len(stated))
