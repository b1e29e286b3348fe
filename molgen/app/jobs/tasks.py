"""The three kinds of jobs, in the folder of the job: input files in, results and report out, notes returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from molgen.app.jobs.commands import command_of
from molgen.app.jobs.progress import Reporter
from molgen.app.jobs.requests import AnalysisRequest, ConformerRequest, DockRequest
from molgen.app.jobs.store import REPORT, RESULTS, input_of, write_json
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import compared_with
from molgen.conformers.config import GenerateConfig
from molgen.docking.records import config_of
from molgen.docking.run import Setting, dock_to_file
from molgen.errors import InputError
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.report import write_analysis_report
from molgen.reports.analysis.run import analyze_to_folder
from molgen.reports.pages.conformer_report import write_conformer_report
from molgen.reports.pages.docking_report import write_docking_report
from molgen.screening.conformer_file import conformers_to_file


def dock(request: DockRequest, reporter: Reporter, *, most: int, threads: int) -> list[str]:
    """Poses of at most `most` ligands; returns the failures. Raises MolgenError if there are no poses at all."""
    source, reference = Path(input_of("ligands")), input_of("reference") or None
    pocket = reference if reference and request.pocket == "auto" else request.pocket
    config = config_of(
        ph=None if request.protonate == "no" else request.protonate,
        **_chosen(request, "n", "seed", "effort", "states", "stereo", "keep_conformer"),
        **_chosen(request, "proposals", "rank", "require", "forbid"),
    )
    columns = _chosen(request, "smiles_column", "name_column")
    reporter.stage("reading the ligands")
    reporter.expect(_count(source, most, columns))
    reporter.stage("reading the protein")
    settings: list[Setting] = []
    rows = dock_to_file(
        source,
        input_of("protein"),
        pocket,
        "poses.sdf",
        config=config,
        **_chosen(request, "keep", "drop", "chains", "largest_fragment"),
        **columns,
        core=input_of("core") or None,
        reference=reference,
        complexes="complex.cif",
        summary_file=RESULTS,
        threads=threads,
        on_setting=settings.append,
        on_row=reporter.tick,
    )
    reporter.stage("writing the report")
    write_docking_report(
        REPORT,
        rows,
        settings[0],
        config=config,
        reference=compared_with(reference, pocket),
        output="poses.sdf",
        command=command_of(request, input_of),
    )
    return _failures((row.name, row.error) for row in rows)


def conformers(request: ConformerRequest, reporter: Reporter, *, most: int) -> list[str]:
    """Conformers of at most `most` molecules; returns the failures. Raises MolgenError if there are none at all."""
    source = Path(input_of("ligands"))
    config = GenerateConfig(
        **_chosen(request, "n", "seed", "sort", "unique", "minimize_with", "energy_window", "min_rmsd", "gas_phase"),
        **_chosen(request, "environment", "align", "keep_conformer"),
    )
    columns = _chosen(request, "smiles_column", "name_column")
    reporter.stage("reading the molecules")
    reporter.expect(_count(source, most, columns))
    reporter.stage("conformers")
    rows = conformers_to_file(
        source,
        "conformers.sdf",
        config=config,
        **_chosen(request, "stereo", "largest_fragment"),
        **columns,
        failures="failures.csv",
        on_row=reporter.tick,
    )
    write_json(Path(RESULTS), {"molecules": [asdict(row) for row in rows]})
    reporter.stage("writing the report")
    write_conformer_report(REPORT, rows, "conformers.sdf", config=config, command=command_of(request, input_of))
    notes = [f"{row.name}: {note}" for row in rows for note in row.notes]
    return [*notes, *_failures((row.name, row.error) for row in rows)]


def analyze(request: AnalysisRequest, reporter: Reporter, *, threads: int) -> list[str]:
    """Tables of structures beside references; returns notes and failures. Raises MolgenError if there are no rows."""
    source, reference, protein = input_of("structures"), input_of("reference") or None, input_of("protein") or None
    reporter.stage("comparing structures")
    analysis = analyze_to_folder(
        source,
        "tables",
        reference,
        protein=protein,
        mode=request.mode,
        config=AnalysisConfig(**_chosen(request, "threshold", "first", "validity", "seed")),
        formats=(),
        threads=threads,
        on_molecule=reporter.tick,
    )
    write_json(Path(RESULTS), {"molecules": [asdict(row) for row in analysis.rows]})
    reporter.stage("writing the report")
    command = command_of(request, input_of)
    write_analysis_report(REPORT, analysis, source, reference, protein=protein, command=command)
    return [*analysis.notes, *_failures((row.name, row.error) for row in analysis.rows)]


def _chosen(request: DockRequest | ConformerRequest | AnalysisRequest, *names: str) -> dict[str, Any]:
    return {name: getattr(request, name) for name in names}


def _count(source: Path, most: int, columns: dict[str, Any]) -> int:
    """How many molecules a file holds; raises InputError if more than `most`."""
    count = 0
    for count, _ in enumerate(read_molecules(source, **columns), start=1):
        if count > most:
            raise InputError(f"more than {most} molecules; molgen screen takes libraries", source=source)
    return count


def _failures(rows: Iterable[tuple[str, str | None]]) -> list[str]:
    """The failures among some rows; raises InputError if there is nothing else."""
    every = list(rows)
    failed = [f"{name}: {error}" for name, error in every if error]
    if failed and len(failed) == len(every):
        raise InputError(failed[0] if len(failed) == 1 else f"all {len(failed)} failed, the first: {failed[0]}")
    return failed
