"""Boxes of a quantity by class of molecule and program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from molgen.reports.figures.style import COLORS, inner_legend, known, new_figure, say_empty, shortened_text, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Boxes = Mapping[str, Mapping[str, ArrayLike]]
"""Class -> program -> values."""


@styled
def class_boxes(classifications: Mapping[str, Boxes], *, label: str = "best RMSD") -> Figure:
    """One panel per classification: median, quartiles, whiskers at 1.5 interquartile ranges, points beyond.

    Args:
        classifications: name -> class -> program -> values, Angstrom; every class holds the same programs.
        label: of the y axis, without unit.
    """
    shown = {name: boxes for name, boxes in classifications.items() if boxes}
    columns = min(2, max(1, len(shown)))
    rows = max(1, -(-len(shown) // columns))
    figure = new_figure(4.6 * columns, 2.9 * rows + 0.2)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for axes, (name, boxes) in zip(panels, shown.items(), strict=False):
        _panel(axes, name, boxes)
    for axes in panels[len(shown) :]:
        axes.set_visible(bool(not shown))
    if not shown:
        say_empty(panels[0])
    else:
        panels[0].set_ylim(bottom=0)
        inner_legend(panels[0], "upper left")
    for axes in panels[::columns]:
        axes.set_ylabel(f"{label} / Å")
    return figure


def _panel(axes: Any, name: str, boxes: Boxes) -> None:
    programs = list(next(iter(boxes.values())))
    width = 0.8 / len(programs)
    for number, program in enumerate(programs):
        color = COLORS[number % len(COLORS)]
        values = [known(groups[program]) for groups in boxes.values()]
        places = [k + (number - (len(programs) - 1) / 2) * width for k in range(len(boxes))]
        drawn = axes.boxplot(
            values, positions=places, widths=0.85 * width, patch_artist=True, manage_ticks=False,
            medianprops={"color": "black"}, boxprops={"facecolor": color, "alpha": 0.55, "edgecolor": color},
            whiskerprops={"color": color}, capprops={"color": color},
            flierprops={"marker": ".", "markersize": 3, "markeredgecolor": color},
        )  # fmt: skip
        drawn["boxes"][0].set_label(shortened_text(program, 30))
    sizes = [len(known(groups[programs[0]])) for groups in boxes.values()]
    axes.set_xticks(range(len(boxes)), [f"{group}\nn = {n}" for group, n in zip(boxes, sizes, strict=True)])
    axes.set_xlabel(name)
    axes.grid(axis="y", linewidth=0.4, alpha=0.5)
