"""Coverage of references and precision of conformers against the threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from molgen.former_names import takes_former_names
from molgen.metrics.bootstrap import Interval
from molgen.metrics.coverage import Coverage, CoverageSummary, summarize_coverage
from molgen.reports.figures.style import COLORS, GRAY, LINES, new_figure, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@takes_former_names(found="coverage")
@styled
def coverage_figure(
    coverage: CoverageSummary | Sequence[Coverage] | Mapping[str, CoverageSummary],
    *,
    threshold: float | None = 0.75,
    title: str = "",
) -> Figure:
    """COV-R on the left, COV-P on the right, means over molecules with bootstrap bands.

    Args:
        coverage: a summary, the coverage of each molecule, or one summary per method.
        threshold: Angstrom, drawn as a vertical line.
        title: of the figure.
    """
    from matplotlib.ticker import PercentFormatter

    if isinstance(coverage, CoverageSummary):
        named: Mapping[str, CoverageSummary] = {"": coverage}
    else:
        named = coverage if isinstance(coverage, Mapping) else {"": summarize_coverage(coverage)}
    figure = new_figure(6.4, 3.6)
    left, right = figure.subplots(1, 2, sharey=True)
    for number, (name, summary) in enumerate(named.items()):
        look = {"color": COLORS[number % len(COLORS)], "linestyle": LINES[number % len(LINES)]}
        prefix = f"{shortened_text(name, 24)}, " if name else ""
        _curve(left, summary, summary.recall, f"{prefix}AMR {summary.recall_rmsd.value:.2f} Å", look)
        _curve(right, summary, summary.precision, f"{prefix}AMR {summary.precision_rmsd.value:.2f} Å", look)
    for axes, label in (
        (left, "references with a near conformer\n(recall)"),
        (right, "conformers with a near reference\n(precision)"),
    ):
        if threshold is not None:
            axes.axvline(threshold, color=GRAY, linestyle=":", linewidth=1.2)
        axes.set_xlim(left=0.0)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel("RMSD threshold / Å")
        axes.set_title(label, fontsize=9)
        axes.grid(linewidth=0.4, alpha=0.5)
        axes.legend(loc="lower right")
    left.set_ylabel("coverage")
    sizes = sorted({summary.n for summary in named.values()})
    note = f"mean over {' or '.join(f'{size:,}' for size in sizes)} molecule{'s' if sizes != [1] else ''}"
    figure.suptitle(f"{shortened_text(title)}\n{note}" if title else note, fontsize=10)
    return figure


def _curve(axes, summary: CoverageSummary, values: Sequence[Interval], label: str, look: Mapping) -> None:
    axes.plot(summary.thresholds, [value.value for value in values], label=label, **look)
    if summary.n > 1:
        low, high = np.array([value.low for value in values]), np.array([value.high for value in values])
        axes.fill_between(summary.thresholds, low, high, color=look["color"], alpha=0.15, linewidth=0)
