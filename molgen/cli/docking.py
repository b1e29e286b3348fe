"""The commands on proteins and poses."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from molgen.cli.terminal import MOST_ROWS, console, progress

_CENTER = 4.0  # Angstrom from the center of a pocket


class Proposals(StrEnum):
    """Where the search starts."""

    both = "both"
    learned = "learned"
    random = "random"


class Rank(StrEnum):
    """What poses are ordered by."""

    confidence = "confidence"
    energy = "energy"


class Effort(StrEnum):
    """How much is searched."""

    quick = "quick"
    normal = "normal"
    thorough = "thorough"


def dock(
    context: typer.Context,
    protein: Annotated[Path, typer.Option("-p", "--protein", help="PDB or mmCIF file, also .gz.")],
    ligand: Annotated[
        str, typer.Option("-l", "--ligand", help="A SMILES, or a .smi, .csv, .sdf, .mol, .mol2 [.gz] file.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="SD file of the ranked poses (.sdf or .sdf.gz).")],
    pocket: Annotated[
        str,
        typer.Option(
            help="ligand:RES[:CHAIN[:NUM]], a file with a reference ligand, residues:A:57,A:102, box:x,y,z[,size], "
            "auto or blind."
        ),
    ] = "auto",
    n: Annotated[int, typer.Option("-n", min=1, help="Poses per ligand.")] = 9,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same poses.")] = 0,
    effort: Annotated[Effort, typer.Option(help="How much is searched.")] = Effort.normal,
    proposals: Annotated[
        Proposals, typer.Option(help="Start from random poses, from those of the model, or both.")
    ] = Proposals.both,
    rank: Annotated[Rank, typer.Option(help="Order poses by the learned confidence, or by energy.")] = Rank.confidence,
    pose_model: Annotated[str, typer.Option(help="Proposes poses: default, or a weights file.")] = "default",
    confidence_model: Annotated[str, typer.Option(help="Ranks poses: default, or a weights file.")] = "default",
    trajectory: Annotated[
        Path | None, typer.Option(help="PDB file of how the model samples the (first) ligand.")
    ] = None,
    protonate: Annotated[str, typer.Option(help="pH of the ligand, or no.")] = "7.4",
    keep: Annotated[str, typer.Option(help="Groups of the file to keep, e.g. waters or HEM,GOL:A:5.")] = "",
    drop: Annotated[str, typer.Option(help="Groups of the file to leave out, e.g. HEM.")] = "",
    anchor: Annotated[
        list[str] | None, typer.Option(metavar="SMARTS@x,y,z[,radius]", help="Hold an atom near a point.")
    ] = None,
    core: Annotated[Path | None, typer.Option(help="Reference pose whose common core stays in place.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Pose to measure the RMSD to.")] = None,
    keep_conformer: Annotated[bool, typer.Option("--keep-conformer", help="Keep the input's rings and bonds.")] = False,
    largest_fragment: Annotated[bool, typer.Option("--largest-fragment", help="Of a salt keep the biggest.")] = False,
    write_complex: Annotated[Path | None, typer.Option("--complex", help=".pdb or .cif of the best pose.")] = None,
    summary: Annotated[Path | None, typer.Option(help="JSON with all results [OUTPUT.json].")] = None,
    report: Annotated[Path | None, typer.Option(help="HTML report to write, with a 3D view; opens offline.")] = None,
    posebusters: Annotated[bool, typer.Option("--posebusters", help="Check the poses with PoseBusters.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
) -> None:
    """Dock one or many ligands into a pocket of a protein.

    Writes an SD file with the poses of every ligand, best first.
    """
    from molgen.docking.dock import config_of
    from molgen.docking.run import dock_to_file

    config = config_of(
        n=n,
        seed=seed,
        effort=effort.value,
        ph=ph_of(protonate),
        keep_conformer=keep_conformer,
        posebusters=posebusters,
        proposals=proposals.value,
        rank=rank.value,
        pose_model=pose_model,
        confidence_model=confidence_model,
    )
    if report is not None:
        from molgen.reports.pages.html import check_report

        check_report(report)
    settings: list[Any] = []
    with progress("ligands") as tick:
        rows = dock_to_file(
            ligand,
            protein,
            pocket,
            output,
            config=config,
            keep=names_of(keep),
            drop=names_of(drop),
            anchors=anchor or (),
            core=core,
            reference=reference,
            largest_fragment=largest_fragment,
            complexes=write_complex,
            summary_file=summary or output.parent / f"{_stem(output)}.json",
            trajectory=trajectory,
            threads=threads,
            on_setting=lambda setting: settings.append(setting) or _print_setting(setting),
            on_row=tick,
        )
    _print_docked(rows)
    if reference is not None:
        _print_uncompared(rows, reference)
    if report is not None:
        from molgen.chem.molecules.reference import compared_with
        from molgen.reports.pages.docking_report import write_docking_report

        known = compared_with(reference, pocket)
        told = {"reference": known, "output": output, "command": context.obj or ()}
        write_docking_report(report, rows, settings[0], config=config, **told)
    if all(row.result is None for row in rows):
        raise typer.Exit(2)


def inspect(
    protein: Annotated[Path, typer.Argument(help="PDB or mmCIF file, also .gz.")],
    pockets: Annotated[bool, typer.Option("--pockets", help="Look for pockets too.")] = False,
) -> None:
    """List the chains, ligands, metals, waters and gaps of a structure file."""
    from molgen.chem.proteins.inspection import inspect_protein, lines
    from molgen.chem.proteins.reading import read_protein

    structure = read_protein(protein)
    for line in lines(inspect_protein(structure)):
        print(line)
    if pockets:
        from molgen.chem.proteins.pockets import find_pockets

        for pocket in find_pockets("blind", structure):
            place = ",".join(f"{x:.1f}" for x in pocket.center)
            print(f"{pocket.name}: --pocket box:{place}")


def rescore(
    protein: Annotated[Path, typer.Option("-p", "--protein", help="PDB or mmCIF file, also .gz.")],
    poses: Annotated[Path, typer.Option("-l", "--poses", help="SD or MOL2 file with poses.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="SD file to write (.sdf or .sdf.gz).")],
    minimize: Annotated[bool, typer.Option("--minimize", help="Minimize every pose in the receptor first.")] = False,
    reference: Annotated[Path | None, typer.Option(help="Pose to measure the RMSD to.")] = None,
    keep: Annotated[str, typer.Option(help="Groups of the file to keep, e.g. waters.")] = "",
    drop: Annotated[str, typer.Option(help="Groups of the file to leave out, e.g. HEM.")] = "",
) -> None:
    """Score existing poses, and minimize them if wanted."""
    from molgen.docking.rescore import rescore_to_file

    rows = rescore_to_file(
        poses, protein, output, minimize=minimize, reference=reference, keep=names_of(keep), drop=names_of(drop)
    )
    _print_rescored(rows)
    if all(row.pose is None for row in rows):
        raise typer.Exit(2)


def ph_of(text: str) -> float | None:
    """The pH that --protonate names; None for no."""
    from molgen.errors import ConfigError

    if text.lower() in ("no", "none", "off"):
        return None
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"--protonate takes a pH or no, not {text}") from None


def names_of(text: str) -> tuple[str, ...]:
    """The entries of a list with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".sdf").removesuffix(".sd")


