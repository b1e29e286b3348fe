"""Files in, tables and figures out: the work behind `molgen analyze`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from molgen.chem.formats.parsing import shortened
from molgen.chem.molecules.reading import InputRecord
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.errors import ConfigError
from molgen.files import check_folder, make_folder
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
        source: .sdf, .mol or .mol2 file, also .gz, with conformers or poses of one or many molecules; or a folder of
            such files.
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
    references = read_references(reference)
    structures = Structures.of(source, references.ensembles)
    chosen = mode or ("poses" if protein is not None or structures.look_docked else "conformers")
    other = "conformers" if chosen == "poses" else "poses"
    notes = [] if mode else [f"the structures are taken as {chosen}; --{other} takes them as {other}"]
    settings = replace(config or AnalysisConfig(), mode=chosen)
    return analyze_structures(structures, references, settings, protein=protein, notes=notes, on_molecule=on_molecule)


@dataclass(frozen=True)
class Structures:
    """What a file holds.

    Attributes:
        source: the file; None for no file at all.
        ensembles: of its molecules.
        failed: records that cannot be used.
    """

    source: Path | None
    ensembles: Sequence[Ensemble]
    failed: Sequence[InputRecord]

    @classmethod
    def of(cls, source: str | Path, references: Sequence[Ensemble] = ()) -> Structures:
        """Read a file.

        Raises:
            InputError: it cannot be read or holds no structures.
        """
        return cls(Path(source), *read_ensembles(source, references))

    @property
    def look_docked(self) -> bool:
        """Some record carries a docking score (``POSE_FIELDS``)."""
        members = (member for ensemble in self.ensembles for member in ensemble.members)
        return any(name in member.properties for member in members for name in POSE_FIELDS)


def read_references(reference: str | Path | None) -> Structures:
    """The references of an analysis; those of no file are none."""
    return Structures(None, (), ()) if reference is None else Structures.of(reference)


def analyze_structures(
    structures: Structures,
    references: Structures,
    config: AnalysisConfig,
    *,
    protein: str | Path | None = None,
    notes: Sequence[str] = (),
    on_molecule: Callable[[MoleculeAnalysis], None] | None = None,
) -> Analysis:
    """Analyze what was read; other arguments and errors as of :func:`analyze`.

    Args:
        structures: conformers or poses.
        references: from :func:`read_references`.
        config: with the mode that was chosen.
        notes: what was decided before.
    """
    if config.mode == "conformers" and protein is not None:
        raise ConfigError("a protein goes with poses, not with conformers")
    ensembles, known = structures.ensembles, references.ensembles
    remarks = [f"{references.source}: {record.place}: {record.error}" for record in references.failed]
    receptor, left_out = (None, ()) if protein is None else receptor_of(protein, ensembles, known)
    if left_out:
        remarks.append(f"left out of {protein}, because the ligand lies there: {shortened(list(left_out), 10)}")
    atoms = None if receptor is None else receptor_atoms(receptor)
    compared = references.source is not None
    molecules = []
    for ensemble in ensembles:
        molecules.append(analyze_ensemble(ensemble, known if compared else None, config, receptor, atoms))
        if on_molecule:
            on_molecule(molecules[-1])
    missing = _missing(known, ensembles, structures.source)
    return Analysis(
        config=config,
        molecules=tuple(molecules),
        rows=(*(molecule.row for molecule in molecules), *map(_unread_molecule, structures.failed), *missing),
        structures=(
            *(row for molecule in molecules for row in molecule.structures),
            *map(_unread_structure, structures.failed),
        ),
        statistics=tuple(summarize(molecules, len(missing), config)),
        notes=(*notes, *remarks),
        compared=compared,
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
    check_folder(folder)
    analysis = analyze(
        source, reference, protein=protein, mode=mode, config=config, threads=threads, on_molecule=on_molecule
    )
    make_folder(folder)
    write_table(folder / "analysis.csv", molecule_columns(analysis.config.mode, analysis.compared), analysis.rows)
    write_table(
        folder / "conformers.csv", structure_columns(analysis.config.mode, analysis.compared), analysis.structures
    )
    write_summary(folder / "summary.csv", analysis.statistics)
    if formats:
        from molgen.reports.analysis.figures import write_figures

        write_figures(analysis, folder, formats, PICTURED)
    return analysis


def receptor_of(
    path: str | Path, ensembles: Sequence[Ensemble], references: Sequence[Ensemble]
) -> tuple[Protein, tuple[str, ...]]:
    """What takes part around the poses, as for `molgen rescore`: not the ligand of the file in its own place."""
    from molgen.chem.proteins.receptor import receptor
    from molgen.docking.rescore import box_around, stand_ins_of

    structure = read_protein(path)
    occupied = stand_ins_of(single_structures(references or ensembles), structure)
    positions = np.concatenate([mol.GetConformer().GetPositions() for mol in single_structures(ensembles)])
    return receptor(structure, box_around(positions, occupied)).protein, occupied.removed


def _missing(references: Sequence[Ensemble], ensembles: Sequence[Ensemble], source: Path | None) -> list[MoleculeRow]:
    """References that no molecule of the input was compared with."""
    used = {id(reference) for ensemble in ensembles for reference in matching(ensemble, references)}
    error = f"reference without a structure in {'' if source is None else source.name}"
    return [
        MoleculeRow(reference.name, reference.members[0].place, 0, len(reference), error=error)
        for reference in references
        if id(reference) not in used
    ]


def _unread_molecule(record: InputRecord) -> MoleculeRow:
    return MoleculeRow(record.name, record.place or "", error=record.error)


def _unread_structure(record: InputRecord) -> StructureRow:
    return StructureRow("", record.place or "", record.name, error=record.error)
