"""`--pymol`: a script that loads the receptor, every pose as an object, and its interactions as labeled dashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from molgen.chem.proteins.structure import Residue
from molgen.docking.run import DockRow
from molgen.metrics.interactions import Interaction, Kind, short_name
from molgen.reports.pages.contacts.colors import COLORS
from molgen.reports.scripts.shown import (
    ShownPose,
    receptor_path,
    relative,
    residues_of,
    shown_poses,
    write_script,
)


def write_pymol_script(path: str | Path, rows: Sequence[DockRow], output: str | Path) -> None:
    """Write a .pml script; nothing is written when no ligand has a pose.

    Args:
        path: of the script; the receptor is written next to it as `NAME_receptor.cif`.
        rows: what `dock_to_file` returned.
        output: the SD file with the poses.

    Raises:
        InputError: a file cannot be written.
    """
    poses = list(shown_poses(rows))
    if poses:
        receptor = next(row.result.receptor for row in rows if row.result is not None)
        write_script(path, receptor, list(_lines(path, output, poses)))


def _lines(path: str | Path, output: str | Path, poses: Sequence[ShownPose]) -> Iterator[str]:
    yield "# poses and interactions by molgen, to open in PyMOL"
    yield "python\nimport os, pymol"
    yield "cmd.cd(os.path.dirname(os.path.abspath(getattr(pymol, '__script__', None) or '.')))"
    yield "python end"
    yield f"load {receptor_path(path).name}, receptor"
    yield f"load {relative(output, path)}, molgen_poses"
    yield "hide everything, receptor\nshow cartoon, receptor\nshow sticks, receptor and organic"
    yield "show nb_spheres, receptor and (solvent or inorganic)\ncolor gray80, receptor and elem C"
    for residue in residues_of(poses):
        yield f"show sticks, {_selection(residue)}"
        atom = " and name CA" if residue.kind == "polymer" else ""
        yield f'label first ({_selection(residue)}{atom}), "{short_name(residue)}"'
    for shown in poses:
        yield f"create {shown.name}, molgen_poses, {shown.record}, 1"
        yield f"show sticks, {shown.name}\nhide everything, {shown.name} and elem H and neighbor elem C"
        yield f"color tv_green, {shown.name} and elem C"
        yield from _interactions(shown)
    yield "delete molgen_poses\nset dash_gap, 0.35\nset dash_radius, 0.06"
    yield "set label_size, 16\nset label_color, black\nset label_outline_color, white"
    yield "bg_color white\nset cartoon_transparency, 0.6\nset ray_opaque_background, 1"
    yield from (f"disable {shown.name}_all" for shown in poses[1:])
    yield f"orient {poses[0].name}\nzoom {poses[0].name}, 6"


def _interactions(shown: ShownPose) -> Iterator[str]:
    """Dashes between points; the points are atoms of an object that is hidden."""
    ends = f"{shown.name}_ends"
    kinds: dict[Kind, str] = {}
    for k, interaction in enumerate(shown.pose.interactions):
        dashes = kinds.setdefault(interaction.kind, f"{shown.name}_{interaction.kind}")
        yield from _points(ends, 2 * k + 1, interaction)
        yield f"distance {dashes}, {ends} and resi {2 * k + 1}, {ends} and resi {2 * k + 2}"
    for kind, dashes in kinds.items():
        yield f"color 0x{COLORS[kind].removeprefix('#')}, {dashes}"
        if kind == "hydrophobic":
            yield f"hide labels, {dashes}"
    if kinds:
        yield f"hide everything, {ends}"
    members = [shown.name, *kinds.values(), *([ends] if kinds else [])]
    yield f"group {shown.name}_all, {' '.join(members)}"


def _points(name: str, first: int, interaction: Interaction) -> Iterator[str]:
    for k, (x, y, z) in enumerate(interaction.ends.tolist()):
        yield f"pseudoatom {name}, pos=[{x:.3f}, {y:.3f}, {z:.3f}], resi={first + k}"


def _selection(residue: Residue) -> str:
    number = f"{residue.number}{residue.insertion}".replace("-", "\\-")
    chain = f" and chain {residue.chain}" if residue.chain else ""
    return f"receptor{chain} and resi {number}"
