"""The HTML report of `molgen dock`: ranked poses in the pocket, their energies and what fails in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.molecules.writing import SdfRecord, sdf_block
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.poses.output import pose_properties
from molgen.docking.records import DockConfig, DockingResult, Pose
from molgen.docking.run import DockRow, Setting
from molgen.docking.states.variants import split_variants
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.reports.content import Entry, Figure, Report, Subject, Table
from molgen.reports.pages.contacts.interaction_map import interaction_map
from molgen.reports.pages.contacts.scene import bond_nodes, contact_nodes
from molgen.reports.pages.html import write_report
from molgen.reports.pages.pose_text import interaction_table, pose_details, pose_row, spelled
from molgen.reports.pages.report_figures import figure_svgs
from molgen.reports.pages.structures import (
    camera_in_pocket,
    drawing,
    ligand_text,
    receptor_text,
    residues_near,
    shown_part,
)
from molgen.reports.pages.viewer import viewer_name
from molgen.reports.provenance import file_name, provenance

MOST_LIGANDS, MOST_POSES, MOST_LISTED = 50, 500, 2000
"""More are not embedded in a report; they are in the SD file."""
_MOST_SYMMETRIES = 64
_RANKS = {
    "confidence": "Poses are ranked by confidence, a model's probability that a pose is within 2 Å of the true one; "
    "score, strain and checks do not change the order.",
    "energy": "Poses are ranked by energy.",
}


def write_docking_report(
    path: str | Path,
    rows: Sequence[DockRow],
    setting: Setting,
    *,
    config: DockConfig,
    reference: Chem.Mol | None = None,
    output: str | Path = "the SD file",
    command: Sequence[str] = (),
) -> None:
    """Report on what `dock_to_file` returned; nothing is written when no ligand has a pose.

    Args:
        path: of the HTML file.
        rows: one per ligand.
        setting: the receptor and the pockets, as `on_setting` got them.
        config: how the ligands were docked.
        reference: the pose that poses were compared with, if it was a molecule of a file.
        output: where all poses are.
        command: the arguments of the command line.

    Raises:
        InputError: the report cannot be written.
        ConfigError: a package that reports need is not installed.
    """
    if any(row.result is not None for row in rows):
        report = docking_report(rows, setting, config=config, reference=reference, output=output, command=command)
        write_report(path, report)


def docking_report(
    rows: Sequence[DockRow],
    setting: Setting,
    *,
    config: DockConfig,
    reference: Chem.Mol | None = None,
    output: str | Path = "the SD file",
    command: Sequence[str] = (),
) -> Report:
    """The content of the report; arguments as in :func:`write_docking_report`."""
    docked = sum(row.result is not None for row in rows)
    done = [part for row in rows if row.result is not None for part in _named_parts(row.name, row.result)]
    shown = _embedded([result for _, result in done])
    receptor = setting.sites[0].receptor
    points = [_positions(result)[pose.conformer][heavy_atoms(result.mol)] for result, poses in shown for pose in poses]
    part = shown_part(receptor.protein, points)
    known = reference_text(setting, reference)
    subjects = [_subject(done[k][0], result, poses, part, known) for k, (result, poses) in enumerate(shown)]
    total, here = sum(len(result.poses) for _, result in done), sum(len(poses) for _, poses in shown)
    name = Path(setting.protein.source).name
    is_single = len(rows) == 1
    lead = f"{total} poses of {docked} ligand{'s' * (docked != 1)}, {len(rows) - docked} failed."
    left = "" if here == total else f" {here} of the poses can be looked at here, all are in {file_name(str(output))}."
    return Report(
        title=f"{rows[0].name} docked into {name}" if is_single else f"{len(rows)} ligands docked into {name}",
        lead=lead + left,
        kind="pose",
        subjects=subjects,
        overview=None if is_single else _overview(rows),
        receptor=receptor_text(part),
        residues=part.residues,
        facts=_facts(setting),
        notes=_notes(setting, part, config),
        provenance=provenance(command, config, viewer=viewer_name()),
        order=_RANKS[config.rank if config.covalent is None else "energy"],
    )


def _named_parts(name: str, result: DockingResult) -> list[tuple[str, DockingResult]]:
    """The result of each variant under a name of its own."""
    parts = split_variants(result)
    several = len(parts) > 1
    return [(f"{name}, variant {number}" if several else name, part) for number, part in enumerate(parts, start=1)]


def _embedded(results: Sequence[DockingResult]) -> list[tuple[DockingResult, tuple[Pose, ...]]]:
    """The results and poses that a report holds."""
    chosen, budget = [], MOST_POSES
    for result in results[:MOST_LIGANDS]:
        if budget <= 0:
            break
        chosen.append((result, result.poses[:budget]))
        budget -= len(result.poses)
    return chosen


def _positions(result: DockingResult) -> dict[int, np.ndarray]:
    return {conformer.GetId(): conformer.GetPositions() for conformer in result.mol.GetConformers()}


def _subject(name: str, result: DockingResult, poses: Sequence[Pose], receptor: Protein, reference: str) -> Subject:
    positions, atoms = _positions(result), heavy_atoms(result.mol)
    compared = any(pose.rmsd is not None for pose in poses)
    sure = any(pose.confidence is not None for pose in poses)
    several = len(result.pockets) > 1
    rows = [pose_row(pose, compared=compared, sure=sure, several=several) for pose in poses]
    nearby = [residues_near(receptor, positions[pose.conformer][atoms]) for pose in poses]
    entries = [
        Entry(
            name=f"pose {pose.rank}",
            cells=tuple(row.values()),
            structure=ligand_text(
                result.mol, positions[pose.conformer], hydrogens=True, beside=moved_residues(result, pose)
            ),
            nearby=near,
            details=pose_details(pose, near) | _bond_text(result, pose),
            contacts=[*contact_nodes(pose.interactions, result.receptor_of(pose)), *bond_nodes(result, pose)],
            picture=_map(result, pose),
            table=interaction_table(pose),
            record=sdf_block(SdfRecord(result.mol, pose.conformer, name, pose_properties(result, pose))),
        )
        for pose, row, near in zip(poses, rows, nearby, strict=True)
    ]
    in_place = np.array([positions[pose.conformer][atoms] for pose in poses])
    figures = figure_svgs(
        [pose.score for pose in poses],
        pose_rmsd_matrix(in_place, in_place, automorphisms(result.mol, _MOST_SYMMETRIES).permutations).numpy(),
        kind="pose",
        quantity="score",
        to_reference=[np.nan if pose.rmsd is None else pose.rmsd for pose in poses] if compared else (),
    )
    return Subject(
        name=name,
        columns=tuple(rows[0]),
        entries=entries,
        camera=camera_in_pocket(positions[poses[0].conformer][atoms], receptor),
        facts={"SMILES as docked": Chem.MolToSmiles(without_hydrogens(result.mol)), "poses": str(len(result.poses))}
        | {"time": f"{result.seconds:.1f} s"},
        notes=result.notes,
        figures=figures,
        drawing=drawing(result.mol),
        reference=reference,
    )


def moved_residues(result: DockingResult, pose: Pose) -> Protein | None:
    """The residues whose side chains are elsewhere in a pose, as they are there; None where none have moved."""
    return result.receptor_of(pose).keep(lambda residue: residue.label in pose.moved) if pose.moved else None


def _bond_text(result: DockingResult, pose: Pose) -> dict[str, str]:
    if result.bond is None:
        return {}
    return {"covalent bond": result.bond.text(result.mol_of(pose), pose.bond_length)}


def _map(result: DockingResult, pose: Pose) -> Figure | None:
    svg = interaction_map(result.mol, pose.interactions)
    return Figure(svg, "Interactions; distances in Å.", wide=True) if svg else None


def reference_text(setting: Setting, reference: Chem.Mol | None) -> str:
    """The known ligand: of a file, else the group of the structure that names the pocket; "" where there is none."""
    if reference is not None:
        return ligand_text(reference, reference.GetConformer().GetPositions())
    pocket = setting.sites[0].pocket
    if pocket.reference is None or not pocket.removed:
        return ""
    group = setting.protein.keep(lambda residue: residue.label == pocket.removed[0])
    return receptor_text(group) if len(group) else ""


def _facts(setting: Setting) -> dict[str, str]:
    receptor = setting.sites[0].receptor
    pockets = [_pocket(site.pocket) for site in setting.sites]
    return {
        "protein": Path(setting.protein.source).name,
        "receptor": f"{len(receptor.protein)} heavy atoms",
        **({"kept": ", ".join(receptor.kept)} if receptor.kept else {}),
        **({"left out": "; ".join(receptor.left_out)} if receptor.left_out else {}),
        **{f"pocket {k}" if len(pockets) > 1 else "pocket": text for k, text in enumerate(pockets, 1)},
    }


def _pocket(pocket: Pocket) -> str:
    center = ", ".join(f"{x:.1f}" for x in pocket.center)
    size = " × ".join(f"{x:.1f}" for x in pocket.size)
    return f"{file_name(pocket.name)}: center {center}, box {size} Å"


def _notes(setting: Setting, part: Protein, config: DockConfig) -> tuple[str, ...]:
    cut = len(part) < len(setting.sites[0].receptor.protein)
    return (
        *setting.notes,
        *(("The 3D view shows the part of the receptor around the poses.",) if cut else ()),
        "Scores rank the poses of one ligand; as binding free energies they are rough.",
    )


def _overview(rows: Sequence[DockRow]) -> Table:
    listed = []
    for row in rows[:MOST_LISTED]:
        best = None if row.result is None else row.result.poses[0]
        if row.result is None or best is None:
            listed.append((row.name, row.place or "", "0", "", "", "", row.error or ""))
            continue
        rmsd = "" if best.rmsd is None else f"{best.rmsd:.2f}"
        status = "ok" if best.valid else f"the best pose fails {spelled(best.failed)}"
        count = str(len(row.result.poses))
        listed.append((row.name, row.place or "", count, f"{best.score:.2f}", rmsd, f"{row.seconds:.1f}", status))
    columns = ("name", "place", "poses", "best score / kcal/mol", "its RMSD / Å", "seconds", "status")
    left = len(rows) - len(listed)
    return Table(columns, listed, f"{left} more inputs are not listed here." if left else "")
