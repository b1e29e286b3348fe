"""What `molgen conformers` prints: a line for each molecule, and how its conformers are ordered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from molgen.cli.frame.terminal import MOST_ROWS
from molgen.cli.frame.voice import note, say, show

if TYPE_CHECKING:
    from molgen.conformers.config import GenerateConfig
    from molgen.screening.conformer_file import ConformerRow


def print_conformers(rows: Sequence[ConformerRow], config: GenerateConfig) -> None:
    """The table of results on stdout; warnings, and the error of a lone molecule, on stderr."""
    from rich.table import Table

    from molgen.conformers.selection.annotation import explanation

    weighted = any(row.effective_samples is not None for row in rows)
    energies = ("kcal/mol", "the first", "lowest")
    table = Table("name", "conformers", *["effective"] * weighted, *energies, "RMSD / Å", "seconds", "status")
    for row in rows[:MOST_ROWS]:
        span = "" if row.energy_span is None else f"0 - {row.energy_span:.1f}"
        spread = "" if row.diversity is None else f"{row.diversity:.2f}"
        worth = "" if row.effective_samples is None else f"{row.effective_samples:.1f}"
        known = ("", "") if row.energy_span is None else (f"{row.first_energy:.1f}", f"{row.lowest_energy:.1f}")
        cells = [row.name, str(row.conformers), *[worth] * weighted, span, *known, spread, f"{row.seconds:.1f}"]
        table.add_row(*cells, row.error or "ok")
    for row in rows:
        for text in row.notes:
            note(f"warning: {row.name}: {text}")
    if len(rows) == 1 and rows[0].error:
        print(f"error: {rows[0].name}: {rows[0].error}", file=sys.stderr)
        return
    show(table)
    for sentence in explanation(config):
        say(sentence)
    failed = sum(row.error is not None for row in rows)
    if failed or len(rows) > MOST_ROWS:
        say(f"{len(rows) - failed} of {len(rows)} molecules done, {failed} failed")
