"""The poses of a result as rows: for a data frame, and as the table that a notebook shows."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from scipy.spatial import KDTree

from molgen.chem.drawing.sticks import GRAY, Sticks, stick_svg, sticks_of
from molgen.data_frame import data_frame
from molgen.docking.records import DockingResult, Pose
from molgen.metrics.interactions import fingerprint
from molgen.metrics.interactions.texts import partners_text

_MOST_ROWS = 10
_AROUND, _BOND = 4.5, 1.95
"""Angstrom around a pose in which the receptor is drawn, and up to which two of its atoms count as bonded."""


def pose_rows(result: DockingResult) -> list[dict[str, Any]]:
    """One row a pose, in rank order; energies in kcal/mol, RMSD in Angstrom, None for what is not known."""
    return [_row(pose) for pose in result.poses]


def pose_frame(result: DockingResult) -> Any:
    """The rows as a pandas DataFrame.

    Raises:
        ConfigError: pandas is not installed.
    """
    return data_frame(pose_rows(result))


def pose_html(result: DockingResult) -> str:
    """The first pose in its pocket and a table of all; it needs no script, so that a stored notebook shows it too."""
    rows = [_shown(pose) for pose in result.poses]
    titles = [title for title in rows[0] if any(row[title] for row in rows)] if rows else []
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    shown = rows[:_MOST_ROWS]
    body = "".join(f"<tr>{''.join(f'<td>{escape(row[title])}</td>' for title in titles)}</tr>" for row in shown)
    left = f"<p>and {len(rows) - len(shown)} more</p>" if len(rows) > len(shown) else ""
    return f"<div>{_picture(result)}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{left}</div>"


def _picture(result: DockingResult) -> str:
    """The first pose as sticks, residues around it in gray, polar interactions dashed; "" without a pose."""
    if not result.poses:
        return ""
    pose = result.poses[0]
    mol = result.mol_of(pose)
    positions = mol.GetConformer(pose.conformer).GetPositions()
    heavy = positions[[atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]]
    near = KDTree(heavy).query(result.receptor.positions, distance_upper_bound=_AROUND)[0] < _AROUND
    around = result.receptor.positions[near]
    bonds = sorted(KDTree(around).query_pairs(_BOND)) if len(around) else []
    pocket = Sticks(around, bonds, [GRAY] * len(around), 0.1)
    ends = [
        (interaction.ends[0], interaction.ends[1])
        for interaction in pose.interactions
        if interaction.kind != "hydrophobic"
    ]
    return stick_svg([sticks_of(mol, positions), pocket], dashes=ends)


def _row(pose: Pose) -> dict[str, Any]:
    return {
        "rank": pose.rank,
        "confidence": pose.confidence,
        "score": pose.score,
        "intermolecular": pose.intermolecular,
        "intramolecular": pose.intramolecular,
        "torsional": pose.torsional,
        "strain": pose.strain if math.isfinite(pose.strain) else None,
        "rmsd": pose.rmsd,
        "valid": pose.valid,
        "failed_checks": ", ".join(pose.failed),
        "pocket": pose.pocket,
        "moved": ", ".join(pose.moved),
        "interactions": "; ".join(fingerprint(pose.interactions)),
        "unsatisfied": len(pose.unsatisfied),
        "interaction_similarity": pose.interaction_similarity,
        "known_ligand": pose.known_ligand,
        "known_overlap": pose.known_overlap,
    }


def _shown(pose: Pose) -> dict[str, str]:
    return {
        "rank": str(pose.rank),
        "confidence": "" if pose.confidence is None else f"{pose.confidence:.2f}",
        "score / kcal/mol": f"{pose.score:.2f}",
        "strain / kcal/mol": f"{pose.strain:.1f}" if math.isfinite(pose.strain) else "unknown",
        "RMSD / Å": "" if pose.rmsd is None else f"{pose.rmsd:.2f}",
        "valid": "yes" if pose.valid else f"no: {', '.join(pose.failed)}",
        "hydrogen bonds": partners_text(pose.interactions, "hbond"),
        "moved": ", ".join(pose.moved),
    }
