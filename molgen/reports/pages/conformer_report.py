"""The HTML report of `molgen conformers`: overlaid conformers with a table, energies and RMSDs."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rdkit import Chem
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.rotatable import rotatable_torsions
from molgen.chem.molecules.writing import SdfRecord, sdf_block
from molgen.conformers.config import GenerateConfig
from molgen.conformers.selection.annotation import explanation
from molgen.conformers.selection.distinct import symmetric_distances
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.metrics.torsion_deviation import Torsions, torsion_angles
from molgen.reports.content import Entry, Figure, Report, Subject, Table
from molgen.reports.figures import figure_bytes, torsion_roses
from molgen.reports.pages.html import write_report
from molgen.reports.pages.report_figures import figure_svgs
from molgen.reports.pages.structures import camera_on, drawing, ligand_text
from molgen.reports.pages.viewer import viewer_name
from molgen.reports.provenance import file_name, provenance
from molgen.screening.conformer_file import ConformerRow

PICTURED = 10
"""Molecules whose torsions are drawn."""
MOST_MOLECULES, MOST_CONFORMERS, MOST_LISTED = 50, 1000, 2000
"""More are not embedded in a report; they are in the SD file."""
_COLUMNS = ("rank", "energy / kcal/mol", "RMSD to the first / Å", "to the nearest before it / Å")


def write_conformer_report(
    path: str | Path,
    rows: Sequence[ConformerRow],
    output: str | Path,
    *,
    config: GenerateConfig,
    command: Sequence[str] = (),
) -> None:
    """Report on what `conformers_to_file` wrote; nothing is written when no molecule has a conformer.

    Args:
        path: of the HTML file.
        rows: what `conformers_to_file` returned.
        output: the SD file that it wrote.
        config: how the conformers were made.
        command: the arguments of the command line.

    Raises:
        InputError: the report cannot be written.
        ConfigError: a package that reports need is not installed.
    """
    if any(row.conformers for row in rows):
        write_report(path, conformer_report(rows, output, config=config, command=command))


def conformer_report(
    rows: Sequence[ConformerRow], output: str | Path, *, config: GenerateConfig, command: Sequence[str] = ()
) -> Report:
    """The content of the report; arguments as in :func:`write_conformer_report`."""
    done = [row for row in rows if row.conformers]
    subjects = list(_subjects(done, output))
    order, energies = explanation(config)
    total = sum(row.conformers for row in done)
    shown = sum(len(subject.entries) for subject in subjects)
    is_single = len(rows) == 1
    title = f"Conformers of {rows[0].name}" if is_single else f"Conformers of {len(rows)} molecules"
    lead = f"{total} conformers of {len(done)} molecule{'s' * (len(done) != 1)}, {len(rows) - len(done)} failed."
    left = (
        ""
        if shown == total
        else f" {shown} of the conformers can be looked at here, all are in {file_name(str(output))}."
    )
    return Report(
        title=title,
        lead=lead + left,
        kind="conformer",
        subjects=subjects,
        overview=None if is_single else _overview(rows),
        notes=(
            energies,
            "They are not free energies; see the settings.",
            "RMSDs are over heavy atoms, superposed, the least over the symmetries of the molecule.",
        ),
        provenance=provenance(command, config, viewer=viewer_name()),
        overlaid=True,
        order=order,
    )


def _subjects(rows: Sequence[ConformerRow], output: str | Path) -> Iterator[Subject]:
    budget = MOST_CONFORMERS
    with silent_rdkit(), _opened(output) as stream:
        records = Chem.ForwardSDMolSupplier(stream, removeHs=False)
        for number, row in enumerate(rows[:MOST_MOLECULES]):
            mols = list(islice(records, row.conformers))
            if budget <= 0 or not mols or any(mol is None for mol in mols):
                return
            yield subject_of(row.name, mols[:budget], notes=row.notes, roses=number < PICTURED)
            budget -= len(mols)


def subject_of(name: str, conformers: Sequence[Chem.Mol], *, notes: Sequence[str] = (), roses: bool = False) -> Subject:
    """One molecule of a report.

    Args:
        name: of the molecule.
        conformers: in rank order, with the same atoms in the same order and the data fields that molgen writes.
        notes: warnings.
        roses: draw where the torsions lie.
    """
    mol = conformers[0]
    positions = np.array([conformer.GetConformer().GetPositions() for conformer in conformers])
    torsions = torsion_angles(_together(mol, positions))
    names = [f"T{k}" for k in range(1, len(torsions.labels) + 1)]
    distances = symmetric_distances(mol, positions)
    overlaid = overlay(mol, positions)
    energies = [
        float(conformer.GetProp("molgen_energy")) if conformer.HasProp("molgen_energy") else np.nan
        for conformer in conformers
    ]
    entries = [
        Entry(
            name=f"conformer {k + 1}",
            cells=(str(k + 1), _number(energies[k]), _to(distances[k, :1]), _to(distances[k, :k])),
            structure=ligand_text(mol, overlaid[k], hydrogens=True),
            details=_details(conformer) | _turned(names, torsions.angles[k]),
            record=sdf_block(SdfRecord(conformer, name=name, properties=conformer.GetPropsAsDict())),
        )
        for k, conformer in enumerate(conformers)
    ]
    return Subject(
        name=name,
        columns=_COLUMNS,
        entries=entries,
        camera=camera_on(overlaid[:, heavy_atoms(mol)].reshape(-1, 3), margin=1.0),
        facts={
            "SMILES": Chem.MolToSmiles(without_hydrogens(mol)),
            "conformers": str(len(conformers)),
            "energies": _span(energies),
        },
        notes=notes,
        figures=[
            *figure_svgs(energies, distances, kind="conformer", quantity="energy"),
            *(_roses(names, torsions) if roses and names else ()),
        ],
        drawing=drawing(mol, torsions.atoms.tolist()),
    )


def _together(mol: Chem.Mol, positions: np.ndarray) -> Chem.Mol:
    """One molecule with all conformers [n, atoms, 3]."""
    many = Chem.Mol(mol)
    many.RemoveAllConformers()
    for xyz in positions:
        conformer = Chem.Conformer(len(xyz))
        conformer.SetPositions(np.ascontiguousarray(xyz))
        many.AddConformer(conformer, assignId=True)
    return many


def _turned(names: Sequence[str], angles: np.ndarray) -> dict[str, str]:
    """The torsions of a conformer [m], radian, as text; their axes are marked in the drawing."""
    texts = [f"{name} {np.degrees(angle):.0f}" for name, angle in zip(names, angles, strict=True)]
    return {"torsions / °": ", ".join(texts)} if texts else {}


def _roses(names: Sequence[str], torsions: Torsions) -> list[Figure]:
    labels = [f"{name}  {label}" for name, label in zip(names, torsions.labels, strict=True)]
    drawn = figure_bytes(torsion_roses(torsions.angles, labels), "svg").decode("utf-8")
    return [Figure(drawn, "Torsions, as numbered in the drawing: the share of conformers at each angle.", wide=True)]


def overlay(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    """The conformers [n, atoms, 3] moved onto the first: by the largest piece that does not bend, if it has 4 atoms."""
    core = _core(mol)
    target = torch.from_numpy(positions[0, core])
    motion = kabsch(torch.from_numpy(positions[:, core]), target.expand(len(positions), -1, -1))
    return rigid.apply(motion, torch.from_numpy(positions)).numpy()


def _core(mol: Chem.Mol) -> np.ndarray:
    atoms, skeleton = heavy_atoms(mol), without_hydrogens(mol)
    if len(atoms) != skeleton.GetNumAtoms():
        return atoms
    turning = {frozenset(torsion[1:3]) for torsion in rotatable_torsions(skeleton)}
    stiff = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in skeleton.GetBonds()]
    kept = np.array([pair for pair in stiff if frozenset(pair) not in turning], dtype=int).reshape(-1, 2)
    graph = coo_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(len(atoms), len(atoms)))
    labels = connected_components(graph, directed=False)[1]
    piece = np.flatnonzero(labels == np.bincount(labels).argmax())
    return atoms[piece] if len(piece) >= 4 else atoms


def _details(mol: Chem.Mol) -> dict[str, str]:
    named = {
        "molgen_rank_reason": "rank by",
        "molgen_energy_method": "energy",
        "molgen_absolute_energy": "absolute / kcal/mol",
        "molgen_method": "template conformer",
        "molgen_template": "its number",
        "molgen_torsions": "torsions",
    }
    return {title: mol.GetProp(name) for name, title in named.items() if mol.HasProp(name)}


def _overview(rows: Sequence[ConformerRow]) -> Table:
    listed = [
        (
            row.name,
            row.place or "",
            str(row.conformers),
            "" if row.energy_span is None else f"{row.energy_span:.1f}",
            "" if row.diversity is None else f"{row.diversity:.2f}",
            row.error or "; ".join(row.notes) or "ok",
        )
        for row in rows[:MOST_LISTED]
    ]
    columns = ("name", "place", "conformers", "energies span / kcal/mol", "mean RMSD / Å", "status")
    left = len(rows) - len(listed)
    return Table(columns, listed, f"{left} more inputs are not listed here." if left else "")


def _opened(path: str | Path) -> Any:
    return gzip.open(path, "rb") if str(path).lower().endswith(".gz") else Path(path).open("rb")


def _number(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "unknown"


def _to(distances: np.ndarray) -> str:
    return f"{distances.min():.2f}" if len(distances) else ""


def _span(energies: Sequence[float]) -> str:
    known = [value for value in energies if np.isfinite(value)]
    return f"{min(known):.1f} to {max(known):.1f} kcal/mol" if known else "unknown"
