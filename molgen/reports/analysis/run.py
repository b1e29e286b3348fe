"""Files in, tables and figures out: the work behind `molgen analyze`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from molgen.chem.formats.parsing import shortened
from molgen.chem.molecules.reading import InputRecord
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.errors import ConfigError, InputError
from molgen.metrics.ensembles import Ensemble, matching, read_ensembles, single_structures
from molgen.metrics.validity import receptor_atoms
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.ensemble import analyze_ensemble
from molgen.reports.analysis.results import Analysis, MoleculeAnalysis, MoleculeRow, StructureRow
from molgen.reports.analysis.tables import (
    molecule_columns,
    structure_columns,
    summarize,
    write_summary,
    write_table,
)

POSE_FIELDS = ("molgen_score", "molgen_pocket", "minimizedAffinity", "docking_score", "r_i_docking_score", "CNNscore")
"""Data fields by which a file of docked poses is known."""
PICTURED = 3
"""Molecules that get figures of their own."""


def analyze(
    source: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    mode: Literal["conformers", "poses"] | None = None,
    config: AnalysisConfig | None = None,
    threads: int = 1,
    on_molecule: Callable[[MoleculeAnalysis], None] | None = None,
) -> Analysis:
    """Analyze the structures of a file, written by molgen or any other tool.

    Args:
        source: .sdf, .mol or .mol2 file, also .gz, with conformers or poses of one or many molecules.
        reference: a file of the same kind with their reference structures; None compares the structures of each
            molecule with each other.
        protein: PDB or mmCIF file around the poses, for the validity checks.
        mode: None takes poses if a protein is given or the records carry a docking score (``POSE_FIELDS``), else
            conformers.
        config: everything else; its own mode is not used.
        threads: CPU threads.
        on_molecule: called after every molecule.

    Raises:
        InputError: a file cannot be read or holds no structures.
        ConfigError: conformers with a protein.
    """
    torch.set_num_threads(threads)
    references, unread = (None, []) if reference is None else read_ensembles(reference)
    ensembles, failed = read_ensembles(source, references or ())
    chosen = mode or ("poses" if protein is not None or _look_docked(ensembles) else "conformers")
    if chosen == "conformers" and protein is not None:
        raise ConfigError("a protein goes with poses, not with conformers")
    settings = replace(config or AnalysisConfig(), mode=chosen)
    notes = [f"{reference}: {record.place}: {record.error}" for record in unread]
    if mode is None:
        other = "conformers" if chosen == "poses" else "poses"
        notes.append(f"the structures are taken as {chosen}; --{other} takes them as {other}")
    receptor, left_out = (None, ()) if protein is None else receptor_of(protein, ensembles, references or ())
    if left_out:
        notes.append(f"left out of {protein}, because the ligand lies there: {shortened(list(left_out), 10)}")
    atoms = None if receptor is None else receptor_atoms(receptor)
    molecules = []
    for ensemble in ensembles:
        molecules.append(analyze_ensemble(ensemble, references, settings, receptor, atoms))
        if on_molecule:
            on_molecule(molecules[-1])
    missing = _missing(references or [], ensembles, Path(source))
    return Analysis(
        config=settings,
        molecules=tuple(molecules),
        rows=(*(one.row for one in molecules), *map(_unread_molecule, failed), *missing),
        structures=(*(row for one in molecules for row in one.structures), *map(_unread_structure, failed)),
        statistics=tuple(summarize(molecules, len(missing), settings)),
        notes=tuple(notes),
        compared=reference is not None,
    )


def analyze_to_folder(
    source: str | Path,
    output: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    mode: Literal["conformers", "poses"] | None = None,
    config: AnalysisConfig | None = None,
    formats: Sequence[Literal["png", "svg", "pdf"]] = ("png",),
    threads: int = 1,
    on_molecule: Callable[[MoleculeAnalysis], None] | None = None,
) -> Analysis:
    """:func:`analyze`, written to a folder: analysis.csv, conformers.csv, summary.csv and figures.

    The folder is made if its parent is there; nothing is written unless the input can be read.

    Args:
        output: the folder.
        formats: of the figures; none draws none.

    Raises:
        InputError: as :func:`analyze`; or the folder cannot be made or written to.
    """
    folder = Path(output)
    _check_folder(folder)
    analysis = analyze(
        source, reference, protein=protein, mode=mode, config=config, threads=threads, on_molecule=on_molecule
    )
    _make(folder)
    write_table(folder / "analysis.csv", molecule_columns(analysis.config.mode, analysis.compared), analysis.rows)
    write_table(
        folder / "conformers.csv", structure_columns(analysis.config.mode, analysis.compared), analysis.structures
    )
    write_summary(folder / "summary.csv", analysis.statistics)
    if formats:
        from molgen.reports.analysis.figures import write_figures

        write_figures(analysis, folder, formats, PICTURED)
    return analysis


def _look_docked(ensembles: Sequence[Ensemble]) -> bool:
    return any(name in member.properties for one in ensembles for member in one.members for name in POSE_FIELDS)


def receptor_of(
    path: str | Path, ensembles: Sequence[Ensemble], references: Sequence[Ensemble]
) -> tuple[Protein, tuple[str, ...]]:
    """What takes part around the poses, as for `molgen rescore`: not the ligand of the file in its own place."""
    from molgen.chem.proteins.receptor import receptor
    from molgen.docking.rescore import box_around, stand_ins_of

    structure = read_protein(path)
    found = stand_ins_of(single_structures(references or ensembles), structure)
    positions = np.concatenate([mol.GetConformer().GetPositions() for mol in single_structures(ensembles)])
    return receptor(structure, box_around(positions, found)).protein, found.removed


def _missing(references: Sequence[Ensemble], ensembles: Sequence[Ensemble], source: Path) -> list[MoleculeRow]:
    """References that no molecule of the input was compared with."""
    used = {id(one) for ensemble in ensembles for one in matching(ensemble, references)}
    return [
        MoleculeRow(
            one.name, one.members[0].place, 0, len(one), error=f"reference without a structure in {source.name}"
        )
        for one in references
        if id(one) not in used
    ]


def _unread_molecule(record: InputRecord) -> MoleculeRow:
    return MoleculeRow(record.name, record.place or "", error=record.error)


def _unread_structure(record: InputRecord) -> StructureRow:
    return StructureRow("", record.place or "", record.name, error=record.error)


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file, not a folder", source=folder)
    if not folder.exists() and not folder.absolute().parent.is_dir():
        raise InputError(f"the folder {folder.absolute().parent} does not exist", source=folder)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make this folder: {error.strerror}", source=folder) from error
