"""The figures of an analysis with captions."""

from __future__ import annotations

import re

from molgen.reports.analysis.figures import figures_of
from molgen.reports.analysis.results import Analysis
from molgen.reports.content import Figure
from molgen.reports.figures import figure_bytes

_WIDE = 6.0  # inches


def captioned_figures(analysis: Analysis, pictured: int) -> tuple[list[Figure], dict[int, list[Figure]]]:
    """Those of the whole set, and those of the first molecules by their number from 1."""
    common: list[Figure] = []
    own: dict[int, list[Figure]] = {}
    for name, drawn in figures_of(analysis, pictured):
        belongs = re.match(r"([a-z_]+)_(\d+)_", name)
        caption = _caption(analysis, belongs[1] if belongs else name, alone=belongs is not None)
        figure = Figure(figure_bytes(drawn, "svg").decode("utf-8"), caption, bool(drawn.get_figwidth() > _WIDE))
        (own.setdefault(int(belongs[2]), []) if belongs else common).append(figure)
    return common, own


def _caption(analysis: Analysis, name: str, *, alone: bool) -> str:
    kind, limit = analysis.config.mode, f"{analysis.config.limit:g} Å"
    how = "in place" if kind == "poses" else "superposed"
    if alone:
        return {
            "pairwise_rmsd": f"RMSD between every two {kind}, {how}; similar ones stand together.",
            "rmsd_distribution": f"RMSDs between two {kind}, {how}.",
            "energy_against_rmsd": "Energy against the RMSD to the structure of lowest energy.",
            "torsions": "Rotatable bonds: the share of structures at each angle"
            + ("; lines are the references." if analysis.compared else "."),
        }[name]
    return {
        "rmsd_distribution": f"RMSDs between {kind} and references, {how}; {limit} is the threshold.",
        "coverage": "Share of references (recall) and of conformers (precision) with a partner closer than a threshold;"
        f" {limit} is that of the table.",
        "success_curve": "Share of molecules whose first pose, or best of the first "
        f"{analysis.config.first}, lies within a distance of the reference.",
        "energy_against_rmsd": f"Energy as the file states it, against the RMSD to the nearest reference, {how}.",
        "calibration": f"Confidence as the file states it, against the share of poses within {limit}.",
    }[name]
