"""What `molgen analyze` prints: tables, means and notes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from molgen.cli.frame.terminal import MOST_ROWS
from molgen.cli.frame.voice import note, say, show

if TYPE_CHECKING:
    from molgen.reports.analysis.results import Analysis, MoleculeRow
    from molgen.reports.comparison.results import Comparison


def print_analysis(analysis: Analysis) -> None:
    """Notes on stderr; the table and the means on stdout."""
    from rich.table import Table

    _print_notes(analysis.notes)
    if len(analysis.rows) == 1 and analysis.rows[0].error:
        print(f"error: {analysis.rows[0].name}: {analysis.rows[0].error}", file=sys.stderr)
        return
    titles = _titles(analysis)
    table = Table("name", *titles, "status")
    for row in analysis.rows[:MOST_ROWS]:
        cells = [""] * len(titles) if row.error else _cells(analysis, row)
        table.add_row(row.name, *cells, row.error or ("upper bounds" if row.rmsd_kind == "upper bound" else "ok"))
    show(table)
    say(_legend(analysis))
    failed = sum(row.error is not None for row in analysis.rows)
    if failed or len(analysis.rows) > MOST_ROWS:
        say(f"{len(analysis.rows) - failed} of {len(analysis.rows)} molecules analyzed, {failed} failed")
    for statistic in analysis.statistics if len(analysis.rows) > 1 else ():
        value = statistic.interval
        unit = " Å" if statistic.unit == "A" else ""
        low, high = f"{value.low:.3f}", f"{value.high:.3f}"
        say(f"{statistic.name.replace(' A,', ' Å,')}: {value.value:.3f}{unit} (95 % {low} - {high}, n = {value.n})")


def _titles(analysis: Analysis) -> list[str]:
    if analysis.config.mode == "poses":
        right = f"≤ {analysis.config.limit:g} Å"
        compared = ["first", right, "best", "of pose"] if analysis.compared else ["mean apart"]
        return ["poses", *compared, "first valid", "failed checks"]
    if not analysis.compared:
        return ["conformers", "mean apart", "closest", "energy span", "stereo", "valid"]
    return ["n", "refs", "best", "AMR-R", "COV-R", "AMR-P", "COV-P", "TFD", "valid"]


def _legend(analysis: Analysis) -> str:
    """What the numbers of the table are."""
    how = "in place" if analysis.config.mode == "poses" else "superposed"
    cover = (
        f"; COV at {analysis.config.limit:g} Å" if analysis.config.mode == "conformers" and analysis.compared else ""
    )
    return f"symmetric heavy-atom RMSD in Å, {how}{cover}"


def _cells(analysis: Analysis, row: MoleculeRow) -> list[str]:
    if analysis.config.mode == "poses":
        compared = [_number(row.diversity)]
        if analysis.compared:
            right = row.rmsd_first is not None and row.rmsd_first <= analysis.config.limit
            compared = [_number(row.rmsd_first), "yes" if right else "no", _number(row.rmsd_best), str(row.best_rank)]
        valid = "" if row.valid_first is None else "yes" if row.valid_first else "no"
        return [str(row.structures), *compared, valid, row.failed_first or ""]
    if not analysis.compared:
        span = "" if row.energy_span is None else f"{row.energy_span:.1f}"
        parts = [_number(row.diversity), _number(row.nearest), span, _share(row.stereo_kept), _share(row.valid)]
        return [str(row.structures), *parts]
    recall = [_number(row.recall_rmsd), _share(row.recall)]
    precision = [_number(row.precision_rmsd), _share(row.precision)]
    tfd = "" if row.tfd_best is None else f"{row.tfd_best:.3f}"
    counts = [str(row.structures), str(row.references)]
    return [*counts, _number(row.rmsd_best), *recall, *precision, tfd, _share(row.valid)]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def print_comparison(comparison: Comparison) -> None:
    """Notes on stderr; the programs, their differences and what could not be analyzed on stdout."""
    from rich.table import Table

    from molgen.reports.comparison.texts import difference_lines, legend, program_table

    _print_notes(comparison.notes)
    titles, rows = program_table(comparison)
    table = Table(*titles)
    for row in rows:
        table.add_row(*row)
    show(table)
    say(legend(comparison))
    for line in difference_lines(comparison):
        say(line)
    failed = [
        f"{name}: {row.name or row.place}: {row.error}"
        for name, analysis in comparison.analyses.items()
        for row in analysis.rows
        if row.error is not None
    ]
    for line in failed[:MOST_ROWS]:
        say(line)
    if len(failed) > MOST_ROWS:
        say(f"and {len(failed) - MOST_ROWS} more; the table of molecules has all")


def _print_notes(notes: Sequence[str]) -> None:
    for text in notes:
        note(f"note: {text}")


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Programs and their differences, ready for JSON; the tables of the folder hold the molecules."""
    from molgen.reports.comparison.texts import difference_lines, program_table

    titles, rows = program_table(comparison)
    programs = [dict(zip(titles, row, strict=True)) for row in rows]
    return {"programs": programs, "differences": difference_lines(comparison), "notes": comparison.notes}
