"""Where the best ligands of a library stand among all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from molgen.reports.content import Figure
from molgen.reports.pages.report_figures import drawn_figure
from molgen.reports.pages.scene import REFERENCE, shade

_BINS = 40


def score_figures(scores: Sequence[float | None], confidences: Sequence[float | None], shown: int) -> list[Figure]:
    """Histograms over all docked ligands.

    Args:
        scores: kcal/mol, None for a failure.
        confidences: of the same ligands; None where there is none.
        shown: how many of them the report shows.
    """
    energies = np.array([value for value in scores if value is not None])
    sure = np.array([value for value in confidences if value is not None])
    edge = np.sort(energies)[min(shown, len(energies)) - 1]
    figures = [
        drawn_figure(
            lambda axes: _histogram(axes, energies, "score / kcal mol$^{-1}$", edge),
            f"Scores of {len(energies)} docked ligands; the lowest {min(shown, len(energies))} are left of the line.",
        )
    ]
    if len(sure):
        figures.append(
            drawn_figure(
                lambda axes: _histogram(axes, sure, "confidence in the best pose", None),
                "Confidence in the best pose of each docked ligand.",
            )
        )
    return figures


def _histogram(axes: Any, values: np.ndarray, label: str, edge: float | None) -> None:
    axes.hist(values, bins=min(_BINS, max(6, len(values) // 5)), color=shade(0, 2), edgecolor="white", linewidth=0.5)
    if edge is not None:
        axes.axvline(edge, color=REFERENCE, linewidth=1.2, linestyle="--")
    axes.set(xlabel=label, ylabel="ligands")
    axes.yaxis.get_major_locator().set_params(integer=True)
