"""The command that looks at results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from molgen.cli.options import ReportOption
from molgen.cli.terminal import MOST_ROWS, console, progress

if TYPE_CHECKING:
    from molgen.reports.analysis.results import Analysis, MoleculeRow

_FORMATS = ("png", "svg", "pdf")


def analyze(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="STRUCTURES", help="SD or MOL2 file [.gz] with conformers or poses of any tool.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for tables and figures.")],
    reference: Annotated[
        Path | None, typer.Option("-r", "--reference", help="SD or MOL2 file with the reference structures.")
    ] = None,
    protein: Annotated[
        Path | None, typer.Option("-p", "--protein", help="PDB or mmCIF file around the poses, for the checks.")
    ] = None,
    poses: Annotated[
        bool | None,
        typer.Option(
            "--poses/--conformers",
            help="Compare in place, or superposed [poses if there is a protein or a docking score in the records].",
        ),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, help="Angstrom that count as close [0.75, poses 2.0].")
    ] = None,
    first: Annotated[int, typer.Option(min=1, help="Of how many first poses the best counts too.")] = 5,
    energy: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Data field with the energy [the usual ones].")
    ] = None,
    confidence: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Data field with a confidence in [0, 1] [molgen_confidence].")
    ] = None,
    validity: Annotated[bool, typer.Option("--validity/--no-validity", help="Run molgen's validity checks.")] = True,
    posebusters: Annotated[bool, typer.Option("--posebusters", help="Check with PoseBusters instead.")] = False,
    figures: Annotated[str, typer.Option(help="png, svg, pdf, several with commas, or none.")] = "png",
    report: ReportOption = None,
    time_limit: Annotated[
        float, typer.Option(min=0.1, help="Seconds for the RMSDs of a very symmetric molecule; then upper bounds.")
    ] = 60.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap intervals.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
) -> None:
    """Compare conformers or poses with references, or with each other.

    Writes analysis.csv (one row per molecule), conformers.csv (one per record), summary.csv and figures.
    """
    formats = _formats(figures)
    if report is not None:
        from molgen.reports.pages.html import check_report

        # the folder of the tables is made later
        made = not output.exists() and report.parent.absolute() == output.absolute()
        check_report(output.parent / report.name if made else report)
    from molgen.reports.analysis.config import AnalysisConfig
    from molgen.reports.analysis.run import analyze_to_folder

    mode: Literal["conformers", "poses"] | None = None if poses is None else "poses" if poses else "conformers"
    config = AnalysisConfig(
        mode=mode or "conformers",
        threshold=threshold,
        first=first,
        energy_field=energy,
        confidence_field=confidence,
        validity=validity,
        posebusters=posebusters,
        seconds=time_limit,
        seed=seed,
    )
    with progress("molecules") as tick:
        analysis = analyze_to_folder(
            source,
            output,
            reference,
            protein=protein,
            mode=mode,
            config=config,
            formats=formats,
            threads=threads,
            on_molecule=tick,
        )
    _print(analysis, output)
    if report is not None:
        from molgen.reports.analysis.report import write_analysis_report

        write_analysis_report(report, analysis, source, reference, protein=protein, command=context.obj or ())
    if all(row.error is not None for row in analysis.rows):
        raise typer.Exit(2)


def _formats(text: str) -> tuple[Literal["png", "svg", "pdf"], ...]:
    from molgen.errors import ConfigError

    names = [part.strip().lower() for part in text.split(",") if part.strip()]
    if names == ["none"]:
        return ()
    if not names or any(name not in _FORMATS for name in names):
        raise ConfigError(f"--figures takes {', '.join(_FORMATS)} or none, not {text}")
    return tuple(dict.fromkeys(names))  # pyright: ignore[reportReturnType]  # checked above


def _print(analysis: Analysis, output: Path) -> None:
    """Notes on stderr; the table and the means on stdout."""
    from rich.table import Table

    for note in analysis.notes:
        print(f"note: {note}", file=sys.stderr)
    if len(analysis.rows) == 1 and analysis.rows[0].error:
        print(f"error: {analysis.rows[0].name}: {analysis.rows[0].error}", file=sys.stderr)
        return
    titles = _titles(analysis)
    table = Table("name", *titles, "status")
    for row in analysis.rows[:MOST_ROWS]:
        cells = [""] * len(titles) if row.error else _cells(analysis, row)
        table.add_row(row.name, *cells, row.error or ("upper bounds" if row.rmsd_kind == "upper bound" else "ok"))
    console().print(table)
    print(_legend(analysis))
    failed = sum(row.error is not None for row in analysis.rows)
    if failed or len(analysis.rows) > MOST_ROWS:
        print(f"{len(analysis.rows) - failed} of {len(analysis.rows)} molecules analyzed, {failed} failed")
    for statistic in analysis.statistics if len(analysis.rows) > 1 else ():
        value = statistic.interval
        unit = " Å" if statistic.unit == "A" else ""
        low, high = f"{value.low:.3f}", f"{value.high:.3f}"
        print(f"{statistic.name.replace(' A,', ' Å,')}: {value.value:.3f}{unit} (95 % {low} - {high}, n = {value.n})")
    print(f"tables and figures in {output}")


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


command = analyze
