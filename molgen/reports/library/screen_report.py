"""The HTML report of `molgen screen`: the best ligands of a run with their drawings, in the pocket."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.structure import Protein
from molgen.docking.rescore import box_around, stand_ins_of
from molgen.errors import ConfigError, InputError
from molgen.metrics.interactions import InteractingReceptor, find_interactions, interacting_receptor
from molgen.reports.content import Entry, Figure, Report, Subject, Table
from molgen.reports.library.score_figures import score_figures
from molgen.reports.pages.contacts.interaction_map import interaction_map
from molgen.reports.pages.contacts.scene import contact_nodes
from molgen.reports.pages.html import write_report
from molgen.reports.pages.pose_text import contact_table
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
from molgen.reports.provenance import command_text, file_name, versions
from molgen.screening.ranking import best, rows_at
from molgen.screening.store.folder import read_settings
from molgen.screening.store.shards import read_rows

BEST = 100
"""Ligands that a report shows."""
_REASONS = 20
_RANKED = {
    "score": "Ligands are ranked by the score of their best pose, the lowest first; large ligands tend to score lower.",
    "confidence": "Ligands are ranked by the confidence that their best pose is right (not that they bind).",
}


def write_screen_report(
    path: str | Path,
    folder: str | Path,
    *,
    protein: str | Path | Protein | None = None,
    count: int = BEST,
    rank_by: str = "score",
    command: Sequence[str] = (),
) -> None:
    """Report on the best ligands of a run of `screen`, from its Parquet files.

    Args:
        path: of the HTML file.
        folder: of the run; it need not be finished.
        protein: the structure file, or the receptor itself; None shows the poses alone.
        count: how many ligands.
        rank_by: "score" or "confidence".
        command: the arguments of the command line.

    Raises:
        InputError: the folder holds no docked ligand, or a file cannot be read or written.
        ConfigError: the run made conformers, another order, or a package that reports need is not installed.
    """
    report = screen_report(folder, protein=protein, count=count, rank_by=rank_by, command=command)
    write_report(path, report)


def screen_report(
    folder: str | Path,
    *,
    protein: str | Path | Protein | None = None,
    count: int = BEST,
    rank_by: str = "score",
    command: Sequence[str] = (),
) -> Report:
    """The content of the report; arguments as in :func:`write_screen_report`."""
    settings = read_settings(Path(folder))
    if settings["command"] != "screen":
        raise ConfigError(f"{folder}: this run made conformers; a report shows docked ligands")
    if rank_by not in _RANKED:
        raise ConfigError(f"ligands are ranked by {' or '.join(_RANKED)}, not {rank_by}")
    rows = _best_rows(Path(folder), rank_by, count)
    if not rows:
        raise InputError("holds no docked ligand yet", source=folder)
    poses = [_pose(row["sdf"]) for row in rows]
    around = _receptor(protein, poses)
    part = None if around is None else shown_part(around, [_heavy(pose) for pose in poses])
    everything = list(read_rows(folder, ["score", "confidence", "status"]))
    failed = sum(row["status"] == "failed" for row in everything)
    library = str(settings["library"]["name"])
    subject = Subject(
        name=f"best {len(rows)} of {library}",
        columns=("rank", *_columns(rows)),
        entries=_entries(rows, poses, around, part),
        camera=_camera(poses, part),
        facts={"pocket": _pocket(settings["pocket"])},
        figures=score_figures(
            [row["score"] for row in everything], [row["confidence"] for row in everything], len(rows)
        ),
    )
    return Report(
        title=f"{library} docked into {settings['protein']['name']}",
        lead=f"{len(everything)} inputs, {failed} failed; the best {len(rows)} ligands are shown with their best pose.",
        kind="ligand",
        subjects=[subject],
        summary=_failures(Path(folder)) if failed else None,
        receptor="" if part is None else receptor_text(part),
        residues=() if part is None else part.residues,
        notes=(
            *(() if part is not None else ("Without the protein (-p) the poses are shown alone.",)),
            *_other_structures(settings),
            "Scores rank poses; as binding free energies they are rough.",
        ),
        provenance=_provenance(settings, command),
        order=_RANKED[rank_by],
    )


def _other_structures(settings: dict[str, Any]) -> list[str]:
    names = [structure["name"] for structure in settings.get("structures", ())]
    text = "Poses in {} too are shown in the first structure, {}; the pocket of each names its own."
    return [text.format(", ".join(names), settings["protein"]["name"])] if names else []


def _best_rows(folder: Path, rank_by: str, count: int) -> list[dict[str, Any]]:
    order = best(folder, "-confidence" if rank_by == "confidence" else rank_by, count)
    rows = rows_at(folder, order)
    return [rows[index] for index in order]


def _pose(sdf: str) -> Chem.Mol:
    """The first record."""
    return Chem.MolFromMolBlock(sdf, removeHs=False)


def _heavy(pose: Chem.Mol) -> np.ndarray:
    return pose.GetConformer().GetPositions()[heavy_atoms(pose)]


def _receptor(protein: str | Path | Protein | None, poses: Sequence[Chem.Mol]) -> Protein | None:
    """The receptor around the poses; of a file without the ligand that stands in their place."""
    if protein is None or isinstance(protein, Protein):
        return protein
    structure = read_protein(protein)
    occupied = stand_ins_of(poses, structure)
    return receptor(structure, box_around(np.concatenate([_heavy(pose) for pose in poses]), occupied)).protein


def _camera(poses: Sequence[Chem.Mol], part: Protein | None) -> Mapping[str, Sequence[float]]:
    return camera_on(_heavy(poses[0]), margin=2.0) if part is None else camera_in_pocket(_heavy(poses[0]), part)


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(_cells(rows[0], any(row["confidence"] is not None for row in rows)))


def _cells(row: Mapping[str, Any], sure: bool) -> dict[str, str]:
    return {
        "name": row["name"],
        "score / kcal/mol": f"{row['score']:.2f}",
        **({"confidence": "" if row["confidence"] is None else f"{100 * row['confidence']:.0f} %"} if sure else {}),
        "strain / kcal/mol": "unknown" if row["strain"] is None else f"{row['strain']:.1f}",
        "valid": "yes" if row["valid"] else f"no: {(row['failed_checks'] or '').replace('_', ' ')}",
    }


def _entries(
    rows: Sequence[Mapping[str, Any]], poses: Sequence[Chem.Mol], around: Protein | None, part: Protein | None
) -> list[Entry]:
    known = None if around is None else interacting_receptor(around)
    sure = any(row["confidence"] is not None for row in rows)
    return [
        _entry(rank, row, pose, sure, known, part)
        for rank, (row, pose) in enumerate(zip(rows, poses, strict=True), start=1)
    ]


def _entry(
    rank: int,
    row: Mapping[str, Any],
    pose: Chem.Mol,
    sure: bool,
    known: InteractingReceptor | None,
    part: Protein | None,
) -> Entry:
    contacts = () if known is None else find_interactions(known, pose).interactions
    drawn = interaction_map(pose, contacts) if contacts else ""
    details = {
        "SMILES as docked": row["docked_smiles"] or row["smiles"],
        "input": f"{row['index']}, {row['place'] or ''}".rstrip(", "),
        "interactions": row["interactions"] or "none",
        "without a partner": row["unsatisfied"] or "none",
        "notes": row["notes"] or "none",
    }
    return Entry(
        name=row["name"],
        cells=(str(rank), *_cells(row, sure).values()),
        structure=ligand_text(pose, pose.GetConformer().GetPositions(), hydrogens=True),
        nearby=() if part is None else residues_near(part, _heavy(pose)),
        details=details,
        contacts=() if known is None else contact_nodes(contacts, known.protein),
        picture=Figure(drawn, "Interactions; distances in Å.", wide=True) if drawn else None,
        table=contact_table(contacts),
        record=row["sdf"],
        thumbnail=drawing(pose),
    )


def _failures(folder: Path) -> Table:
    """Why inputs failed, the most frequent reasons first."""
    reasons = Counter(row["error"] for row in read_rows(folder, ["status", "error"]) if row["status"] == "failed")
    left = len(reasons) - _REASONS
    note = f"{left} more reasons are in failures.csv." if left > 0 else ""
    return Table(("why inputs failed", "inputs"), [(why, str(n)) for why, n in reasons.most_common(_REASONS)], note)


def _pocket(setting: Any) -> str:
    return file_name(str(setting["name"] if isinstance(setting, dict) else setting))


def _provenance(settings: Mapping[str, Any], command: Sequence[str]) -> dict[str, str]:
    return {
        **({"command": command_text(command)} if command else {}),
        "run with": f"molgen {settings['version']}",
        "versions": versions(),
        "settings": json.dumps(settings["docking"]).strip("{}").replace('"', ""),
        "3D view": f"Mol* (MIT License), from {viewer_name()}",
    }
