"""Where torsions lie: a rose for each, a map for two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from molgen.reports.figures.style import (
    BLUE,
    COLOR_MAP,
    MANY,
    ORANGE,
    count_note,
    counted,
    new_figure,
    say_empty,
    shortened_text,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BINS = 36
_MOST = 12
_COLUMNS = 4


@styled
def torsion_roses(
    angles: ArrayLike, labels: Sequence[str] | None = None, *, reference: ArrayLike | None = None, title: str = ""
) -> Figure:
    """A polar histogram per torsion; the length of a wedge of 10 degrees is the share of structures in it.

    Args:
        angles: [s, m], radian; NaN is left out. Of more than 12 torsions the first 12 are drawn.
        labels: of the torsions.
        reference: [r, m], radian; drawn as lines across the rose.
        title: of the figure.

    Raises:
        ValueError: shapes do not agree.
    """
    values = np.atleast_2d(np.asarray(angles, dtype=np.float64))
    known = None if reference is None else np.atleast_2d(np.asarray(reference, dtype=np.float64))
    torsions = values.shape[1]
    if values.ndim != 2 or (labels is not None and len(labels) != torsions):
        raise ValueError(f"expected angles [structures, torsions] and a label for each, got {values.shape}")
    if known is not None and known.shape[1] != torsions:
        raise ValueError(f"expected {torsions} reference torsions, got {known.shape}")
    shown = min(torsions, _MOST)
    columns = max(1, min(shown, _COLUMNS))
    rows = max(1, -(-shown // columns))
    figure = new_figure(max(2.1 * columns, 3.4), 2.3 * rows + 0.5)
    note = counted(len(values), "structure") + (f", first {shown} of {torsions} torsions" if shown < torsions else "")
    figure.suptitle(f"{shortened_text(title)}\n{note}" if title else note, fontsize=10)
    if not shown:
        axes = figure.subplots()
        axes.set_axis_off()
        say_empty(axes, "no rotatable torsions")
    for number in range(shown):
        axes = figure.add_subplot(rows, columns, number + 1, projection="polar")
        name = labels[number] if labels is not None else f"torsion {number + 1}"
        _rose(axes, values[:, number], None if known is None else known[:, number], name)
    return figure


def rose_shares(angles: ArrayLike, bins: int = _BINS) -> np.ndarray:
    """Share of the finite angles in each of equal sectors from -pi to pi: float64 [bins], with sum 1 unless empty."""
    flat = np.asarray(angles, dtype=np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    wrapped = (flat + np.pi) % (2 * np.pi)
    counts = np.bincount(np.minimum((wrapped / (2 * np.pi) * bins).astype(int), bins - 1), minlength=bins)
    return counts / max(1, len(flat))


def _rose(axes, angles: np.ndarray, reference: np.ndarray | None, name: str) -> None:
    shares = rose_shares(angles)
    middles = -np.pi + (np.arange(_BINS) + 0.5) * 2 * np.pi / _BINS
    # the square root makes areas, not radii, proportional to shares
    axes.bar(middles, np.sqrt(shares), width=2 * np.pi / _BINS, facecolor=BLUE, edgecolor="white", linewidth=0.3)
    top = float(np.sqrt(shares.max(initial=0.0))) or 1.0
    for angle in [] if reference is None else reference[np.isfinite(reference)][:50]:
        axes.plot([angle, angle], [0.0, 1.08 * top], color=ORANGE, linewidth=1.3, linestyle="--")
    axes.set_ylim(0, 1.35 * top)  # room for the angles, inside: constrained layout does not see tick labels of roses
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_xticks(np.radians(range(0, 360, 60)), [])
    for degrees in (0, 60, 120, 180, -120, -60):
        position = np.radians(degrees), 1.25 * top
        axes.text(*position, f"{degrees}°".replace("-", "−"), fontsize=6, ha="center", va="center",
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    axes.set_yticks([])
    axes.spines["polar"].set_visible(False)
    axes.grid(linewidth=0.4)
    axes.set_title(f"{shortened_text(name, 24)}\n(max {shares.max(initial=0.0):.0%} in 10°)", fontsize=7.5, pad=3)


@styled
def torsion_map(
    first: ArrayLike,
    second: ArrayLike,
    labels: tuple[str, str] = ("first torsion", "second torsion"),
    *,
    reference: tuple[ArrayLike, ArrayLike] | None = None,
    title: str = "",
) -> Figure:
    """Two torsions against each other, as in a Ramachandran plot; beyond 2,000 structures a density.

    Args:
        first, second: [s], radian; pairs with NaN are left out.
        labels: of the axes, without unit.
        reference: the same two torsions of reference structures, drawn as crosses.
        title: of the figure.

    Raises:
        ValueError: sizes differ.
    """
    x, y = (np.degrees(np.asarray(angles, dtype=np.float64).ravel()) for angles in (first, second))
    if len(x) != len(y):
        raise ValueError(f"{len(x)} angles against {len(y)}")
    known = np.isfinite(x) & np.isfinite(y)
    x, y = ((angles[known] + 180.0) % 360.0 - 180.0 for angles in (x, y))
    figure = new_figure(4.4, 4.2)
    axes = figure.subplots()
    if len(x) > MANY:
        counts, _, _ = np.histogram2d(x, y, bins=72, range=[[-180, 180], [-180, 180]])
        shown = np.ma.masked_equal(counts.T, 0)
        image = axes.imshow(shown, origin="lower", extent=(-180, 180, -180, 180), cmap=COLOR_MAP, norm="log")
        figure.colorbar(image, ax=axes, label="structures per 5° × 5°", shrink=0.75)
    else:
        axes.scatter(x, y, s=16, facecolor=BLUE, edgecolor="white", linewidth=0.4, alpha=0.8)
    if reference is not None:
        a, b = (np.degrees(np.asarray(angles, dtype=np.float64).ravel()) for angles in reference)
        axes.scatter(a, b, s=60, marker="X", facecolor=ORANGE, edgecolor="black", linewidth=0.6, label="reference")
        figure.legend(loc="outside lower center")
    if not len(x):
        say_empty(axes)
    axes.set_xlim(-180, 180)
    axes.set_ylim(-180, 180)
    axes.set_xticks(range(-180, 181, 60))
    axes.set_yticks(range(-180, 181, 60))
    axes.set_aspect("equal")
    axes.grid(linewidth=0.4, alpha=0.5)
    axes.set_xlabel(f"{shortened_text(labels[0], 30)} / °")
    axes.set_ylabel(f"{shortened_text(labels[1], 30)} / °")
    note = count_note(len(known), len(x))
    axes.set_title(f"{shortened_text(title)}\n{note}" if title else note)
    return figure
