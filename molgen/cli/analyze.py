"""The command that looks at results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from molgen.cli.frame.progress import progress
from molgen.cli.frame.voice import conclude
from molgen.cli.inputs.options import ReportOption, ThreadsOption, advanced
from molgen.cli.results.analyzed import comparison_document, print_analysis, print_comparison
from molgen.runtime.stages import stage

if TYPE_CHECKING:
    from molgen.reports.analysis.config import AnalysisConfig
    from molgen.reports.comparison.run import Sources

T = TypeVar("T", bound=str)
_FORMATS: tuple[Literal["png", "svg", "pdf"], ...] = ("png", "svg", "pdf")
_TABLES: tuple[Literal["csv", "parquet"], ...] = ("csv", "parquet")


def analyze(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="STRUCTURES...",
            help="SD or MOL2 file [.gz] of conformers or poses of any tool, or a folder of them; several are compared "
            "molecule by molecule.",
        ),
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
            "--in-place/--superposed",
            help="Compare in place, or superposed [poses if there is a protein or a docking score in the records].",
        ),
    ] = None,
    threshold: Annotated[float | None, typer.Option(min=0.0, help="RMSD threshold, Å [0.75; poses 2.0].")] = None,
    first: Annotated[int, typer.Option(min=1, help="Also report the best of the first N poses.")] = 5,
    energy: Annotated[
        str | None, advanced("--energy", metavar="FIELD", help="Data field with the energy [the usual ones].")
    ] = None,
    confidence: Annotated[
        str | None,
        advanced("--confidence", metavar="FIELD", help="Data field with a confidence in [0, 1] [molgen_confidence]."),
    ] = None,
    validity: Annotated[bool, typer.Option("--validity/--no-validity", help="Run molgen's validity checks.")] = True,
    posebusters: Annotated[bool, typer.Option("--posebusters", help="Check with PoseBusters instead.")] = False,
    figures: Annotated[str, typer.Option(help="png, svg, pdf, several with commas, or none.")] = "png",
    names: Annotated[str | None, typer.Option(metavar="A,B", help="Names of the programs [the file names].")] = None,
    tables: Annotated[str, typer.Option(help="Tables of a comparison: csv, parquet, or csv,parquet.")] = "csv",
    report: ReportOption = None,
    time_limit: Annotated[
        float,
        advanced(
            "--time-limit", min=0.1, help="CPU seconds for the RMSDs of a very symmetric molecule; then upper bounds."
        ),
    ] = 60.0,
    seed: Annotated[int, advanced("--seed", min=0, help="Seed of the bootstrap intervals.")] = 0,
    threads: ThreadsOption = 1,
) -> None:
    """Compare conformers or poses with references, or with each other; several files also program by program.

    Writes analysis.csv (one row per molecule), conformers.csv (one per record), summary.csv and figures; of
    several files molecules, structures, best_of_n, differences and summary.
    """
    formats = _several("--figures", figures, _FORMATS)
    table_formats = _several("--tables", tables, _TABLES)
    if report is not None:
        _check_report(report, output, referenced=len(sources) == 1 or reference is not None)
    from molgen.reports.analysis.config import AnalysisConfig

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
    asked = _Asked(output, reference, protein, mode, config, formats, threads)
    if len(sources) > 1:
        _compare(_named(sources, names), asked, table_formats, report, context.obj or ())
    else:
        _analyze(sources[0], asked, report, context.obj or ())


@dataclass(frozen=True)
class _Asked:
    """What is the same for one file and for several."""

    output: Path
    reference: Path | None
    protein: Path | None
    mode: Literal["conformers", "poses"] | None
    config: AnalysisConfig
    formats: tuple[Literal["png", "svg", "pdf"], ...]
    threads: int

    def arguments(self) -> dict[str, Any]:
        """Of the functions that analyze and compare."""
        return {
            "protein": self.protein,
            "mode": self.mode,
            "config": self.config,
            "formats": self.formats,
            "threads": self.threads,
        }


def _analyze(source: Path, asked: _Asked, report: Path | None, command: Sequence[str]) -> None:
    with progress("molecules") as tick:
        from molgen.reports.analysis.run import analyze_to_folder

        analysis = analyze_to_folder(source, asked.output, asked.reference, **asked.arguments(), on_molecule=tick)
        if report is not None:
            from molgen.reports.analysis.report import write_analysis_report

            stage("writing the report")
            write_analysis_report(report, analysis, source, asked.reference, protein=asked.protein, command=command)
    print_analysis(analysis)
    document = {"molecules": analysis.rows, "summary": analysis.statistics, "notes": analysis.notes}
    conclude(document, (asked.output, report))
    if all(row.error is not None for row in analysis.rows):
        raise typer.Exit(2)


def _compare(
    sources: Sources,
    asked: _Asked,
    tables: tuple[Literal["csv", "parquet"], ...],
    report: Path | None,
    command: Sequence[str],
) -> None:
    with progress("molecules") as tick:
        from molgen.reports.comparison.run import compare_to_folder

        comparison = compare_to_folder(
            sources, asked.output, asked.reference, **asked.arguments(), tables=tables, on_molecule=tick
        )
        if report is not None and any(molecule.analysis is not None for molecule in comparison.molecules):
            from molgen.reports.comparison.report import write_comparison_report

            stage("writing the report")
            write_comparison_report(
                report, comparison, sources, asked.reference, protein=asked.protein, command=command
            )
    print_comparison(comparison)
    conclude(comparison_document(comparison), (asked.output, report))
    if all(molecule.analysis is None for molecule in comparison.molecules):
        raise typer.Exit(2)


def _check_report(report: Path, output: Path, *, referenced: bool) -> None:
    from molgen.errors import ConfigError
    from molgen.reports.pages.html import check_report

    if not referenced:
        raise ConfigError("--report of several files needs --reference, on which their structures are laid")
    # the folder of the tables is made later
    is_in_output = not output.exists() and report.parent.absolute() == output.absolute()
    check_report(output.parent / report.name if is_in_output else report)


def _several(option: str, text: str, known: Sequence[T]) -> tuple[T, ...]:
    """The formats that an option names, with commas."""
    from molgen.errors import ConfigError

    names = [part.strip().lower() for part in text.split(",") if part.strip()]
    if names == ["none"] and option == "--figures":
        return ()
    chosen = {name: value for name in names for value in known if value == name}
    if not names or len(chosen) < len(set(names)):
        raise ConfigError(f"{option} takes {', '.join(known)}{' or none' * (option == '--figures')}, not {text}")
    return tuple(chosen.values())


def _named(sources: Sequence[Path], names: str | None) -> Sources:
    """Program -> file, or the files where no names are given."""
    from molgen.errors import ConfigError

    if names is None:
        return sources
    given = [name.strip() for name in names.split(",")]
    if len(given) != len(sources) or len(set(given)) < len(given) or not all(given):
        raise ConfigError(f"--names takes one name per file, all different: {len(sources)} files, --names {names}")
    return dict(zip(given, sources, strict=True))


command = analyze
