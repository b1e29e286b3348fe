"""How samples move: RMSD and energy along the steps of a sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from molgen.reports.figures.style import BLUE, GRAY, ORANGE, counted, new_figure, say_empty, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINES = 60  # single samples that are drawn


@styled
def sampling_trajectory(
    rmsd: ArrayLike | None = None,
    energy: ArrayLike | None = None,
    *,
    times: ArrayLike | None = None,
    rmsd_label: str = "RMSD to the reference",
    unit: str = "kcal/mol",
    title: str = "",
) -> Figure:
    """One panel per quantity: thin lines are samples, the thick one is their median, the band holds 80 % of them.

    Args:
        rmsd: [steps, samples] or [steps], Angstrom; NaN is left out.
        energy: the same, in ``unit``.
        times: [steps]; by default the numbers of the steps from 0. Falling times (from 1, noise, to 0, data) are drawn
            from left to right.
        rmsd_label: of the axis, without unit.
        unit: of the energy.
        title: of the figure.

    Raises:
        ValueError: nothing is given, or the numbers of steps differ.
    """
    panels = [(f"{rmsd_label} / Å", rmsd, BLUE), (f"energy / {unit}", energy, ORANGE)]
    given = [(label, _columns(values), color) for label, values, color in panels if values is not None]
    if not given or len({len(values) for _, values, _ in given}) > 1:
        raise ValueError("a trajectory needs RMSDs or energies, with as many steps in both")
    steps = len(given[0][1])
    x = np.arange(steps, dtype=np.float64) if times is None else np.asarray(times, dtype=np.float64)
    if len(x) != steps:
        raise ValueError(f"{len(x)} times for {steps} steps")
    figure = new_figure(4.8, 1.2 + 2.1 * len(given))
    for number, (axes, (label, values, color)) in enumerate(
        zip(figure.subplots(len(given), 1, sharex=True, squeeze=False)[:, 0], given, strict=True)
    ):
        _panel(axes, x, values, color)
        axes.set_ylabel(label)
        axes.grid(linewidth=0.4, alpha=0.5)
        if number == len(given) - 1:
            axes.set_xlabel("step" if times is None else "time t (1 noise, 0 data)")
            if steps > 1 and x[0] > x[-1]:
                axes.invert_xaxis()
    note = f"{counted(given[0][1].shape[1], 'sample')}, {counted(steps, 'step')}"
    figure.suptitle(f"{shortened_text(title)}\n{note}" if title else note, fontsize=10)
    return figure


def _columns(values: ArrayLike) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    return array[:, None] if array.ndim == 1 else array


def _panel(axes, x: np.ndarray, values: np.ndarray, color: str) -> None:
    if not np.isfinite(values).any():
        say_empty(axes)
        return
    shown = np.linspace(0, values.shape[1] - 1, min(values.shape[1], _LINES)).round().astype(int)
    marker = "o" if len(x) < 30 else ""
    if values.shape[1] == 1:
        axes.plot(x, values[:, 0], color=color, marker=marker, markersize=3)
        return
    axes.plot(x, values[:, shown], color=GRAY, linewidth=0.4, alpha=0.4)
    some = np.isfinite(values).any(axis=1)
    low, middle, high = np.nanpercentile(np.where(np.isfinite(values), values, np.nan)[some], [10, 50, 90], axis=1)
    axes.fill_between(x[some], low, high, color=color, alpha=0.2, linewidth=0, label="80 % of samples")
    axes.plot(x[some], middle, color=color, marker=marker, markersize=3, label="median")
    axes.legend(loc="best")
