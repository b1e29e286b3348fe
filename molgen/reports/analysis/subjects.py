"""One molecule of the report on an analysis: its structures where they are drawn, their rows and details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.proteins.structure import Protein
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.metrics.ensembles import Ensemble, joined
from molgen.metrics.poses import pose_matches
from molgen.reports.analysis.overview import has_bounds, molecule_facts, number, percent
from molgen.reports.analysis.results import Analysis, MoleculeAnalysis, StructureRow
from molgen.reports.content import Entry, Figure, Subject
from molgen.reports.pages.conformer_report import overlay
from molgen.reports.pages.pose_text import spelled
from molgen.reports.pages.structures import (
    camera_in_pocket,
    camera_on,
    drawing,
    ligand_text,
    residues_near,
)

_MOST_SYMMETRIES = 256


def positions_of(ensemble: Ensemble) -> np.ndarray:
    """Coordinates of all structures of an ensemble, [s, atoms, 3], Angstrom."""
    return np.array([conformer.GetPositions() for conformer in ensemble.mol.GetConformers()])


def analysis_subject(
    analysis: Analysis,
    molecule: MoleculeAnalysis,
    ensemble: Ensemble,
    count: int,
    known: Sequence[Ensemble],
    receptor: Protein | None,
    figures: Sequence[Figure],
) -> Subject:
    """What the report shows of a molecule.

    Args:
        analysis: the whole.
        molecule: its part of the analysis.
        ensemble: its structures.
        count: how many of them are shown, the first ones.
        known: its references.
        receptor: around its poses.
        figures: of this molecule alone.
    """
    mol, heavy = ensemble.mol, heavy_atoms(ensemble.mol)
    positions, references = placed(analysis, molecule, mol, positions_of(ensemble)[:count], known)
    nearby = [() if receptor is None else residues_near(receptor, xyz[heavy]) for xyz in positions]
    rows = molecule.structures[:count]
    cells = _cells(molecule, rows)
    entries = [
        Entry(
            name=row.place,
            cells=tuple(texts.values()),
            structure=ligand_text(mol, xyz, hydrogens=True),
            nearby=near,
            details=_details(analysis, molecule, row) | _around(near, receptor),
            reference=reference,
        )
        for row, texts, xyz, near, reference in zip(rows, cells, positions, nearby, references, strict=True)
    ]
    first, everything = positions[0, heavy], positions[:, heavy].reshape(-1, 3)
    camera = camera_on(everything, margin=1.0) if receptor is None else camera_in_pocket(first, receptor)
    return Subject(
        name=molecule.row.name,
        columns=tuple(cells[0]),
        entries=entries,
        camera=camera,
        facts={"SMILES": Chem.MolToSmiles(without_hydrogens(mol)), **molecule_facts(molecule.row)},
        notes=("RMSDs of this very symmetric molecule are upper bounds.",) if has_bounds(molecule.row) else (),
        figures=figures,
        drawing=drawing(mol),
        reference=references[0],
    )


def placed(
    analysis: Analysis, molecule: MoleculeAnalysis, mol: Chem.Mol, positions: np.ndarray, known: Sequence[Ensemble]
) -> tuple[np.ndarray, list[str]]:
    """Where the structures are drawn, and mmCIF text of the nearest reference of each ("" without one).

    Conformers are superposed on their nearest reference, or on one another; the references are laid over the first.
    """
    still = analysis.config.mode == "poses"
    if not known or molecule.rmsd is None:
        return positions if still else overlay(mol, positions), [""] * len(positions)
    target = joined(known)
    places = np.array([conformer.GetPositions() for conformer in target.GetConformers()])
    places = places if still else overlay(target, places)
    nearest = molecule.rmsd[:, : len(positions)].argmin(axis=0).tolist()
    texts = {number: ligand_text(target, places[number]) for number in set(nearest)}
    if not still:
        atoms = heavy_atoms(mol)[pose_matches(target, mol, _MOST_SYMMETRIES).permutations]
        positions = np.array([_onto(places[n], xyz, atoms) for n, xyz in zip(nearest, positions, strict=True)])
    return positions, [texts[number] for number in nearest]


def _onto(reference: np.ndarray, positions: np.ndarray, atoms: np.ndarray) -> np.ndarray:
    """A structure superposed on a reference [n, 3], by whichever correspondence of atoms [m, n] fits best."""
    mobile = torch.from_numpy(positions[atoms])
    target = torch.from_numpy(reference).expand_as(mobile)
    motions = kabsch(mobile, target)
    best = int((rigid.apply(motions, mobile) - target).square().sum(dim=(-1, -2)).argmin())
    chosen = rigid.RigidMotion(motions.rotation[best], motions.translation[best])
    return rigid.apply(chosen, torch.from_numpy(positions)).numpy()


def _cells(molecule: MoleculeAnalysis, rows: Sequence[StructureRow]) -> list[dict[str, str]]:
    """Title -> text, one record per structure; columns in which nothing is known are left out."""
    sure = [row.confidence for row in rows if row.confidence is not None]
    share = all(0 <= value <= 1 for value in sure)
    several = molecule.rmsd is not None and len(molecule.rmsd) > 1
    table = [
        {
            "record": _short(row.place) if row.name == molecule.row.name else f"{_short(row.place)}: {row.name}",
            "RMSD / Å": number(row.rmsd),
            "nearest reference": _short(row.reference or "") if several else "",
            "superposed / Å": number(row.rmsd_conformation),
            "torsion deviation": number(row.tfd, 3),
            "nearest other / Å": number(row.nearest) if row.rmsd is None else "",
            "energy": number(row.energy),
            "confidence": percent(row.confidence) if share else number(row.confidence),
            "valid": _verdict(molecule, row),
        }
        for row in rows
    ]
    used = [title for title in table[0] if any(texts[title] for texts in table)]
    return [{title: texts[title] for title in used} for texts in table]


def _short(location: str) -> str:
    return location.removeprefix("record ")


def _failed(molecule: MoleculeAnalysis, row: StructureRow) -> list[str]:
    checks: Mapping[str, bool] = molecule.checks[row.rank - 1] if molecule.checks and row.rank is not None else {}
    return [name for name, passed in checks.items() if not passed]


def _verdict(molecule: MoleculeAnalysis, row: StructureRow) -> str:
    return "" if row.valid is None else "yes" if row.valid else f"no: {spelled(_failed(molecule, row))}"


def _details(analysis: Analysis, molecule: MoleculeAnalysis, row: StructureRow) -> dict[str, str]:
    details = {"number within its molecule": str(row.rank)}
    if row.rmsd is not None:
        how = "in place" if analysis.config.mode == "poses" else "superposed"
        details["nearest reference"] = f"{row.reference}, {row.rmsd:.2f} Å {how}"
    if row.nearest is not None:
        details["most similar other structure"] = f"{row.nearest:.2f} Å"
    if molecule.checks:
        failed, total = _failed(molecule, row), len(molecule.checks[(row.rank or 1) - 1])
        details["checks"] = f"{total - len(failed)} of {total} passed{f'; failed: {spelled(failed)}' if failed else ''}"
    return details


def _around(near: Sequence, receptor: Protein | None) -> dict[str, str]:
    return {} if receptor is None else {"residues within 5 Å": ", ".join(residue.label for residue in near) or "none"}