def _print_setting(setting: Any) -> None:
    """The receptor and the pockets, on stderr, before the work begins."""
    for note in setting.protein.notes:
        print(f"note: {note}", file=sys.stderr)
    receptor = setting.sites[0].receptor
    print(f"receptor: {len(receptor.protein)} atoms of {setting.protein.source}", file=sys.stderr)
    for title, groups in (("kept", receptor.kept), ("left out", receptor.dropped)):
        if groups:
            print(f"{title}: {', '.join(groups)}", file=sys.stderr)
    for label in _in_the_way(setting.sites):
        print(f"note: {label} fills the pocket as part of the receptor; --drop {label} takes it out", file=sys.stderr)
    for site in setting.sites:
        center = ", ".join(f"{x:.1f}" for x in site.pocket.center)
        size = " x ".join(f"{x:.1f}" for x in site.pocket.size)
        print(f"pocket {site.pocket.name}: center {center}, box {size} Å", file=sys.stderr)
    for pocket in setting.others:
        place = ",".join(f"{x:.1f}" for x in pocket.center)
        print(f"not searched: {pocket.name}, --pocket box:{place}", file=sys.stderr)


def _in_the_way(sites: Sequence[Any]) -> list[str]:
    """Labels of kept ligands, cofactors aside, that reach the center of a pocket."""
    from molgen.chem.proteins.pockets import COFACTORS

    found = []
    for site in sites:
        protein = site.receptor.protein
        for group in protein.of_kind("ligand"):
            away = protein.positions[group.start : group.stop] - site.pocket.center
            if group.name not in COFACTORS and ((away**2).sum(axis=1) < _CENTER**2).any():
                found.append(group.label)
    return list(dict.fromkeys(found))


