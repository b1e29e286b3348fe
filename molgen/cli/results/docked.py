"""What `molgen dock` shows: the receptor and its pockets, the poses of a ligand, the lines of a library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from molgen.cli.frame.terminal import MOST_ROWS, percent, print_failure, yes_or_no
from molgen.cli.frame.voice import note, say, show
from molgen.runtime.stages import stage

if TYPE_CHECKING:
    from molgen.chem.proteins.receptor import Receptor
    from molgen.docking.records import Pose
    from molgen.docking.run import DockRow, Setting
    from molgen.docking.site import Site


def print_setting(setting: Setting) -> None:
    """The receptor and the pockets, on stderr, before the work begins."""
    for text in setting.notes:
        note(f"note: {text}")
    print_receptor(setting.sites[0].receptor, setting.protein.source)
    print_pockets(setting.sites)
    for pocket in setting.others:
        box = ",".join(f"{x:.1f}" for x in pocket.center)
        note(f"not searched: {pocket.name}, --pocket box:{box}")


def print_receptor(receptor: Receptor, source: str) -> None:
    """What is docked to, on stderr: atoms of a file, groups that are kept and left out."""
    note(f"receptor: {len(receptor.protein)} atoms of {source}")
    if receptor.kept:
        note(f"kept: {', '.join(receptor.kept)}")
    if receptor.left_out:
        note(f"left out: {'; '.join(receptor.left_out)}")


def print_pockets(sites: Sequence[Site]) -> None:
    """Where each pocket is, on stderr."""
    for site in sites:
        center = ", ".join(f"{x:.1f}" for x in site.pocket.center)
        size = " x ".join(f"{x:.1f}" for x in site.pocket.size)
        note(f"pocket {site.pocket.name}: center {center}, box {size} Å")


def print_docked(rows: Sequence[DockRow], source: str = "") -> None:
    """Notes on stderr, then the poses of one ligand, or a line for each of several.

    Args:
        rows: the outcome of each ligand.
        source: of the ligands: a file, a SMILES, or a table.
    """
    for row in rows:
        for text in row.result.notes if row.result is not None else ():
            note(f"note: {row.name}: {text}")
    if len(rows) > 1:
        _print_library(rows)
        return
    for row in rows:
        if row.result is None:
            print_failure(row, source)
        else:
            _print_poses(row.result.poses)


def print_uncompared(rows: Sequence[DockRow], reference: Path) -> None:
    """Say so where no ligand is that of the reference."""
    done = [row.result for row in rows if row.result is not None]
    if done and all(result.poses[0].rmsd is None for result in done):
        note(f"note: no ligand is the molecule of {reference}: no RMSD")


def _print_library(rows: Sequence[DockRow]) -> None:
    """One line per ligand: its best pose or why there is none."""
    from rich.table import Table

    table = Table("name", "poses", "confidence", "score", "valid", "RMSD / Å", "seconds", "status")
    for row in rows[:MOST_ROWS]:
        if row.result is None:
            table.add_row(row.name, "0", "", "", "", "", f"{row.seconds:.1f}", row.error)
            continue
        best = row.result.poses[0]
        rmsd = "" if best.rmsd is None else f"{best.rmsd:.2f}"
        values = (percent(best.confidence), f"{best.score:.1f}", yes_or_no(best.valid), rmsd)
        table.add_row(row.name, str(len(row.result.poses)), *values, f"{row.seconds:.1f}", "ok")
    show(table)
    failed = sum(row.result is None for row in rows)
    say(f"{len(rows) - failed} of {len(rows)} ligands docked, {failed} failed")


def _print_poses(poses: Sequence[Pose]) -> None:
    """One line per pose."""
    from rich.table import Table

    from molgen.metrics.interactions.texts import partners_text

    compared = any(pose.rmsd is not None for pose in poses)
    scored = any(pose.confidence is not None for pose in poses)
    variants = any(pose.variant for pose in poses)
    several = len({pose.pocket for pose in poses}) > 1
    moved = any(pose.moved for pose in poses)
    first = [*(["variant"] if variants else []), *(["confidence"] if scored else [])]
    columns = (*first, "kcal/mol", "strain", *(["RMSD / Å"] if compared else []))
    table = Table("pose", *columns, *(["pocket"] if several else []), "valid", "hydrogen bonds", "failed checks")
    if moved:
        table.add_column("moved")
    for pose in poses[:MOST_ROWS]:
        rmsd = [] if not compared else ["" if pose.rmsd is None else f"{pose.rmsd:.2f}"]
        own = [*([str(pose.variant + 1)] if variants else []), *([percent(pose.confidence)] if scored else [])]
        values = [*own, f"{pose.score:.2f}", f"{pose.strain:.1f}", *rmsd, *([pose.pocket] if several else [])]
        bonds = partners_text(pose.interactions, "hbond")
        last = [", ".join(pose.failed), *([", ".join(pose.moved)] if moved else [])]
        table.add_row(str(pose.rank), *values, yes_or_no(pose.valid), bonds, *last)
    show(table)


def write_report(path: Path, rows: Sequence[DockRow], setting: Setting, **options: Any) -> None:
    """Write the HTML report, a stage of the work; options of `write_docking_report`."""
    from molgen.reports.pages.docking_report import write_docking_report

    stage("writing the report")
    write_docking_report(path, rows, setting, **options)
