"""`molgen pack`: side chains on a backbone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgen.cli.frame.progress import progress
from molgen.cli.frame.voice import conclude, note, say, show
from molgen.cli.inputs.early import check_outputs, check_report_file, read_structure
from molgen.cli.inputs.options import ProteinAgain, ProteinArgument, ReportOption, advanced
from molgen.cli.inputs.values import the_protein

if TYPE_CHECKING:
    from molgen.packing.records import Packing

_MOST_LISTED = 20


def pack(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="Structure to write: .pdb or .cif, each also as .gz.")],
    protein: ProteinArgument = None,
    given: ProteinAgain = None,
    residues: Annotated[str, typer.Option(help="Only these side chains, e.g. A:57,A:102-105.")] = "",
    around: Annotated[
        str, typer.Option(help="Only side chains near this group or residue, e.g. TQD:A:200 or A:57.")
    ] = "",
    reach: Annotated[float, typer.Option(min=0.0, help="Distance for --around, Å.")] = 5.0,
    incomplete: Annotated[bool, typer.Option("--incomplete", help="Only side chains that lack atoms.")] = False,
    mutate: Annotated[
        list[str], typer.Option(help="Another residue in this place, e.g. A:57:ALA; repeat for more.")
    ] = [],  # noqa: B006
    samples: Annotated[
        int, typer.Option(min=1, max=100, help="Packings to write, as models; the first is the best.")
    ] = 1,
    report: ReportOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same packings.")] = 0,
    model: Annotated[str, advanced("--model", help="default, or a weights file.")] = "default",
) -> None:
    """Find side chains: of all residues, of some, of incomplete ones, or after mutations.

    The B factor of the atoms of a packed residue is 100 times the probability that all its chi angles are within 20
    degrees of those of a crystal structure; it is 0 for what was left as it was.
    """
    from molgen.packing.records import PackConfig
    from molgen.packing.writing import check_output, write_packing

    source = the_protein(protein, given)
    check_output(output)
    check_report_file(report)
    check_outputs(output, report, inputs=(source,))
    config = PackConfig(
        residues=residues,
        around=around,
        reach=reach,
        only_incomplete=incomplete,
        mutate=tuple(mutate),
        samples=samples,
        seed=seed,
        model=model,
    )
    with progress("structures", 1):
        from molgen.chem.proteins.writing import check_room
        from molgen.packing.pack import pack as find

        structure = read_structure(source)
        check_room(output, structure)
        packing = find(structure, config)
    write_packing(output, packing)
    if report is not None:
        from molgen.reports.packing.report import write_packing_report

        command = context.obj or ()
        write_packing_report(report, packing, structure, config=config, output=output, command=command)
    for text in packing.notes:
        note(f"note: {text}")
    _print_residues(packing)
    written = (output, *([report] if report is not None and packing.residues else []))
    conclude({"residues": packing.residues, "notes": packing.notes}, written)


def _print_residues(packing: Packing) -> None:
    """The residues, or the least certain of many."""
    from math import degrees

    from rich.table import Table

    rows = sorted(packing.residues, key=lambda residue: residue.probability)
    if len(rows) > _MOST_LISTED:
        mean = sum(residue.probability for residue in rows) / len(rows)
        say(f"{len(rows)} side chains; {100 * mean:.0f} % are expected within 20 degrees; the least certain:")
        rows = rows[:_MOST_LISTED]
    elif not rows:
        say("no side chain to find: the structure is written as it is")
        return
    table = Table("residue", "chi / degrees", "before", "P(chi 1)", "P(all)", "why")
    for residue in rows:
        before = "" if residue.before is None else " ".join(f"{degrees(x):.0f}" for x in residue.before)
        chi = " ".join(f"{degrees(x):.0f}" for x in residue.chi)
        shares = (f"{residue.chi1_probability:.2f}", f"{residue.probability:.2f}")
        table.add_row(residue.label, chi, before, *shares, residue.reason)
    show(table)


command = pack
