"""What the scripts show: a receptor file next to them, the poses of an SD file, and lines for the interactions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from molgen.chem.formats.mmcif.writing import mmcif_text
from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.proteins.writing import protein_atoms
from molgen.docking.records import Pose
from molgen.docking.run import DockRow
from molgen.errors import InputError
from molgen.files import check_place, write_atomically

MOST_POSES = 100
"""Poses after these are in the SD file, but not in a script."""


@dataclass(frozen=True)
class ShownPose:
    """A pose in a script.

    Attributes:
        record: its place in the SD file, from 1.
        name: letters, digits and underscores.
        title: the name of the ligand and the rank.
        pose: with its interactions.
    """

    record: int
    name: str
    title: str
    pose: Pose


def shown_poses(rows: Sequence[DockRow]) -> Iterator[ShownPose]:
    """The poses in the order of the SD file, at most `MOST_POSES`."""
    results = [(row.name, row.result) for row in rows if row.result is not None]
    every = ((k, name, pose) for k, (name, result) in enumerate(results, 1) for pose in result.poses)
    for record, (k, name, pose) in enumerate(every, 1):
        if record > MOST_POSES:
            return
        label = f"pose_{pose.rank}" if len(results) == 1 else f"ligand_{k}_pose_{pose.rank}"
        title = re.sub(r"[^\w .+-]", " ", name)[:60]
        yield ShownPose(record, label, f"{title}, pose {pose.rank}", pose)


def residues_of(poses: Sequence[ShownPose]) -> list[Residue]:
    """The residues that take part, each once, those with a chain that a viewer can select."""
    partners = (interaction.residue for shown in poses for interaction in shown.pose.interactions)
    return [residue for residue in dict.fromkeys(partners) if re.fullmatch(r"[A-Za-z0-9]*", residue.chain)]


def check_script(path: str | Path, suffix: str) -> None:
    """Refuse a script that could not be written, before the work begins.

    Raises:
        InputError: the name does not end in the suffix, or there is no such folder.
    """
    if Path(path).suffix.lower() != suffix:
        raise InputError(f"this script is written as {suffix}", source=path)
    check_place(path)


def write_script(path: str | Path, receptor: Protein, lines: Sequence[str]) -> None:
    """Write a script, and the receptor as `NAME_receptor.cif` next to it."""
    with write_atomically(receptor_path(path)) as file:
        file.write(mmcif_text(protein_atoms(receptor), []))
    with write_atomically(path) as file:
        file.write("\n".join([*lines, ""]))


def receptor_path(path: str | Path) -> Path:
    """The receptor file of a script."""
    return Path(path).with_name(f"{Path(path).stem}_receptor.cif")


def relative(path: str | Path, script: str | Path) -> str:
    """A file as seen from the folder of the script, so that both can move together."""
    return Path(os.path.relpath(Path(path).resolve(), Path(script).resolve().parent)).as_posix()
