"""Energy against RMSD: is the best structure also the lowest?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from molgen.reports.figures.style import (
    BLUE,
    COLOR_MAP,
    COLORS,
    GRAY,
    MANY,
    MARKERS,
    ORANGE,
    count_note,
    inner_legend,
    new_figure,
    say_empty,
    shortened_text,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def energy_against_rmsd(
    rmsd: ArrayLike | Mapping[str, ArrayLike],
    energy: ArrayLike | Mapping[str, ArrayLike],
    *,
    threshold: float | None = None,
    rmsd_label: str = "RMSD to the nearest reference",
    energy_label: str = "energy",
    unit: str = "kcal/mol",
    title: str = "",
) -> Figure:
    """Scatter of structures; beyond 2,000 a density. The lowest energy of each set is marked by a star.

    Args:
        rmsd: [s], or one array per named set, Angstrom.
        energy: [s], or one array per set; structures without one of the two (NaN) are left out.
        threshold: Angstrom, drawn as a vertical line.
        rmsd_label, energy_label: of the axes, without units.
        unit: of the energy.
        title: of the figure.

    Raises:
        ValueError: the sets differ in names or sizes.
    """
    xs = {name: np.asarray(values, dtype=np.float64).ravel() for name, values in _named(rmsd).items()}
    ys = {name: np.asarray(values, dtype=np.float64).ravel() for name, values in _named(energy).items()}
    if xs.keys() != ys.keys() or any(len(xs[name]) != len(ys[name]) for name in xs):
        raise ValueError("every set needs as many RMSDs as energies")
    both = {name: np.isfinite(xs[name]) & np.isfinite(ys[name]) for name in xs}
    total, shown = sum(len(mask) for mask in both.values()), sum(int(mask.sum()) for mask in both.values())
    figure = new_figure(5.0, 3.8)
    axes = figure.subplots()
    if shown > MANY:
        _density(
            figure, axes, np.concatenate([xs[n][both[n]] for n in xs]), np.concatenate([ys[n][both[n]] for n in xs])
        )
    for number, name in enumerate(xs):
        x, y = xs[name][both[name]], ys[name][both[name]]
        color = COLORS[number % len(COLORS)] if len(xs) > 1 else BLUE
        marker = MARKERS[number % len(MARKERS)]
        if shown <= MANY:
            axes.scatter(x, y, s=18, marker=marker, facecolor=color, edgecolor="white", linewidth=0.4, alpha=0.8,
                         label=shortened_text(name, 30))  # fmt: skip
        if len(y):
            lowest = int(y.argmin())
            star = "lowest energy" if number == len(xs) - 1 else "_"
            axes.scatter(x[lowest], y[lowest], s=130, marker="*", facecolor=ORANGE if len(xs) == 1 else color,
                         edgecolor="black", linewidth=0.7, zorder=3, label=star)  # fmt: skip
    if threshold is not None:
        axes.axvline(threshold, color=GRAY, linestyle=":", linewidth=1.2, label=f"{threshold:g} Å")
    if not shown:
        say_empty(axes)
    axes.margins(0.05, 0.08)
    axes.set_xlim(left=-0.03 * axes.get_xlim()[1])  # a star at zero stays whole
    axes.set_xlabel(f"{rmsd_label} / Å")
    axes.set_ylabel(f"{energy_label} / {unit}" if unit else energy_label)
    axes.grid(linewidth=0.4, alpha=0.5)
    inner_legend(axes)
    note = count_note(total, shown)
    axes.set_title(f"{shortened_text(title)}\n{note}" if title else note)
    return figure


def _named(values: ArrayLike | Mapping[str, ArrayLike]) -> Mapping[str, ArrayLike]:
    return values if isinstance(values, Mapping) else {"_": values}


def _density(figure: Figure, axes, x, y) -> None:
    """Hexagons; the lightest colors of the map would vanish on white, so empty ones are left out."""
    drawn = axes.hexbin(x, y, gridsize=60, mincnt=1, bins="log", cmap=COLOR_MAP, linewidths=0.1)
    figure.colorbar(drawn, ax=axes, label="structures per cell")
