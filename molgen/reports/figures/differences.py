"""Paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from molgen.metrics.bootstrap import PairedDifference
from molgen.reports.figures.style import COLORS, GRAY, inner_legend, new_figure, say_empty, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OFFSET = 0.16  # of one pair of programs from the next, in rows


@styled
def difference_intervals(rows: Mapping[str, Mapping[str, PairedDifference]], *, label: str = "best RMSD") -> Figure:
    """One row per group of molecules, one interval per pair of programs; left of the line the first is lower.

    Args:
        rows: group, from the top -> "A − B" -> difference, Angstrom.
        label: of the quantity, without unit.
    """
    pairs = list(dict.fromkeys(pair for held in rows.values() for pair in held))
    figure = new_figure(5.6, 1.4 + (0.16 + 0.14 * max(1, len(pairs))) * max(3, len(rows)))
    axes = figure.subplots()
    axes.axvline(0.0, color=GRAY, linestyle=":", linewidth=1.2)
    for number, pair in enumerate(pairs):
        held = [(level, own[pair].mean) for level, own in enumerate(rows.values()) if pair in own]
        axes.errorbar(
            [mean.value for _, mean in held],
            [level + (number - (len(pairs) - 1) / 2) * _OFFSET for level, _ in held],
            xerr=[[mean.value - mean.low for _, mean in held], [mean.high - mean.value for _, mean in held]],
            fmt="o", markersize=4, color=COLORS[number % len(COLORS)], capsize=2, label=shortened_text(pair),
        )  # fmt: skip
    if not rows:
        say_empty(axes, "no common molecules")
    counts = [max(paired.mean.n for paired in own.values()) for own in rows.values()]
    names = [f"{shortened_text(group, 40)} ({count})" for group, count in zip(rows, counts, strict=True)]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.4, -0.6 - 0.45 * len(pairs))  # room for the legend above the first row
    axes.set_xlabel(f"← first lower    difference in {label} / Å    second lower →")
    axes.set_title("mean with 95 % interval; in brackets the molecules")
    axes.grid(axis="x", linewidth=0.4, alpha=0.5)
    inner_legend(axes, "upper left")
    return figure
