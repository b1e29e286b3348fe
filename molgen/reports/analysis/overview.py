"""The tables of the report on an analysis: one row per molecule, and the statistics over molecules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from molgen.reports.analysis.results import Analysis, MoleculeRow, Statistic
from molgen.reports.content import Table
from molgen.reports.pages.conformer_report import MOST_LISTED
from molgen.reports.pages.pose_text import spelled

_MOLECULE = {
    "structures": "structures",
    "references": "references",
    "rmsd_first": "RMSD of the first / Å",
    "rmsd_best": "best RMSD / Å",
    "best_rank": "number of the best",
    "rmsd_conformation": "first, superposed / Å",
    "recall_rmsd": "AMR-R / Å",
    "recall": "COV-R",
    "precision_rmsd": "AMR-P / Å",
    "precision": "COV-P",
    "tfd_best": "best torsion deviation",
    "diversity": "mean RMSD of pairs / Å",
    "energy_span": "span of energies",
    "stereo_kept": "stereo kept",
    "valid": "valid",
}
"""Fields of a molecule, and what they are called."""
_SHARES = ("recall", "precision", "stereo_kept", "valid")


def summary_table(statistics: Sequence[Statistic], seed: int) -> Table | None:
    """The statistics over molecules; None without any."""
    if not statistics:
        return None
    note = f"Over molecules; intervals are percentiles of a bootstrap with seed {seed}."
    rows = [_statistic(statistic) for statistic in statistics]
    return Table(("statistic", "value", "95 % interval", "molecules"), rows, note)


def _statistic(statistic: Statistic) -> tuple[str, str, str, str]:
    value = statistic.interval
    unit = {"A": " Å", "fraction": " %"}.get(statistic.unit, "")
    texts = [
        f"{100 * x:.1f}" if statistic.unit == "fraction" else f"{x:.3f}" for x in (value.value, value.low, value.high)
    ]
    span = f"{texts[1]} to {texts[2]}{unit}" if value.n > 1 else "none for one molecule"
    return angstrom_text(statistic.name), f"{texts[0]}{unit}", span, str(value.n)


def angstrom_text(name: str) -> str:
    """A name of a table with "A" for Angstrom as it is printed: "first within 2 A" -> "first within 2 Å"."""
    return re.sub(r"(?<=\d) A\b", " Å", name)


def overview_table(analysis: Analysis) -> Table:
    """One row per molecule, failures too; columns in which nothing is known are left out."""
    rows = analysis.rows[:MOST_LISTED]
    facts = [{} if row.error is not None else molecule_facts(row) for row in rows]
    titles = [title for title in _MOLECULE.values() if any(title in known for known in facts)]
    listed = [
        (row.name, row.place, *(known.get(title, "") for title in titles), _status(analysis, row))
        for row, known in zip(rows, facts, strict=True)
    ]
    left = len(analysis.rows) - len(listed)
    return Table(("name", "place", *titles, "status"), listed, f"{left} more are not listed here." if left else "")


def molecule_facts(row: MoleculeRow) -> dict[str, str]:
    """Title -> text of what is known about a molecule."""
    known = {name: getattr(row, name) for name in _MOLECULE}
    shown = {name: value for name, value in known.items() if value is not None and (value or name != "references")}
    return {_MOLECULE[name]: _text(name, value) for name, value in shown.items()}


def _text(name: str, value: float | int) -> str:
    if name in _SHARES:
        return percent(value)
    return str(value) if isinstance(value, int) else f"{value:.3f}" if name == "tfd_best" else f"{value:.2f}"


def _status(analysis: Analysis, row: MoleculeRow) -> str:
    if row.error is not None:
        return row.error
    remarks = ["RMSDs are upper bounds"] if has_bounds(row) else []
    if analysis.config.mode == "poses" and row.failed_first:
        remarks.append(f"the first pose fails {spelled(row.failed_first.split(', '))}")
    return "; ".join(remarks) or "ok"


def has_bounds(row: MoleculeRow) -> bool:
    """Whether the RMSDs of a molecule are upper bounds."""
    return row.rmsd_kind == "upper bound"


def number(value: float | None, digits: int = 2) -> str:
    """A number with so many decimals; "" for None."""
    return "" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A share as percent; "" for None."""
    return "" if value is None else f"{100 * value:.0f} %"
