"""A comparison as short tables of texts: for the terminal, and for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from molgen.metrics.bootstrap import Interval
from molgen.reports.analysis.overview import angstrom_text
from molgen.reports.comparison.paired import best_name, shown_counts
from molgen.reports.comparison.results import Comparison, Difference


def program_table(comparison: Comparison) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Titles and one row per program: how many molecules, and the means over those that all have."""
    shown = shown_counts(comparison.counts, comparison.config)
    limit = f"{comparison.config.limit:g} Å"
    sign = "≤" if comparison.config.mode == "poses" else "<"
    titles = ("program", "molecules", "structures each")
    titles += tuple(f"{best_name(n)} / Å" for n in shown) + tuple(f"{best_name(n)} {sign} {limit}" for n in shown)
    titles += () if shown else ("mean RMSD of pairs / Å",)
    return titles, [_program(comparison, name, shown) for name in comparison.programs]


def _program(comparison: Comparison, name: str, shown: Sequence[int]) -> tuple[str, ...]:
    molecules = comparison.of(name, common=False)
    total = sum(molecule.program == name for molecule in comparison.molecules)
    rows = [molecule.analysis.row for molecule in molecules if molecule.analysis]
    each = sum(row.structures for row in rows) / max(1, len(molecules))
    points = {point.n: point for point in comparison.curve if point.program == name}
    rmsds = [f"{points[n].rmsd.value:.2f}" if n in points else "" for n in shown]
    shares = [f"{points[n].within.value:.0%}" if n in points else "" for n in shown]
    known = [row.diversity for row in rows if row.diversity is not None]
    apart = [] if shown else [f"{sum(known) / len(known):.2f}" if known else ""]
    return name, f"{len(molecules)} of {total}", f"{each:.1f}", *rmsds, *shares, *apart


def difference_lines(comparison: Comparison) -> list[str]:
    """One line per pair of programs and RMSD, of poses per success rate too, over all molecules."""
    units = ("A", "fraction") if comparison.config.mode == "poses" else ("A",)
    overall = [difference for difference in comparison.differences if difference.classification == "all"]
    return [difference_text(difference) for difference in overall if difference.unit in units]


def difference_text(difference: Difference) -> str:
    """E.g. "A − B: best of 10 -0.21 Å (95 % -0.30 to -0.12, n = 40), lower in 70 %, higher in 18 %"."""
    lower, higher = f"lower in {difference.paired.lower:.0%}", f"higher in {difference.paired.higher:.0%}"
    gap = f"{angstrom_text(difference.quantity)} {_interval(difference.paired.mean, difference.unit)}"
    return f"{difference.first} − {difference.second}: {gap}, {lower}, {higher}"


def _interval(value: Interval, unit: str) -> str:
    scale, digits, name = (100, 1, "points") if unit == "fraction" else (1, 3, "Å")
    mean, low, high = (f"{scale * x:+.{digits}f}" for x in (value.value, value.low, value.high))
    span = f"95 % {low} to {high}, " if value.n > 1 else ""  # one molecule has no interval
    return f"{mean} {name} ({span}n = {value.n})"


def legend(comparison: Comparison) -> str:
    """What the numbers are."""
    how = "in place" if comparison.config.mode == "poses" else "superposed"
    who = "RMSDs are means over molecules that all programs have"
    lost = "; a molecule that a program lacks is not within the threshold" if comparison.config.mode == "poses" else ""
    return f"symmetric heavy-atom RMSD in Å, {how}; {who}{lost}"


def comparison_html(comparison: Comparison) -> str:
    """The tables for a notebook; no script, so that a stored one shows them too."""
    titles, rows = program_table(comparison)
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    lines = "".join(f"<li>{escape(line)}</li>" for line in difference_lines(comparison))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div>{table}<p>{escape(legend(comparison))}</p><ul>{lines}</ul></div>"
