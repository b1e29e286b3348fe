"""The small figures of the HTML reports."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from molgen.reports.content import Figure
from molgen.reports.pages.scene import REFERENCE, shade

_INK = "#57606a"


def figure_svgs(
    energies: Sequence[float], distances: np.ndarray, *, kind: str, quantity: str, to_reference: Sequence[float] = ()
) -> list[Figure]:
    """Energies by rank, and how far the structures are from one another.

    Args:
        energies: kcal/mol, in rank order; nan is left out.
        distances: RMSD between all pairs [n, n], Angstrom.
        kind: what they are, e.g. "conformer".
        quantity: what the energy is, e.g. "strain".
        to_reference: RMSD of each to a known structure, Angstrom, if there is one.
    """
    figures = [
        drawn_figure(
            lambda axes: _by_rank(axes, energies, kind, f"{quantity} / kcal mol$^{{-1}}$"),
            f"{quantity.capitalize()} of the {kind}s by rank.",
        )
    ]
    if len(to_reference):
        figures.append(
            drawn_figure(
                lambda axes: _against_reference(axes, to_reference, energies, f"{quantity} / kcal mol$^{{-1}}$"),
                f"{quantity.capitalize()} against the RMSD to the reference; the line is at 2 Å.",
            )
        )
    if len(distances) > 1:
        pairs = distances[np.triu_indices(len(distances), 1)]
        caption = f"RMSD between pairs of {kind}s: {len(pairs)} pairs, mean {pairs.mean():.2f} Å."
        figures.append(drawn_figure(lambda axes: _histogram(axes, pairs, kind), caption))
    return figures


def _by_rank(axes: Any, energies: Sequence[float], kind: str, label: str) -> None:
    colors = [shade(k, len(energies)) for k in range(len(energies))]
    ranks = np.arange(1, len(energies) + 1)
    axes.scatter(ranks, energies, c=colors, s=34, edgecolors=_INK, linewidths=0.5, zorder=3)
    axes.set(xlabel=f"rank of the {kind}", ylabel=label)
    axes.xaxis.get_major_locator().set_params(integer=True)


def _against_reference(axes: Any, distances: Sequence[float], energies: Sequence[float], label: str) -> None:
    colors = [shade(k, len(energies)) for k in range(len(energies))]
    axes.axvline(2.0, color=REFERENCE, linewidth=1.2, linestyle="--")
    axes.scatter(distances, energies, c=colors, s=34, edgecolors=_INK, linewidths=0.5, zorder=3)
    axes.set(xlabel="RMSD to the reference / Å", ylabel=label)
    axes.set_xlim(left=0)


def _histogram(axes: Any, pairs: np.ndarray, kind: str) -> None:
    axes.hist(pairs, bins=min(24, max(6, len(pairs) // 4)), color=shade(0, 2), edgecolor="white", linewidth=0.6)
    axes.set(xlabel=f"RMSD between two {kind}s / Å", ylabel="pairs")
    axes.set_xlim(left=0)
    axes.yaxis.get_major_locator().set_params(integer=True)


def drawn_figure(plot: Any, caption: str) -> Figure:
    """What a function draws into axes, as a small figure in the look of the reports."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    style: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "molgen"}
    style |= {"font.family": "sans-serif", "font.size": 9}
    style |= {"axes.edgecolor": _INK, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK}
    with mpl.rc_context(style):
        canvas = Canvas(figsize=(4.4, 2.7), layout="constrained")
        axes = canvas.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e6eaee", linewidth=0.7)
        axes.set_axisbelow(True)
        plot(axes)
        text = io.StringIO()
        canvas.savefig(text, format="svg", metadata={"Date": None})
    return Figure(text.getvalue(), caption)
