"""Several files of structures against the same references: the work behind `molgen analyze A.sdf B.sdf -r ref.sdf`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch

from molgen.errors import ConfigError
from molgen.files import check_folder, make_folder
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.results import Analysis, MoleculeAnalysis
from molgen.reports.analysis.run import Structures, analyze_structures, read_references
from molgen.reports.analysis.tables import summarize
from molgen.reports.comparison.curves import best_of_n, counts_for
from molgen.reports.comparison.molecules import compared_molecules, unmatched
from molgen.reports.comparison.paired import differences
from molgen.reports.comparison.results import Comparison
from molgen.reports.comparison.tables import TABLES, write_tables

Sources = Mapping[str, str | Path] | Sequence[str | Path]


def compare(
    sources: Sources,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    mode: Literal["conformers", "poses"] | None = None,
    config: AnalysisConfig | None = None,
    threads: int = 1,
    on_molecule: Callable[[MoleculeAnalysis], None] | None = None,
) -> Comparison:
    """Compare programs by the files that they wrote.

    Args:
        sources: program -> .sdf, .mol or .mol2 file, also .gz; of bare paths the names of the files are the programs'.
        reference: file with the reference structures; without one the structures of each molecule are compared
            with each other.
        protein: PDB or mmCIF file around the poses, for the validity checks.
        mode: None takes all files as poses if a protein is given or one file carries a docking score, else as
            conformers.
        config: everything else; its own mode is not used.
        threads: CPU threads.
        on_molecule: called after every molecule of every program.

    Raises:
        InputError: a file cannot be read or holds no structures.
        ConfigError: fewer than two programs, two of one name, or conformers with a protein.
    """
    named = named_sources(sources)
    torch.set_num_threads(threads)
    references = read_references(reference)
    read = {name: Structures.of(path, references.ensembles) for name, path in named.items()}
    chosen, notes = (mode, ()) if mode else _mode_of(read, protein)
    settings = replace(config or AnalysisConfig(), mode=chosen)
    analyses = {
        name: analyze_structures(structures, references, settings, protein=protein, on_molecule=on_molecule)
        for name, structures in read.items()
    }
    return comparison_of(analyses, notes)


def comparison_of(analyses: Mapping[str, Analysis], notes: Sequence[str] = ()) -> Comparison:
    """The comparison of finished analyses, which share their references and settings (program -> analysis)."""
    config = next(iter(analyses.values())).config
    molecules, notes_of_molecules = compared_molecules(analyses)
    counts = counts_for(config, molecules)
    missing = {name: unmatched(molecules, name) for name in analyses} if config.mode == "poses" else {}
    summaries = {}
    for name, analysis in analyses.items():
        used = [
            molecule
            for molecule in molecules
            if molecule.program == name and (molecule.common or config.mode == "poses")
        ]
        summaries[name] = summarize(
            [molecule.analysis for molecule in used if molecule.analysis], missing.get(name, 0), analysis.config
        )
    notes_of_analyses = [f"{name}: {note}" for name, analysis in analyses.items() for note in analysis.notes]
    return Comparison(
        config=config,
        analyses=dict(analyses),
        molecules=molecules,
        counts=counts,
        curve=best_of_n(molecules, tuple(analyses), counts, config),
        differences=differences(molecules, tuple(analyses), counts, config),
        summaries=summaries,
        notes=(*notes, *dict.fromkeys(notes_of_analyses), *notes_of_molecules),
    )


def compare_to_folder(
    sources: Sources,
    output: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    mode: Literal["conformers", "poses"] | None = None,
    config: AnalysisConfig | None = None,
    formats: Sequence[Literal["png", "svg", "pdf"]] = ("png",),
    tables: Sequence[Literal["csv", "parquet"]] = ("csv",),
    threads: int = 1,
    on_molecule: Callable[[MoleculeAnalysis], None] | None = None,
) -> Comparison:
    """:func:`compare`, written to a folder: molecules, structures, best_of_n, differences, summary, and figures.

    The folder is made if its parent is there; nothing is written unless every input can be read.

    Args:
        output: the folder.
        formats: of the figures; none draws none.
        tables: formats of the tables.

    Raises:
        InputError: as :func:`compare`; or the folder cannot be made or written to.
    """
    folder = Path(output)
    check_folder(folder)
    comparison = compare(
        sources, reference, protein=protein, mode=mode, config=config, threads=threads, on_molecule=on_molecule
    )
    make_folder(folder)
    write_tables(comparison, folder, TABLES, tables)
    if formats:
        from molgen.reports.comparison.figures import write_comparison_figures

        write_comparison_figures(comparison, folder, formats)
    return comparison


def named_sources(sources: Sources) -> dict[str, Path]:
    """Program -> file; files of one name are told apart by their folders.

    Raises:
        ConfigError: fewer than two, or two of one name.
    """
    if isinstance(sources, str | Path):
        raise ConfigError("a comparison needs two files or more; molgen.analyze takes one")
    if isinstance(sources, Mapping):
        named = {str(name): Path(path) for name, path in sources.items()}
    else:
        paths = [Path(path) for path in sources]
        stems = [_stem(path) for path in paths]
        names = [
            stem if stems.count(stem) == 1 else f"{path.absolute().parent.name}/{path.name}"
            for stem, path in zip(stems, paths, strict=True)
        ]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ConfigError(f"two programs are called {twice}; give each a name")
        named = dict(zip(names, paths, strict=True))
    if len(named) < 2:
        raise ConfigError("a comparison needs two files or more; molgen.analyze takes one")
    return named


def _stem(path: Path) -> str:
    bare = path.name.removesuffix(".gz")
    return bare[: -len(Path(bare).suffix)] or bare


def _mode_of(
    read: Mapping[str, Structures], protein: str | Path | None
) -> tuple[Literal["conformers", "poses"], tuple[str, ...]]:
    """The same for all files, and a note that says why."""
    docked = [name for name, structures in read.items() if structures.look_docked]
    if protein is None and not docked:
        return "conformers", ("the structures are taken as conformers; --poses takes them as poses",)
    why = "there is a protein" if protein is not None else f"{', '.join(docked)} has docking scores"
    return "poses", (f"the structures are taken as poses ({why}); --conformers takes them as conformers",)