def _print_docked(rows: Sequence[Any]) -> None:
    for row in rows:
        for note in row.result.notes if row.result is not None else ():
            print(f"note: {row.name}: {note}", file=sys.stderr)
    if len(rows) > 1:
        _print_library(rows)
    elif rows and rows[0].result is None:
        print(f"error: {rows[0].name}: {rows[0].error}", file=sys.stderr)
    elif rows:
        _print_poses(rows[0].result.poses)


def _print_uncompared(rows: Sequence[Any], reference: Path) -> None:
    done = [row.result for row in rows if row.result is not None]
    if done and all(result.poses[0].rmsd is None for result in done):
        print(f"note: no ligand is the molecule of {reference}: no RMSD", file=sys.stderr)


def _print_library(rows: Sequence[Any]) -> None:
    """One line per ligand: its best pose or why there is none."""
    from rich.table import Table

    table = Table("name", "poses", "confidence", "score", "valid", "RMSD / Å", "seconds", "status")
    for row in rows[:MOST_ROWS]:
        if row.result is None:
            table.add_row(row.name, "0", "", "", "", "", f"{row.seconds:.1f}", row.error)
            continue
        best = row.result.poses[0]
        rmsd = "" if best.rmsd is None else f"{best.rmsd:.2f}"
        told = (str(len(row.result.poses)), _percent(best.confidence), f"{best.score:.1f}", _yes(best.valid), rmsd)
        table.add_row(row.name, *told, f"{row.seconds:.1f}", "ok")
    console().print(table)
    failed = sum(row.result is None for row in rows)
    print(f"{len(rows) - failed} of {len(rows)} ligands docked, {failed} failed")


def _print_poses(poses: Sequence[Any]) -> None:
    """One line per pose."""
    from rich.table import Table

    compared = any(pose.rmsd is not None for pose in poses)
    rated = any(pose.confidence is not None for pose in poses)
    columns = (*(["confidence"] if rated else []), "kcal/mol", "strain", *(["RMSD / Å"] if compared else []))
    table = Table("pose", *columns, "valid", "failed checks")
    for pose in poses[:MOST_ROWS]:
        rmsd = [] if not compared else ["" if pose.rmsd is None else f"{pose.rmsd:.2f}"]
        told = [*([_percent(pose.confidence)] if rated else []), f"{pose.score:.2f}", f"{pose.strain:.1f}", *rmsd]
        table.add_row(str(pose.rank), *told, _yes(pose.valid), ", ".join(pose.failed))
    console().print(table)


def _print_rescored(rows: Sequence[Any]) -> None:
    """One line per pose of the input, in its order."""
    from rich.table import Table

    if len(rows) == 1 and rows[0].pose is None:
        print(f"error: {rows[0].name}: {rows[0].error}", file=sys.stderr)
        return

    for note in dict.fromkeys(note for row in rows if row.result is not None for note in row.result.notes):
        print(f"note: {note}", file=sys.stderr)
    table = Table("name", "kcal/mol", "strain", "RMSD / Å", "valid", "status")
    for row in rows[:MOST_ROWS]:
        if row.pose is None:
            table.add_row(row.name, "", "", "", "", row.error)
            continue
        rmsd = "" if row.pose.rmsd is None else f"{row.pose.rmsd:.2f}"
        status = ", ".join(row.pose.failed) or "ok"
        table.add_row(row.name, f"{row.pose.score:.2f}", f"{row.pose.strain:.1f}", rmsd, _yes(row.pose.valid), status)
    console().print(table)
    failed = sum(row.pose is None for row in rows)
    if failed:
        print(f"{len(rows) - failed} of {len(rows)} poses scored, {failed} failed")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
