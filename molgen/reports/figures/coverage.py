"""Coverage of references and precision of conformers against the threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from molgen.metrics.bootstrap import Interval
from molgen.metrics.coverage import Coverage, CoverageSummary, summarize_coverage
from molgen.reports.figures.style import COLORS, GRAY, LINES, new_figure, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def coverage_figure(
    found: CoverageSummary | Sequence[Coverage] | Mapping[str, CoverageSummary],
    *,
    threshold: float | None = 0.75,
    title: str = "",
) -> Figure:
    """COV-R on the left, COV-P on the right, means over molecules with bootstrap bands.

    Args:
        found: a summary, the molecules themselves, or one summary per method.
        threshold: Angstrom, drawn as a vertical line.
        title: of the figure.
    """
    from matplotlib.ticker import PercentFormatter

    if isinstance(found, CoverageSummary):
        named: Mapping[str, CoverageSummary] = {"": found}
    else:
        named = found if isinstance(found, Mapping) else {"": summarize_coverage(found)}
    figure = new_figure(6.4, 3.6)
    left, right = figure.subplots(1, 2, sharey=True)
    for number, (name, one) in enumerate(named.items()):
        look = {"color": COLORS[number % len(COLORS)], "linestyle": LINES[number % len(LINES)]}
        prefix = f"{shortened_text(name, 24)}, " if name else ""
        _curve(left, one, one.recall, f"{prefix}AMR {one.recall_rmsd.value:.2f} Å", look)
        _curve(right, one, one.precision, f"{prefix}AMR {one.precision_rmsd.value:.2f} Å", look)
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
    sizes = sorted({one.n for one in named.values()})
    note = f"mean over {' or '.join(f'{size:,}' for size in sizes)} molecule{'s' if sizes != [1] else ''}"
    figure.suptitle(f"{shortened_text(title)}\n{note}" if title else note, fontsize=10)
    return figure


def _curve(axes, one: CoverageSummary, values: Sequence[Interval], label: str, look: Mapping) -> None:
    axes.plot(one.thresholds, [value.value for value in values], label=label, **look)
    if one.n > 1:
        low, high = np.array([value.low for value in values]), np.array([value.high for value in values])
        axes.fill_between(one.thresholds, low, high, color=look["color"], alpha=0.15, linewidth=0)
