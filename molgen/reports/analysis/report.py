"""The HTML report of `molgen analyze`: structures beside their references, with tables, figures and statistics."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from molgen.metrics.ensembles import Ensemble, matching, read_ensembles
from molgen.reports.analysis.captions import captioned_figures
from molgen.reports.analysis.overview import overview_table, summary_table
from molgen.reports.analysis.results import Analysis, MoleculeAnalysis
from molgen.reports.analysis.run import receptor_of
from molgen.reports.analysis.subjects import analysis_subject, positions_of
from molgen.reports.content import Report
from molgen.reports.pages.conformer_report import MOST_CONFORMERS, MOST_MOLECULES
from molgen.reports.pages.html import write_report
from molgen.reports.pages.structures import (
    receptor_text,
    shown_part,
)
from molgen.reports.pages.viewer import viewer_name
from molgen.reports.provenance import provenance

PICTURED = 10
"""Molecules that get figures of their own in a report."""


def write_analysis_report(
    path: str | Path,
    analysis: Analysis,
    source: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    command: Sequence[str] = (),
) -> None:
    """Report on what `analyze` analysis; nothing is written when no molecule could be analyzed.

    Args:
        path: of the HTML file.
        analysis: the analysis.
        source, reference, protein: the files that were analyzed; their structures are read again.
        command: the arguments of the command line.

    Raises:
        InputError: the report cannot be written, or a file cannot be read any more.
        ConfigError: a package that reports need is not installed.
    """
    if any(molecule.row.error is None for molecule in analysis.molecules):
        write_report(path, analysis_report(analysis, source, reference, protein=protein, command=command))


def analysis_report(
    analysis: Analysis,
    source: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    command: Sequence[str] = (),
) -> Report:
    """The content of the report; arguments as in :func:`write_analysis_report`."""
    references = [] if reference is None else read_ensembles(reference)[0]
    ensembles, _ = read_ensembles(source, references)
    pairs = zip(analysis.molecules, ensembles, strict=True)
    good = [(molecule, ensemble) for molecule, ensemble in pairs if molecule.row.error is None]
    shown = _embedded(good)
    receptor = None if protein is None else receptor_of(protein, ensembles, references)[0]
    part = None if receptor is None else shown_part(receptor, [positions_of(e)[:n].reshape(-1, 3) for _, e, n in shown])
    cut = part is not None and receptor is not None and len(part) < len(receptor)
    common, own = captioned_figures(analysis, min(PICTURED, len(shown)))
    subjects = [
        analysis_subject(analysis, molecule, ensemble, count, matching(ensemble, references), part, own.get(number, []))
        for number, (molecule, ensemble, count) in enumerate(shown, 1)
    ]
    total = sum(len(ensemble) for ensemble in ensembles)
    here = sum(count for _, _, count in shown)
    kind = analysis.config.mode
    failed = sum(row.error is not None for row in analysis.rows)
    lead = f"{total} {kind} of {len(good)} molecule{'s' * (len(good) != 1)} analyzed, {failed} failed."
    left = "" if here == total else f" {here} of them can be looked at here; the tables have all."
    return Report(
        title=f"Analysis of {Path(source).name}",
        lead=lead + left,
        kind=kind.removesuffix("s"),
        subjects=subjects,
        overview=None if len(analysis.rows) == 1 else overview_table(analysis),
        receptor="" if part is None else receptor_text(part),
        residues=() if part is None else part.residues,
        facts=_facts(analysis, source, reference, protein),
        notes=_notes(analysis, (source, reference, protein), len(shown), cut=cut),
        provenance=provenance(command, analysis.config, viewer=viewer_name()),
        overlaid=kind == "conformers",
        leading="first",
        order="The order is that of the file; RMSDs do not change it.",
        summary=summary_table(analysis.statistics, analysis.config.seed),
        figures=common,
    )


def _embedded(good: Sequence[tuple[MoleculeAnalysis, Ensemble]]) -> list[tuple[MoleculeAnalysis, Ensemble, int]]:
    """The molecules that a report holds, each with how many of its structures."""
    chosen, budget = [], MOST_CONFORMERS
    for molecule, ensemble in islice(good, MOST_MOLECULES):
        if budget <= 0:
            break
        chosen.append((molecule, ensemble, min(budget, len(ensemble))))
        budget -= len(ensemble)
    return chosen


def _facts(
    analysis: Analysis, source: str | Path, reference: str | Path | None, protein: str | Path | None
) -> dict[str, str]:
    given = {"structures": source, "reference": reference, "protein": protein}
    return {
        **{name: Path(path).name for name, path in given.items() if path is not None},
        "taken as": analysis.config.mode,
        **({"threshold": f"{analysis.config.limit:g} Å"} if analysis.compared else {}),
    }


def _notes(analysis: Analysis, given: Sequence[str | Path | None], shown: int, *, cut: bool) -> tuple[str, ...]:
    notes = list(analysis.notes)
    for path in filter(None, given):
        notes = [note.replace(str(path), Path(path).name) for note in notes]
    how = "compared where they lie" if analysis.config.mode == "poses" else "superposed"
    return (
        *notes,
        f"RMSDs are over heavy atoms, {how}, the least over the symmetries of the molecule.",
        "Energies and confidences are those of the file, in its units.",
        *(("The 3D view shows the part of the receptor around the poses.",) if cut else ()),
        *((f"The first {PICTURED} molecules have figures of their own.",) if shown > PICTURED else ()),
    )
