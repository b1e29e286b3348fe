"""`--chimerax`: a script that loads the receptor, the poses, and their interactions as labeled segments.

Commands as https://www.cgl.ucsf.edu/chimerax/docs/user/index.html has them; a script runs in its own folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from molgen.chem.proteins.structure import Residue
from molgen.docking.run import DockRow
from molgen.metrics.interactions import short_name
from molgen.reports.pages.contacts.colors import COLORS
from molgen.reports.scripts.shown import (
    ShownPose,
    receptor_path,
    relative,
    residues_of,
    shown_poses,
    write_script,
)

_LINES = 100
"""Model numbers of the interactions begin above this."""


def write_chimerax_script(path: str | Path, rows: Sequence[DockRow], output: str | Path) -> None:
    """Write a .cxc script; arguments and errors as in :func:`molgen.reports.scripts.pymol.write_pymol_script`."""
    poses = list(shown_poses(rows))
    if poses:
        receptor = next(row.result.receptor for row in rows if row.result is not None)
        records = sum(len(row.result.poses) for row in rows if row.result is not None)
        write_script(path, receptor, list(_lines(path, output, poses, records)))


def _lines(path: str | Path, output: str | Path, poses: Sequence[ShownPose], records: int) -> Iterator[str]:
    yield "# poses and interactions by molgen, to open in ChimeraX"
    yield f'open "{receptor_path(path).name}" id 1'
    yield f'open "{relative(output, path)}" id 2'
    yield "hide #1 atoms\nshow #1 cartoons\ncolor #1 #cfd4dc target c\nstyle #1,2 stick"
    yield "show #1 & (ligand | ions) atoms"
    for residue in residues_of(poses):
        yield f"show {_selection(residue)} atoms"
        yield f'label {_selection(residue)} residues text "{short_name(residue)}"'
    yield "color #1,2 byhetero"
    for shown in poses:
        model = _LINES + shown.record
        for interaction in shown.pose.interactions:
            start, finish = (",".join(f"{x:.3f}" for x in end) for end in interaction.ends.tolist())
            label = "" if interaction.kind == "hydrophobic" else f' label "{interaction.distance:.1f}" labelHeight 0.6'
            yield (
                f"marker segment #{model} position {start} toPosition {finish} radius 0.06 "
                f"color {COLORS[interaction.kind]}{label}"
            )
        if shown.pose.interactions:
            yield f'rename #{model} "{shown.title}: interactions"'
    yield from _only_first(poses, records)
    yield f"view {_model(poses[0], records)}"


def _only_first(poses: Sequence[ShownPose], records: int) -> Iterator[str]:
    if records > 1:
        yield f"hide #2.2-{records} models"
    drawn = [_LINES + shown.record for shown in poses[1:] if shown.pose.interactions]
    yield from (f"hide #{model} models" for model in drawn)


def _model(shown: ShownPose, records: int) -> str:
    return f"#2.{shown.record}" if records > 1 else "#2"


def _selection(residue: Residue) -> str:
    chain = f"/{residue.chain}" if residue.chain else ""
    return f"#1{chain}:{residue.number}{residue.insertion}"
