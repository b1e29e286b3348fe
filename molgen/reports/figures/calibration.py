"""Does a confidence of 70 % come true in 70 %? A reliability diagram with the counts below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from molgen.former_names import takes_former_names
from molgen.metrics.calibration import Calibration
from molgen.reports.figures.style import BLUE, GRAY, ORANGE, new_figure, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@takes_former_names(found="calibration")
@styled
def calibration_figure(calibration: Calibration, *, outcome: str = "RMSD ≤ 2 Å", title: str = "") -> Figure:
    """Observed share against stated confidence, with Wilson intervals; bars below count predictions.

    Args:
        calibration: of :func:`molgen.metrics.calibration.calibration`.
        outcome: what a right prediction is.
        title: of the figure.
    """
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = new_figure(4.4, 4.8)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = calibration.counts > 0
    x, y = calibration.confidence[filled], calibration.observed[filled]
    low, high = wilson_interval(y * calibration.counts[filled], calibration.counts[filled])
    above.plot([0, 1], [0, 1], color=GRAY, linestyle=":", linewidth=1.2, label="perfectly calibrated")
    above.errorbar(
        x, y, yerr=np.clip([y - low, high - y], 0, None), color=BLUE, marker="o", markersize=5, capsize=2,
        linewidth=1.2, label=f"observed (error {calibration.error:.3f}, Brier {calibration.brier:.3f})",
    )  # fmt: skip
    above.set_ylim(-0.03, 1.03)
    above.set_ylabel(f"share with {outcome}")
    above.legend(loc="upper left")
    below.bar(
        calibration.edges[:-1], calibration.counts, width=np.diff(calibration.edges), align="edge",
        facecolor=ORANGE, edgecolor="black", linewidth=0.5, alpha=0.7,
    )  # fmt: skip
    below.set_ylabel("predictions")
    below.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    below.set_xlim(0, 1)
    below.set_xlabel("stated confidence")
    for axis in (above.yaxis, below.xaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    for axes in (above, below):
        axes.grid(linewidth=0.4, alpha=0.5)
    note = f"n = {calibration.n:,}"
    above.set_title(f"{shortened_text(title)}\n{note}" if title else note)
    return figure


def wilson_interval(right: np.ndarray, total: np.ndarray, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a share (Wilson, J. Am. Stat. Assoc. 22, 209, 1927): float64 [b], float64 [b]."""
    share = right / total
    middle = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2)) / (1 + z**2 / total)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
