"""The HTML report of `molgen analyze`: structures beside their references, with tables, figures and statistics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.proteins.structure import Protein
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.metrics.ensembles import Ensemble, joined, matching, read_ensembles
from molgen.metrics.poses import pose_matches
from molgen.reports.analysis.figures import figures_of
from molgen.reports.analysis.records import MoleculeAnalysis, MoleculeRow, StructureRow
from molgen.reports.analysis.run import Analysis, receptor_of
from molgen.reports.analysis.tables import Statistic
from molgen.reports.figures import figure_bytes
from molgen.reports.pages.conformer_report import MOST_CONFORMERS, MOST_LISTED, MOST_MOLECULES, overlay
from molgen.reports.pages.html import write_report
from molgen.reports.pages.pose_text import spelled
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
from molgen.reports.records import Entry, Figure, Report, Subject, Table

PICTURED = 10
"""Molecules that get figures of their own in a report."""
_MOST_SYMMETRIES = 256
_WIDE = 6.0  # inches
_MOLECULE = {
    "structures": "structures",
    "references": "references",
    "rmsd_first": "RMSD of the first / Å",
    "rmsd_best": "best RMSD / Å",
    "best_rank": "number of the best",
    "rmsd_conformation": "first, superposed / Å",
    "recall_rmsd": "AMR-R / Å",
    "recall": "COV-R",
    "precision_rmsd": "AMR-P / Å",
    "precision": "COV-P",
    "tfd_best": "best torsion deviation",
    "diversity": "mean RMSD of pairs / Å",
    "energy_span": "span of energies",
    "stereo_kept": "stereo kept",
    "valid": "valid",
}
"""Fields of a molecule, and what they are called."""
_SHARES = ("recall", "precision", "stereo_kept", "valid")


def write_analysis_report(
    path: str | Path,
    found: Analysis,
    source: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    command: Sequence[str] = (),
) -> None:
    """Report on what `analyze` found; nothing is written when no molecule could be analyzed.

    Args:
        path: of the HTML file.
        found: the analysis.
        source, reference, protein: the files that were analyzed; their structures are read again.
        command: the arguments of the command line.

    Raises:
        InputError: the report cannot be written, or a file cannot be read any more.
        ConfigError: a package that reports need is not installed.
    """
    if any(one.row.error is None for one in found.molecules):
        write_report(path, analysis_report(found, source, reference, protein=protein, command=command))


def analysis_report(
    found: Analysis,
    source: str | Path,
    reference: str | Path | None = None,
    *,
    protein: str | Path | None = None,
    command: Sequence[str] = (),
) -> Report:
    """The content of the report; arguments as in :func:`write_analysis_report`."""
    references = [] if reference is None else read_ensembles(reference)[0]
    ensembles, _ = read_ensembles(source, references)
    pairs = zip(found.molecules, ensembles, strict=True)
    good = [(one, ensemble) for one, ensemble in pairs if one.row.error is None]
    shown = _embedded(good)
    receptor = None if protein is None else receptor_of(protein, ensembles, references)[0]
    part = None if receptor is None else shown_part(receptor, [_positions(e)[:n].reshape(-1, 3) for _, e, n in shown])
    common, own = _figures(found, min(PICTURED, len(shown)))
    subjects = [
        _subject(found, one, ensemble, count, matching(ensemble, references), part, own.get(number, []))
        for number, (one, ensemble, count) in enumerate(shown, 1)
    ]
    total = sum(len(ensemble) for ensemble in ensembles)
    here = sum(count for _, _, count in shown)
    kind = found.config.mode
    failed = sum(row.error is not None for row in found.rows)
    lead = f"{total} {kind} of {len(good)} molecule{'s' * (len(good) != 1)} analyzed, {failed} failed."
    left = "" if here == total else f" {here} of them can be looked at here; the tables have all."
    return Report(
        title=f"Analysis of {Path(source).name}",
        lead=lead + left,
        kind=kind.removesuffix("s"),
        subjects=subjects,
        overview=None if len(found.rows) == 1 else _overview(found),
        receptor="" if part is None else receptor_text(part),
        facts=_facts(found, source, reference, protein),
        notes=_notes(found, len(shown), cut=part is not None and receptor is not None and len(part) < len(receptor)),
        provenance=provenance(command, found.config, viewer=viewer_name()),
        overlaid=kind == "conformers",
        leading="first",
        summary=_summary(found.statistics, found.config.seed),
        figures=common,
    )


def _embedded(good: Sequence[tuple[MoleculeAnalysis, Ensemble]]) -> list[tuple[MoleculeAnalysis, Ensemble, int]]:
    """The molecules that a report holds, each with how many of its structures."""
    chosen, budget = [], MOST_CONFORMERS
    for one, ensemble in islice(good, MOST_MOLECULES):
        if budget <= 0:
            break
        chosen.append((one, ensemble, min(budget, len(ensemble))))
        budget -= len(ensemble)
    return chosen


def _positions(ensemble: Ensemble) -> np.ndarray:
    """[s, atoms, 3], Angstrom."""
    return np.array([conformer.GetPositions() for conformer in ensemble.mol.GetConformers()])


def _subject(
    found: Analysis,
    one: MoleculeAnalysis,
    ensemble: Ensemble,
    count: int,
    known: Sequence[Ensemble],
    receptor: Protein | None,
    figures: Sequence[Figure],
) -> Subject:
    mol, heavy = ensemble.mol, heavy_atoms(ensemble.mol)
    positions, references = _placed(found, one, mol, _positions(ensemble)[:count], known)
    nearby = [() if receptor is None else residues_near(receptor, place[heavy]) for place in positions]
    rows = one.structures[:count]
    cells = _cells(one, rows)
    entries = [
        Entry(
            name=row.place,
            cells=tuple(texts.values()),
            structure=ligand_text(mol, place),
            nearby=near,
            details=_details(found, one, row) | _around(near, receptor),
            reference=reference,
        )
        for row, texts, place, near, reference in zip(rows, cells, positions, nearby, references, strict=True)
    ]
    first, everything = positions[0, heavy], positions[:, heavy].reshape(-1, 3)
    camera = camera_on(everything, margin=1.0) if receptor is None else camera_in_pocket(first, receptor)
    return Subject(
        name=one.row.name,
        columns=tuple(cells[0]),
        entries=entries,
        camera=camera,
        facts={"SMILES": Chem.MolToSmiles(without_hydrogens(mol)), **_numbers(one.row)},
        notes=("RMSDs of this very symmetric molecule are upper bounds.",) if _bounds(one.row) else (),
        figures=figures,
        drawing=drawing(mol),
        reference=references[0],
    )


def _placed(
    found: Analysis, one: MoleculeAnalysis, mol: Chem.Mol, positions: np.ndarray, known: Sequence[Ensemble]
) -> tuple[np.ndarray, list[str]]:
    """Where the structures are drawn, and mmCIF text of the nearest reference of each ("" without one).

    Conformers are superposed on their nearest reference, or on one another; the references are laid over the first.
    """
    still = found.config.mode == "poses"
    if not known or one.rmsd is None:
        return positions if still else overlay(mol, positions), [""] * len(positions)
    target = joined(known)
    places = np.array([conformer.GetPositions() for conformer in target.GetConformers()])
    places = places if still else overlay(target, places)
    nearest = one.rmsd[:, : len(positions)].argmin(axis=0).tolist()
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


def _cells(one: MoleculeAnalysis, rows: Sequence[StructureRow]) -> list[dict[str, str]]:
    """Title -> text, one record per structure; columns in which nothing is known are left out."""
    sure = [row.confidence for row in rows if row.confidence is not None]
    share = all(0 <= value <= 1 for value in sure)
    several = one.rmsd is not None and len(one.rmsd) > 1
    table = [
        {
            "record": _short(row.place) if row.name == one.row.name else f"{_short(row.place)}: {row.name}",
            "RMSD / Å": _number(row.rmsd),
            "nearest reference": _short(row.reference or "") if several else "",
            "superposed / Å": _number(row.rmsd_conformation),
            "torsion deviation": _number(row.tfd, 3),
            "nearest other / Å": _number(row.nearest) if row.rmsd is None else "",
            "energy": _number(row.energy),
            "confidence": _percent(row.confidence) if share else _number(row.confidence),
            "valid": _verdict(one, row),
        }
        for row in rows
    ]
    used = [title for title in table[0] if any(texts[title] for texts in table)]
    return [{title: texts[title] for title in used} for texts in table]


def _short(place: str) -> str:
    return place.removeprefix("record ")


def _failed(one: MoleculeAnalysis, row: StructureRow) -> list[str]:
    checks: Mapping[str, bool] = one.checks[row.rank - 1] if one.checks and row.rank is not None else {}
    return [name for name, passed in checks.items() if not passed]


def _verdict(one: MoleculeAnalysis, row: StructureRow) -> str:
    return "" if row.valid is None else "yes" if row.valid else f"no: {spelled(_failed(one, row))}"


def _details(found: Analysis, one: MoleculeAnalysis, row: StructureRow) -> dict[str, str]:
    told = {"number within its molecule": str(row.rank)}
    if row.rmsd is not None:
        how = "in place" if found.config.mode == "poses" else "superposed"
        told["nearest reference"] = f"{row.reference}, {row.rmsd:.2f} Å {how}"
    if row.nearest is not None:
        told["most similar other structure"] = f"{row.nearest:.2f} Å"
    if one.checks:
        failed, total = _failed(one, row), len(one.checks[(row.rank or 1) - 1])
        told["checks"] = f"{total - len(failed)} of {total} passed{f'; failed: {spelled(failed)}' if failed else ''}"
    return told


def _around(near: Sequence, receptor: Protein | None) -> dict[str, str]:
    return {} if receptor is None else {"residues within 5 Å": ", ".join(one.label for one in near) or "none"}


def _figures(found: Analysis, pictured: int) -> tuple[list[Figure], dict[int, list[Figure]]]:
    """Those of the whole set, and those of the first molecules by their number from 1."""
    common: list[Figure] = []
    own: dict[int, list[Figure]] = {}
    for name, drawn in figures_of(found, pictured):
        belongs = re.match(r"([a-z_]+)_(\d+)_", name)
        caption = _caption(found, belongs[1] if belongs else name, alone=belongs is not None)
        figure = Figure(figure_bytes(drawn, "svg").decode("utf-8"), caption, bool(drawn.get_figwidth() > _WIDE))
        (own.setdefault(int(belongs[2]), []) if belongs else common).append(figure)
    return common, own


def _caption(found: Analysis, name: str, *, alone: bool) -> str:
    kind, limit = found.config.mode, f"{found.config.limit:g} Å"
    how = "in place" if kind == "poses" else "superposed"
    if alone:
        return {
            "pairwise_rmsd": f"RMSD between every two {kind}, {how}; similar ones stand together.",
            "rmsd_distribution": f"RMSDs between two {kind}, {how}.",
            "energy_against_rmsd": "Energy against the RMSD to the structure of lowest energy.",
            "torsions": "Rotatable bonds: the share of structures at each angle"
            + ("; lines are the references." if found.compared else "."),
        }[name]
    return {
        "rmsd_distribution": f"RMSDs between {kind} and references, {how}; {limit} is the threshold.",
        "coverage": "Share of references (recall) and of conformers (precision) with a partner closer than a threshold;"
        f" {limit} is that of the table.",
        "success_curve": "Share of molecules whose first pose, or best of the first "
        f"{found.config.first}, lies within a distance of the reference.",
        "energy_against_rmsd": f"Energy as the file states it, against the RMSD to the nearest reference, {how}.",
        "calibration": f"Confidence as the file states it, against the share of poses within {limit}.",
    }[name]


def _summary(statistics: Sequence[Statistic], seed: int) -> Table | None:
    if not statistics:
        return None
    note = f"Over molecules; intervals are percentiles of a bootstrap with seed {seed}."
    rows = [_statistic(one) for one in statistics]
    return Table(("statistic", "value", "95 % interval", "molecules"), rows, note)


def _statistic(one: Statistic) -> tuple[str, str, str, str]:
    value = one.interval
    unit = {"A": " Å", "fraction": " %"}.get(one.unit, "")
    texts = [f"{100 * x:.1f}" if one.unit == "fraction" else f"{x:.3f}" for x in (value.value, value.low, value.high)]
    span = f"{texts[1]} to {texts[2]}{unit}" if value.n > 1 else "none for one molecule"
    return re.sub(r"(?<=\d) A\b", " Å", one.name), f"{texts[0]}{unit}", span, str(value.n)


def _overview(found: Analysis) -> Table:
    rows = found.rows[:MOST_LISTED]
    numbers = [{} if row.error is not None else _numbers(row) for row in rows]
    titles = [title for title in _MOLECULE.values() if any(title in one for one in numbers)]
    listed = [
        (row.name, row.place, *(one.get(title, "") for title in titles), _status(found, row))
        for row, one in zip(rows, numbers, strict=True)
    ]
    left = len(found.rows) - len(listed)
    return Table(("name", "place", *titles, "status"), listed, f"{left} more are not listed here." if left else "")


def _numbers(row: MoleculeRow) -> dict[str, str]:
    """Title -> text of what is known about a molecule."""
    known = {name: getattr(row, name) for name in _MOLECULE}
    told = {name: value for name, value in known.items() if value is not None and (value or name != "references")}
    return {_MOLECULE[name]: _text(name, value) for name, value in told.items()}


def _text(name: str, value: float | int) -> str:
    if name in _SHARES:
        return _percent(value)
    return str(value) if isinstance(value, int) else f"{value:.3f}" if name == "tfd_best" else f"{value:.2f}"


def _status(found: Analysis, row: MoleculeRow) -> str:
    if row.error is not None:
        return row.error
    told = ["RMSDs are upper bounds"] if _bounds(row) else []
    if found.config.mode == "poses" and row.failed_first:
        told.append(f"the first pose fails {spelled(row.failed_first.split(', '))}")
    return "; ".join(told) or "ok"


def _bounds(row: MoleculeRow) -> bool:
    return row.rmsd_kind == "upper bound"


def _facts(
    found: Analysis, source: str | Path, reference: str | Path | None, protein: str | Path | None
) -> dict[str, str]:
    given = {"structures": source, "reference": reference, "protein": protein}
    return {
        **{name: str(path) for name, path in given.items() if path is not None},
        "taken as": found.config.mode,
        **({"threshold": f"{found.config.limit:g} Å"} if found.compared else {}),
    }


def _notes(found: Analysis, shown: int, *, cut: bool) -> tuple[str, ...]:
    how = "compared where they lie" if found.config.mode == "poses" else "superposed"
    return (
        *found.notes,
        f"RMSDs are over heavy atoms, {how}, the least over the symmetries of the molecule.",
        "Energies and confidences are those of the file, in its units.",
        *(("The 3D view shows the part of the receptor around the poses.",) if cut else ()),
        *((f"The first {PICTURED} molecules have figures of their own.",) if shown > PICTURED else ()),
    )


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"
