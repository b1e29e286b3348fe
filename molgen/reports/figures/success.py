"""Share of complexes with a pose close enough, against what counts as close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from molgen.metrics.success import SuccessCurve
from molgen.reports.figures.style import COLORS, GRAY, LINES, inner_legend, new_figure, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def success_figure(
    curves: SuccessCurve | Mapping[str, SuccessCurve], *, threshold: float | None = 2.0, title: str = ""
) -> Figure:
    """One line per method and number of poses, with its bootstrap interval as a band.

    Args:
        curves: of one or several methods (:func:`molgen.metrics.success.success_curve`).
        threshold: Angstrom, drawn as a vertical line; the legend gives the share there.
        title: of the figure.
    """
    from matplotlib.ticker import PercentFormatter

    named = {"": curves} if isinstance(curves, SuccessCurve) else curves
    lines = sum(len(curve.counts) for curve in named.values())
    figure = new_figure(4.8, 3.4 + 0.17 * lines)
    axes = figure.subplots()
    number = 0
    for name, curve in named.items():
        for row, count in enumerate(curve.counts):
            color, line = COLORS[number % len(COLORS)], LINES[number % len(LINES)]
            selection = "first pose" if count == 1 else f"best of first {count}"
            entry = f"{shortened_text(name, 30)}, {selection}" if name else selection
            entry += _share_at(curve, threshold, count)
            axes.step(curve.thresholds, curve.fraction[row], where="post", color=color, linestyle=line, label=entry)
            if curve.n > 1:
                axes.fill_between(
                    curve.thresholds, curve.low[row], curve.high[row], step="post", color=color, alpha=0.15, linewidth=0
                )
            number += 1
    if threshold is not None:
        axes.axvline(threshold, color=GRAY, linestyle=":", linewidth=1.2)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("RMSD threshold / Å")
    axes.set_ylabel("share of complexes")
    axes.grid(linewidth=0.4, alpha=0.5)
    inner_legend(axes, "lower right")
    sizes = sorted({curve.n for curve in named.values()})
    note = "n = " + (f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}") if sizes else "no curves"
    axes.set_title(f"{shortened_text(title)}\n{note}" if title else note)
    return figure


def _share_at(curve: SuccessCurve, threshold: float | None, count: int) -> str:
    try:
        return "" if threshold is None else f" ({curve.at(threshold, count):.0%} ≤ {threshold:g} Å)"
    except ValueError:
        return ""
