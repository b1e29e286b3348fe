"""RMSDs between all structures of a molecule as a heat map, similar ones side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from molgen.reports.figures.style import COLOR_MAP, counted, new_figure, say_empty, shortened_text, styled, ticks_every

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 1000
"""Structures beyond which only evenly chosen ones are shown."""
_LABELS = 30
_WIDEST = 14  # letters of a label


def cluster_order(matrix: ArrayLike) -> NDArray[np.int64]:
    """The order of the leaves of an average-linkage dendrogram, neighbors as similar as can be.

    Args:
        matrix: [s, s] symmetric, Angstrom; NaN counts as the largest distance.

    Returns:
        int64 [s], a permutation of range(s).

    Source: UPGMA (Sokal, Michener 1958), optimal leaf ordering (Bar-Joseph et al., Bioinformatics 17, S22, 2001).
    """
    distances = _filled(matrix)
    if len(distances) < 3:
        return np.arange(len(distances), dtype=np.int64)
    from scipy.cluster.hierarchy import leaves_list

    return leaves_list(_tree(distances)).astype(np.int64)


@styled
def pairwise_heat_map(
    matrix: ArrayLike, labels: Sequence[str] | None = None, *, cluster: bool = True, title: str = ""
) -> Figure:
    """Heat map in the order of a dendrogram, which is drawn beside it.

    Args:
        matrix: [s, s] symmetric RMSDs, Angstrom; NaN is left white. Of more than 1,000 structures evenly chosen ones
            are shown.
        labels: of the structures; by default their numbers from 1.
        cluster: False keeps the order of the input and draws no dendrogram.
        title: of the figure.

    Raises:
        ValueError: the matrix is not square or has another size than the labels.
    """
    full = np.asarray(matrix, dtype=np.float64)
    if full.ndim != 2 or full.shape[0] != full.shape[1] or (labels is not None and len(labels) != len(full)):
        raise ValueError(f"expected a square matrix and as many labels, got shape {full.shape}")
    shown = np.unique(np.linspace(0, len(full) - 1, min(len(full), MOST)).round().astype(int))
    values = full[np.ix_(shown, shown)]
    names = [str(index + 1) for index in shown] if labels is None else [str(labels[index]) for index in shown]
    figure = new_figure(5.4, 4.6)
    distances = _filled(values)
    tree = _tree(distances) if cluster and len(values) > 2 and distances.any() else None
    if tree is None:
        axes, order = figure.subplots(), np.arange(len(values))
    else:
        from scipy.cluster.hierarchy import dendrogram

        axes = figure.subplots()
        room = 0.06 + 0.017 * max(len(shortened_text(name, _WIDEST)) for name in names)  # for the labels
        beside = axes.inset_axes((-room - 0.22, 0.0, 0.22, 1.0))  # as high as the map, whatever height that gets
        drawn = dendrogram(tree, ax=beside, orientation="left", no_labels=True, color_threshold=0.0,
                           above_threshold_color="black")  # fmt: skip
        order = np.array(drawn["leaves"])
        for part in beside.collections:
            part.set_linewidth(0.7)
        beside.set_xlabel("distance / Å")
        beside.spines[["left", "right", "top"]].set_visible(False)
        beside.set_yticks([])
        beside.invert_yaxis()
    _draw(figure, axes, values[np.ix_(order, order)], [names[index] for index in order])
    note = f"{len(shown):,} of {len(full):,} structures" if len(shown) < len(full) else counted(len(full), "structure")
    figure.suptitle(f"{shortened_text(title)}\n{note}" if title else note, fontsize=10)
    return figure


def _draw(figure: Figure, axes, values: NDArray[np.float64], names: Sequence[str]) -> None:
    if not len(values):
        say_empty(axes)
        return
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    image = axes.imshow(values, cmap=COLOR_MAP, vmin=0.0, vmax=top or 1.0, aspect="equal", interpolation="nearest")
    places = list(ticks_every(len(values), _LABELS))
    short = [shortened_text(names[index], _WIDEST) for index in places]
    wide = max(len(text) for text in short) > 2
    axes.set_xticks(places, short, rotation=90 if wide else 0, fontsize=6)
    axes.set_yticks(places, short, fontsize=6)
    axes.tick_params(length=1.5)
    axes.set_xlabel("structure (number in the input)" if all(name.isdigit() for name in names) else "structure")
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label="RMSD / Å", shrink=0.8)


def _filled(matrix: ArrayLike) -> NDArray[np.float64]:
    """Symmetric, zero diagonal, NaN replaced by the largest distance."""
    values = np.array(matrix, dtype=np.float64)
    known = values[np.isfinite(values)]
    values[~np.isfinite(values)] = known.max(initial=0.0)
    values = (values + values.T) / 2.0
    np.fill_diagonal(values, 0.0)
    return values


def _tree(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    condensed = squareform(distances, checks=False)
    return linkage(condensed, "average", optimal_ordering=len(distances) <= 300)
