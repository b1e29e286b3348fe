"""Histogram of RMSDs with its cumulative share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from molgen.reports.figures.style import (
    COLORS,
    GRAY,
    LINES,
    count_note,
    inner_legend,
    known,
    new_figure,
    say_empty,
    series_of,
    shortened_text,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FEWEST, _MOST = 8, 60  # bins


@styled
def rmsd_distribution(
    rmsds: ArrayLike | Mapping[str, ArrayLike],
    *,
    threshold: float | None = None,
    label: str = "RMSD to the nearest reference",
    of: str = "structures",
    title: str = "",
) -> Figure:
    """Bars count structures, the line above them is the share up to each RMSD.

    Of several sets of different sizes the bars are shares of each set, so that they can be compared.

    Args:
        rmsds: one or several named sets of RMSDs, Angstrom. NaN and infinite values are left out of the bars and lower
            the share that the line reaches.
        threshold: Angstrom, drawn as a vertical line.
        label: of the x axis, without unit.
        of: what is counted.
        title: of the figure.
    """
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    series = series_of(rmsds)
    figure = new_figure(height=4.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.2))
    everything = known(np.concatenate(list(series.values()))) if series else np.zeros(0)
    edges, alone = histogram_edges(everything), len(series) == 1
    shares = len({len(values) for values in series.values()}) > 1
    for number, (name, values) in enumerate(series.items()):
        ordered = np.sort(known(values))
        color, line = COLORS[number % len(COLORS)], LINES[number % len(LINES)]
        note = count_note(len(values), len(ordered))
        entry = f"{shortened_text(name)} ({note})" if name else note
        bars: dict[str, Any] = {
            "bins": edges.tolist(),
            "weights": np.full(len(ordered), 1 / max(1, len(values))) if shares else None,
        }
        below.hist(ordered, **bars, facecolor=color, edgecolor="white", alpha=0.55 if alone else 0.25)
        if not alone:
            below.hist(ordered, **bars, histtype="step", edgecolor=color, linestyle=line, linewidth=1.2)
        share = np.arange(len(ordered) + 1) / max(1, len(values))
        above.step(np.r_[0.0, ordered], share, where="post", color=color, linestyle=line, label=entry)
        above.hlines(share[-1], ordered[-1] if len(ordered) else 0.0, edges[-1], color=color, linestyle=line)
    if threshold is not None:
        for axes in (above, below):
            axes.axvline(threshold, color=GRAY, linestyle=":", linewidth=1.2)
        above.annotate(
            f"{threshold:g} Å", (threshold, 1.0), xycoords=("data", "axes fraction"), color=GRAY, fontsize=8,
            ha="center", va="bottom",
        )  # fmt: skip
    if not len(everything):
        say_empty(below)
    above.set_ylim(0, 1.05)
    above.yaxis.set_major_formatter(PercentFormatter(1.0))
    above.set_ylabel(f"share of\n{of}")
    above.grid(axis="y", linewidth=0.4, alpha=0.5)
    below.set_ylabel(f"share of {of}" if shares else f"number of {of}")
    if shares:
        below.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    else:
        below.yaxis.set_major_locator(MaxNLocator(integer=True))
    below.set_xlabel(f"{label} / Å")
    below.set_xlim(0, max(edges[-1], (threshold or 0.0) * 1.1))
    inner_legend(above, "lower right")
    if title:
        figure.suptitle(shortened_text(title), fontsize=10)
    return figure


def histogram_edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges [b + 1] from 0 to above the largest value, of a round width near that of Freedman and Diaconis (1981)."""
    if len(values) == 0:
        return np.linspace(0.0, 1.0, _FEWEST + 1)
    top = max(float(values.max()), 1e-3)
    quarter, three_quarters = np.percentile(values, [25, 75])
    ideal = 2.0 * (three_quarters - quarter) / len(values) ** (1 / 3) or top / _FEWEST
    width = _round_up(float(np.clip(ideal, top / _MOST, top / _FEWEST)))
    return np.asarray(width * np.arange(int(np.floor(top / width)) + 2), dtype=np.float64)


def _round_up(width: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step for step in (1.0, 2.0, 5.0, 10.0) if step * power >= width * 0.999) * power)
