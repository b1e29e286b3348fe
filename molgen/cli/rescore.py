"""`molgen rescore`: scores of poses that exist already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgen.cli.frame.progress import progress
from molgen.cli.frame.terminal import MOST_ROWS, print_failure, yes_or_no
from molgen.cli.frame.voice import conclude, note, say, show
from molgen.cli.inputs.early import (
    check_molecules,
    check_outputs,
    check_reference,
    check_torsion_library,
    read_structure,
)
from molgen.cli.inputs.options import (
    ChainsOption,
    DropOption,
    KeepOption,
    PosesOutput,
    ProteinOption,
    ReferenceOption,
    TorsionLibraryOption,
)
from molgen.cli.inputs.values import names_of

if TYPE_CHECKING:
    from molgen.docking.rescore import RescoreRow


def rescore(
    protein: ProteinOption,
    ligand: Annotated[Path, typer.Option("-l", "--ligand", help="SD, MOL2 or PDBQT file with poses.")],
    output: PosesOutput,
    minimize: Annotated[bool, typer.Option("--minimize", help="Minimize every pose in the receptor first.")] = False,
    reference: ReferenceOption = None,
    keep: KeepOption = "",
    drop: DropOption = "",
    chains: ChainsOption = "",
    torsion_library: TorsionLibraryOption = "default",
) -> None:
    """Score existing poses, and minimize them if wanted."""
    from molgen.docking.pose_files import check_pose_file

    check_pose_file(output)
    check_outputs(output, inputs=(ligand, protein, reference))
    check_torsion_library(torsion_library)
    check_molecules(ligand)
    check_reference(reference, bonds=False)
    structure = read_structure(protein)
    with progress("poses"):
        from molgen.docking.rescore import rescore_to_file

        rows = rescore_to_file(
            ligand,
            structure,
            output,
            minimize=minimize,
            reference=reference,
            keep=names_of(keep),
            drop=names_of(drop),
            chains=names_of(chains),
            torsion_library=torsion_library,
        )
    _print_rescored(rows, str(ligand))
    done = any(row.pose is not None for row in rows)
    first = next((row.result for row in rows if row.result is not None), None)
    receptor = {} if first is None else {"protein_notes": first.receptor_notes, "kept": first.kept}
    conclude({**receptor, "poses": [_document(row) for row in rows]}, (output,) if done else ())
    if not done:
        raise typer.Exit(2)


def _document(row: RescoreRow) -> dict[str, object]:
    """The outcome of a pose as JSON values."""
    known = {"name": row.name, "place": row.place, "error": row.error}
    if row.pose is None:
        return known
    return known | {name: getattr(row.pose, name) for name in ("score", "strain", "rmsd", "valid", "failed")}


def _print_rescored(rows: Sequence[RescoreRow], source: str) -> None:
    """One line per pose of the input, in its order."""
    from rich.table import Table

    if len(rows) == 1 and rows[0].pose is None:
        print_failure(rows[0], source)
        return
    scored = [row.result for row in rows if row.result is not None]
    for text in dict.fromkeys(text for result in scored for text in (*result.receptor_notes, *result.notes)):
        note(f"note: {text}")
    if scored and scored[0].kept:
        note(f"kept: {', '.join(scored[0].kept)}")
    table = Table("name", "kcal/mol", "strain", "RMSD / Å", "valid", "status")
    for row in rows[:MOST_ROWS]:
        if row.pose is None:
            table.add_row(row.name, "", "", "", "", row.error)
            continue
        rmsd = "" if row.pose.rmsd is None else f"{row.pose.rmsd:.2f}"
        status = ", ".join(row.pose.failed) or "ok"
        table.add_row(
            row.name, f"{row.pose.score:.2f}", f"{row.pose.strain:.1f}", rmsd, yes_or_no(row.pose.valid), status
        )
    show(table)
    failed = sum(row.pose is None for row in rows)
    if failed:
        say(f"{len(rows) - failed} of {len(rows)} poses scored, {failed} failed")


command = rescore
