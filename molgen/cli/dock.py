"""`molgen dock`: poses of one or many ligands in a pocket of a protein."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgen.cli.options import (
    AnchorOption,
    ChainsOption,
    ConfidenceModelOption,
    DropOption,
    Effort,
    EffortOption,
    ForbidOption,
    KeepOption,
    LargestFragmentOption,
    NameColumnOption,
    PoseModelOption,
    ProposalsOption,
    ProposalSource,
    ProteinOption,
    ProtonateOption,
    Rank,
    RankOption,
    ReferenceOption,
    ReportOption,
    RequireOption,
    SeedOption,
    SmilesColumnOption,
    StatesOption,
    Stereo,
    StereoOption,
    names_of,
    ph_of,
)
from molgen.cli.terminal import MOST_ROWS, console, percent, progress, yes_or_no

if TYPE_CHECKING:
    from molgen.docking.records import Pose
    from molgen.docking.run import DockRow, Setting


def dock(
    context: typer.Context,
    protein: ProteinOption,
    ligand: Annotated[
        str, typer.Option("-l", "--ligand", help="A SMILES, or a .smi, .csv, .sdf, .mol, .mol2 [.gz] file.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="SD file of the ranked poses (.sdf or .sdf.gz).")],
    pocket: Annotated[
        str,
        typer.Option(
            help="ligand:RES[:CHAIN[:NUM]], a file with a reference ligand, chain:P, residues:A:57,A:102, "
            "box:x,y,z[,size], auto or blind."
        ),
    ] = "auto",
    n: Annotated[int, typer.Option("-n", min=1, help="Poses per ligand.")] = 9,
    seed: SeedOption = 0,
    effort: EffortOption = Effort.normal,
    proposals: ProposalsOption = ProposalSource.both,
    rank: RankOption = Rank.confidence,
    pose_model: PoseModelOption = "default",
    confidence_model: ConfidenceModelOption = "default",
    trajectory: Annotated[
        Path | None, typer.Option(help="PDB file of how the model samples the (first) ligand.")
    ] = None,
    protonate: ProtonateOption = "auto",
    states: StatesOption = 1,
    stereo: StereoOption = Stereo.one,
    keep: KeepOption = "",
    drop: DropOption = "",
    chains: ChainsOption = "",
    anchor: AnchorOption = None,
    require: RequireOption = None,
    forbid: ForbidOption = None,
    core: Annotated[Path | None, typer.Option(help="Reference pose whose common core stays in place.")] = None,
    reference: ReferenceOption = None,
    keep_conformer: Annotated[bool, typer.Option("--keep-conformer", help="Keep the input's rings and bonds.")] = False,
    largest_fragment: LargestFragmentOption = False,
    smiles_column: SmilesColumnOption = None,
    name_column: NameColumnOption = None,
    write_complex: Annotated[Path | None, typer.Option("--complex", help=".pdb or .cif of the best pose.")] = None,
    summary: Annotated[Path | None, typer.Option(help="JSON with all results [OUTPUT.json].")] = None,
    report: ReportOption = None,
    pymol: Annotated[Path | None, typer.Option(help="PyMOL script (.pml) of poses and interactions.")] = None,
    chimerax: Annotated[Path | None, typer.Option(help="ChimeraX script (.cxc) of the same.")] = None,
    posebusters: Annotated[bool, typer.Option("--posebusters", help="Check the poses with PoseBusters.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
) -> None:
    """Dock one or many ligands into a pocket of a protein.

    Writes an SD file with the poses of every ligand, best first.
    """
    from molgen.docking.records import config_of
    from molgen.docking.run import dock_to_file

    config = config_of(
        n=n,
        seed=seed,
        effort=effort.value,
        ph=ph_of(protonate),
        states=states,
        stereo=stereo.value,
        keep_conformer=keep_conformer,
        posebusters=posebusters,
        proposals=proposals.value,
        rank=rank.value,
        pose_model=pose_model,
        confidence_model=confidence_model,
        require=tuple(require or ()),
        forbid=tuple(forbid or ()),
    )
    if report is not None:
        from molgen.reports.pages.html import check_report

        check_report(report)
    _check_scripts(pymol, chimerax)
    settings: list[Setting] = []
    with progress("ligands") as tick:
        rows = dock_to_file(
            ligand,
            protein,
            pocket,
            output,
            config=config,
            keep=names_of(keep),
            drop=names_of(drop),
            chains=names_of(chains),
            anchors=anchor or (),
            core=core,
            reference=reference,
            largest_fragment=largest_fragment,
            smiles_column=smiles_column,
            name_column=name_column,
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

        write_docking_report(
            report,
            rows,
            settings[0],
            config=config,
            reference=compared_with(reference, pocket),
            output=output,
            command=context.obj or (),
        )
    _write_scripts(rows, output, pymol, chimerax)
    if all(row.result is None for row in rows):
        raise typer.Exit(2)


def _check_scripts(pymol: Path | None, chimerax: Path | None) -> None:
    from molgen.reports.scripts.shown import check_script

    for path, suffix in ((pymol, ".pml"), (chimerax, ".cxc")):
        if path is not None:
            check_script(path, suffix)


def _write_scripts(rows: Sequence[DockRow], output: Path, pymol: Path | None, chimerax: Path | None) -> None:
    from molgen.reports.scripts.chimerax import write_chimerax_script
    from molgen.reports.scripts.pymol import write_pymol_script

    if pymol is not None:
        write_pymol_script(pymol, rows, output)
    if chimerax is not None:
        write_chimerax_script(chimerax, rows, output)


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".sdf").removesuffix(".sd")


def _print_setting(setting: Setting) -> None:
    """The receptor and the pockets, on stderr, before the work begins."""
    for note in setting.notes:
        print(f"note: {note}", file=sys.stderr)
    receptor = setting.sites[0].receptor
    print(f"receptor: {len(receptor.protein)} atoms of {setting.protein.source}", file=sys.stderr)
    if receptor.kept:
        print(f"kept: {', '.join(receptor.kept)}", file=sys.stderr)
    if receptor.left_out:
        print(f"left out: {'; '.join(receptor.left_out)}", file=sys.stderr)
    for site in setting.sites:
        center = ", ".join(f"{x:.1f}" for x in site.pocket.center)
        size = " x ".join(f"{x:.1f}" for x in site.pocket.size)
        print(f"pocket {site.pocket.name}: center {center}, box {size} Å", file=sys.stderr)
    for pocket in setting.others:
        place = ",".join(f"{x:.1f}" for x in pocket.center)
        print(f"not searched: {pocket.name}, --pocket box:{place}", file=sys.stderr)


def _print_docked(rows: Sequence[DockRow]) -> None:
    for row in rows:
        for note in row.result.notes if row.result is not None else ():
            print(f"note: {row.name}: {note}", file=sys.stderr)
    if len(rows) > 1:
        _print_library(rows)
        return
    for row in rows:
        if row.result is None:
            print(f"error: {row.name}: {row.error}", file=sys.stderr)
        else:
            _print_poses(row.result.poses)


def _print_uncompared(rows: Sequence[DockRow], reference: Path) -> None:
    done = [row.result for row in rows if row.result is not None]
    if done and all(result.poses[0].rmsd is None for result in done):
        print(f"note: no ligand is the molecule of {reference}: no RMSD", file=sys.stderr)


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
    console().print(table)
    failed = sum(row.result is None for row in rows)
    print(f"{len(rows) - failed} of {len(rows)} ligands docked, {failed} failed")


def _print_poses(poses: Sequence[Pose]) -> None:
    """One line per pose."""
    from rich.table import Table

    from molgen.metrics.interactions.texts import partners_text

    compared = any(pose.rmsd is not None for pose in poses)
    scored = any(pose.confidence is not None for pose in poses)
    variants = any(pose.variant for pose in poses)
    first = [*(["variant"] if variants else []), *(["confidence"] if scored else [])]
    columns = (*first, "kcal/mol", "strain", *(["RMSD / Å"] if compared else []))
    table = Table("pose", *columns, "valid", "hydrogen bonds", "failed checks")
    for pose in poses[:MOST_ROWS]:
        rmsd = [] if not compared else ["" if pose.rmsd is None else f"{pose.rmsd:.2f}"]
        own = [*([str(pose.variant + 1)] if variants else []), *([percent(pose.confidence)] if scored else [])]
        values = [*own, f"{pose.score:.2f}", f"{pose.strain:.1f}", *rmsd]
        bonds = partners_text(pose.interactions, "hbond")
        table.add_row(str(pose.rank), *values, yes_or_no(pose.valid), bonds, ", ".join(pose.failed))
    console().print(table)


command = dock
