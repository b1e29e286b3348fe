"""The HTML report of `molgen analyze` on several files: the best and the first structure of every program, together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.proteins.structure import Protein
from molgen.errors import ConfigError
from molgen.metrics.ensembles import Ensemble, matching, read_ensembles
from molgen.reports.analysis.overview import number
from molgen.reports.analysis.results import MoleculeAnalysis
from molgen.reports.analysis.run import receptor_of
from molgen.reports.analysis.subjects import placed, positions_of
from molgen.reports.comparison.figures import captioned
from molgen.reports.comparison.results import ComparedMolecule, Comparison
from molgen.reports.comparison.run import Sources, named_sources
from molgen.reports.comparison.texts import difference_lines, legend, program_table
from molgen.reports.content import Entry, Report, Subject, Table
from molgen.reports.figures.style import COLORS
from molgen.reports.pages.conformer_report import MOST_LISTED, MOST_MOLECULES
from molgen.reports.pages.html import write_report
from molgen.reports.pages.structures import (
    camera_in_pocket,
    camera_on,
    drawing,
    ligand_text,
    receptor_text,
    residues_near,
    shown_part,
)
from molgen.reports.pages.viewer import viewer_name
from molgen.reports.provenance import provenance

_COLUMNS = ("structure", "RMSD / Å", "record", "energy", "valid")


def write_comparison_report(
    path: str | Path,
    comparison: Comparison,
    sources: Sources,
    reference: str | Path | None,
    *,
    protein: str | Path | None = None,
    command: Sequence[str] = (),
) -> None:
    """Report on what `compare` found.

    Args:
        path: of the HTML file.
        comparison: the comparison.
        sources, reference, protein: the files that were compared; their structures are read again.
        command: the arguments of the command line.

    Raises:
        InputError: the report cannot be written, or a file cannot be read any more.
        ConfigError: there is no reference to lay structures on, or a package that reports need is not installed.
    """
    write_report(path, comparison_report(comparison, sources, reference, protein=protein, command=command))


def comparison_report(
    comparison: Comparison,
    sources: Sources,
    reference: str | Path | None,
    *,
    protein: str | Path | None = None,
    command: Sequence[str] = (),
) -> Report:
    """The content of the report; arguments as in :func:`write_comparison_report`."""
    if reference is None:
        raise ConfigError("a report on several files needs references, on which their structures are laid")
    references, _ = read_ensembles(reference)
    ensembles = {name: read_ensembles(path, references)[0] for name, path in named_sources(sources).items()}
    around = None if protein is None else receptor_of(protein, next(iter(ensembles.values())), references)[0]
    shown = list(_shown(comparison, ensembles, references))
    points = [xyz.reshape(-1, 3) for molecule in shown for xyz in molecule.places]
    part = None if around is None else shown_part(around, points)
    keys = {molecule.key for molecule in comparison.molecules}
    colors = {name: COLORS[k % len(COLORS)] for k, name in enumerate(comparison.programs)}
    kind = comparison.config.mode.removesuffix("s")
    titles, rows = program_table(comparison)
    return Report(
        title=f"Comparison of {', '.join(comparison.programs)}",
        lead=f"{len(keys)} molecules, {len(comparison.programs)} programs.",
        kind=kind,
        subjects=[_subject(molecule, part, colors) for molecule in shown],
        overview=_overview(comparison),
        receptor="" if part is None else receptor_text(part),
        residues=() if part is None else part.residues,
        facts={"references": Path(reference).name, "taken as": comparison.config.mode},
        notes=(*comparison.notes, f"{legend(comparison)}.", "The 3D view shows the first and the nearest of each."),
        provenance=provenance(command, comparison.config, viewer=viewer_name()),
        overlaid=True,
        summary=Table(titles, rows, "\n".join(difference_lines(comparison))),
        figures=captioned(comparison),
        colors=colors,
        order="Program by program: the structure that is nearest to a reference, and the first.",
    )


@dataclass(frozen=True)
class _Shown:
    """A molecule with the structures of all programs.

    Attributes:
        name: of the molecule.
        molecules: program -> its analysis.
        mols: program -> its molecule.
        places: of each program, float64 [structures, atoms, 3], Angstrom, laid on the references.
        references: of each program and structure the mmCIF text of the nearest reference.
    """

    name: str
    molecules: Mapping[str, MoleculeAnalysis]
    mols: Mapping[str, Chem.Mol]
    places: Sequence[np.ndarray]
    references: Sequence[Sequence[str]]


def _shown(
    comparison: Comparison, by_program: Mapping[str, Sequence[Ensemble]], references: Sequence[Ensemble]
) -> Iterator[_Shown]:
    """The first molecules that a program has."""
    ensembles = {
        (name, id(molecule)): ensemble
        for name, analysis in comparison.analyses.items()
        for molecule, ensemble in zip(analysis.molecules, by_program[name], strict=True)
    }
    by_key: dict[str, list[ComparedMolecule]] = {}
    for one in comparison.molecules:
        if one.analysis is not None:
            by_key.setdefault(one.key, []).append(one)
    for rows in list(by_key.values())[:MOST_MOLECULES]:
        own = {one.program: one.analysis for one in rows if one.analysis is not None}
        mols = {name: ensembles[name, id(molecule)] for name, molecule in own.items()}
        laid = [
            placed(
                comparison.analyses[name],
                molecule,
                mols[name].mol,
                positions_of(mols[name]),
                matching(mols[name], references),
            )
            for name, molecule in own.items()
        ]
        yield _Shown(
            rows[0].name, own, {name: one.mol for name, one in mols.items()}, [p for p, _ in laid], [r for _, r in laid]
        )


def _subject(shown: _Shown, receptor: Protein | None, colors: Mapping[str, str]) -> Subject:
    entries = [
        _entry(name, molecule, mol, index, positions[index], texts[index], receptor, colors[name])
        for (name, molecule), mol, positions, texts in zip(
            shown.molecules.items(), shown.mols.values(), shown.places, shown.references, strict=True
        )
        for index in _chosen(molecule)
    ]
    mol = next(iter(shown.mols.values()))
    heavy = shown.places[0][0][heavy_atoms(mol)]
    camera = camera_on(heavy, margin=1.5) if receptor is None else camera_in_pocket(heavy, receptor)
    return Subject(
        name=shown.name,
        columns=_COLUMNS,
        entries=entries,
        camera=camera,
        facts={"SMILES": Chem.MolToSmiles(without_hydrogens(mol))},
        drawing=drawing(mol),
        reference=shown.references[0][0],
    )


def _chosen(molecule: MoleculeAnalysis) -> list[int]:
    """The first structure, and the nearest to a reference if it is another."""
    nearest = 0 if molecule.rmsd is None else int(molecule.rmsd.min(axis=0).argmin())
    return list(dict.fromkeys((nearest, 0)))


def _entry(
    program: str,
    molecule: MoleculeAnalysis,
    mol: Chem.Mol,
    index: int,
    positions: np.ndarray,
    reference: str,
    receptor: Protein | None,
    color: str,
) -> Entry:
    row = molecule.structures[index]
    nearest = molecule.rmsd is not None and index == int(molecule.rmsd.min(axis=0).argmin())
    role = "first and nearest" if nearest and index == 0 else "nearest" if nearest else "first"
    valid = "" if row.valid is None else "yes" if row.valid else f"no: {row.failed_checks}"
    return Entry(
        name=f"{program}, {role}",
        cells=(f"{program}, {role}", number(row.rmsd), row.place, number(row.energy), valid),
        structure=ligand_text(mol, positions, hydrogens=True),
        nearby=() if receptor is None else residues_near(receptor, positions[heavy_atoms(mol)]),
        reference=reference,
        color=color,
    )


def _overview(comparison: Comparison) -> Table:
    """One row per molecule, the best RMSD of every program."""
    best: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for molecule in comparison.molecules:
        names[molecule.key] = molecule.name
        text = "none" if molecule.analysis is None else number(molecule.analysis.row.rmsd_best)
        best.setdefault(molecule.key, {})[molecule.program] = text
    rows = [(names[key], *(known.get(name, "") for name in comparison.programs)) for key, known in best.items()]
    left = len(rows) - MOST_LISTED
    titles = ("molecule", *(f"{name}, best RMSD / Å" for name in comparison.programs))
    return Table(titles, rows[:MOST_LISTED], f"{left} more are not listed here." if left > 0 else "")
