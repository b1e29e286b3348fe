"""The best of the first N structures against N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from molgen.former_names import takes_former_names
from molgen.metrics.bootstrap import Interval
from molgen.reports.figures.style import (
    COLORS,
    LINES,
    counted,
    inner_legend,
    new_figure,
    say_empty,
    shortened_text,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curve = tuple[Sequence[int], Sequence[Interval], Sequence[Interval]]
"""Values of N, mean RMSD (Angstrom) and share within the threshold at each."""


@takes_former_names(what="structures")
@styled
def best_of_figure(
    curves: Mapping[str, Curve], *, threshold: float, molecules: int, structures: str = "conformers"
) -> Figure:
    """The mean RMSD of the best of the first N on the left, the share within the threshold on the right, with bands.

    Args:
        curves: program -> N, mean RMSDs and shares.
        threshold: Angstrom.
        molecules: how many the means are over.
        structures: what they are called on the axis, in the plural.
    """
    from matplotlib.ticker import PercentFormatter

    figure = new_figure(7.2, 3.5)
    left, right = figure.subplots(1, 2)
    for number, (name, (counts, rmsds, shares)) in enumerate(curves.items()):
        look = {"color": COLORS[number % len(COLORS)], "linestyle": LINES[number % len(LINES)]}
        for axes, values in ((left, rmsds), (right, shares)):
            _curve(axes, counts, values, shortened_text(name, 30), look)
    for axes in (left, right):
        if not curves:
            say_empty(axes, "no common molecules")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel(f"first N {structures}")
        axes.grid(linewidth=0.4, alpha=0.5)
    left.set_ylim(bottom=0)
    left.set_ylabel("best RMSD, mean / Å")
    right.set_ylim(0, 1.02)
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    right.set_ylabel(f"share of molecules within {threshold:g} Å")
    inner_legend(left, "upper right")
    figure.suptitle(counted(molecules, "molecule"), fontsize=10)
    return figure


def _curve(axes: Any, counts: Sequence[int], values: Sequence[Interval], label: str, look: Mapping[str, Any]) -> None:
    axes.plot(counts, [interval.value for interval in values], label=label, marker=".", **look)
    low, high = np.array([interval.low for interval in values]), np.array([interval.high for interval in values])
    axes.fill_between(counts, low, high, color=look["color"], alpha=0.15, linewidth=0)
