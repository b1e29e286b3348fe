"""Whether the confidence that is printed beside poses holds: what it says, and what is right."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.common import Row, markdown_table
from molgen.metrics.calibration import calibration
from molgen.models.pose_confidence.validation import ranking_auc

CLOSE = 2.0  # Angstrom
_DRAWS = 400
_HEAD = ["poses", "n", "stated", "right", "calibration error", "if it held exactly (90 %)", "Brier score", "AUC"]


def confidence_table(tables: Mapping[str, Sequence[Row]]) -> str:
    """Markdown: of each table of rows the first poses and the others; "" where none has a confidence.

    The calibration error (ten bins) of few poses is largely chance: beside it stands what a confidence that holds
    exactly would show, the middle 90 % of draws of what is right.
    """
    body = []
    for name, rows in tables.items():
        for which, poses in (("first", slice(1)), ("others", slice(1, None))):
            stated, right = _told(rows, poses)
            if len(stated):
                body.append([f"{name}, {which}", *_cells(stated, right)])
    return markdown_table(_HEAD, body) if body else ""


def _told(rows: Sequence[Row], poses: slice) -> tuple[np.ndarray, np.ndarray]:
    """What is stated of some poses of each row, and whether they are right."""
    pairs = [
        (chance, pose["rmsd"] <= CLOSE)
        for row in rows
        for chance, pose in zip(row.get("confidence", [])[poses], row["poses"][poses], strict=False)
        if chance is not None
    ]
    return np.array([chance for chance, _ in pairs]), np.array([near for _, near in pairs], dtype=bool)


def _cells(stated: np.ndarray, right: np.ndarray) -> list[str]:
    held = calibration(stated, right)
    rng = np.random.default_rng(0)
    drawn = [calibration(stated, rng.random(len(stated)) < stated).error for _ in range(_DRAWS)]
    low, high = np.quantile(drawn, [0.05, 0.95])
    cells = [f"{stated.mean():.2f}", f"{right.mean():.2f}", f"{held.error:.2f}", f"{low:.2f}-{high:.2f}"]
    return [str(len(stated)), *cells, f"{held.brier:.3f}", f"{ranking_auc(stated, right):.2f}"]
