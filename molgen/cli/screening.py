"""The commands on libraries."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from molgen.cli.options import Effort, ProposalSource, Rank, names_of, ph_of

screen_app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Dock a library into a pocket: many processes or a Ray cluster, resumable.",
)
_EVERY = 60.0
"""Seconds between two lines where there is no terminal."""


class EngineName(StrEnum):
    """Where the work is done."""

    local = "local"
    ray = "ray"


class RankBy(StrEnum):
    """What a library is ordered by."""

    score = "score"
    confidence = "confidence"


EngineOption = Annotated[EngineName, typer.Option(help="Processes of this machine, or a Ray cluster.")]
WorkersOption = Annotated[int, typer.Option("-j", "--workers", min=1, help="Processes; CPUs of a Ray started here.")]
AddressOption = Annotated[str | None, typer.Option(help="Of a running Ray cluster, or auto.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with the run in the output folder.")]
RunOption = Annotated[
    list[str] | None,
    typer.Option("--run", metavar="KEY=VALUE", help="timeout, retries, cpus or memory of a task."),
]


@screen_app.callback()
def screen(
    context: typer.Context,
    protein: Annotated[Path | None, typer.Option("-p", "--protein", help="PDB or mmCIF file, also .gz.")] = None,
    library: Annotated[
        Path | None, typer.Option("-l", "--library", help="A .smi, .csv, .sdf, .mol2 [.gz] or .parquet file.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder of the run.")] = None,
    pocket: Annotated[str, typer.Option(help="As in molgen dock.")] = "auto",
    n: Annotated[int, typer.Option("-n", min=1, help="Poses per ligand.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same poses.")] = 0,
    effort: Annotated[Effort, typer.Option(help="How much is searched.")] = Effort.quick,
    proposals: Annotated[
        ProposalSource, typer.Option(help="Start from random poses, from those of the model, or both.")
    ] = ProposalSource.both,
    rank: Annotated[Rank, typer.Option(help="Order poses by confidence, or by energy.")] = Rank.confidence,
    pose_model: Annotated[str, typer.Option(help="Proposes poses: default, or a weights file.")] = "default",
    confidence_model: Annotated[str, typer.Option(help="Ranks poses: default, or a weights file.")] = "default",
    protonate: Annotated[str, typer.Option(help="pH of the ligands, or no.")] = "7.4",
    keep: Annotated[str, typer.Option(help="Groups of the protein file to keep, e.g. waters.")] = "",
    drop: Annotated[str, typer.Option(help="Groups of the protein file to leave out, e.g. HEM.")] = "",
    anchor: Annotated[
        list[str] | None, typer.Option(metavar="SMARTS@x,y,z[,radius]", help="Hold an atom near a point.")
    ] = None,
    largest_fragment: Annotated[bool, typer.Option("--largest-fragment", help="Of a salt keep the biggest.")] = False,
    top: Annotated[int, typer.Option(min=0, help="Ligands in the ranked top.sdf.")] = 1000,
    rank_by: Annotated[RankBy, typer.Option(help="What orders the library.")] = RankBy.score,
    engine: EngineOption = EngineName.local,
    workers: WorkersOption = 1,
    address: AddressOption = None,
    run: RunOption = None,
    resume: ResumeOption = False,
) -> None:
    """Dock a library into a pocket: many processes or a Ray cluster, resumable.

    Writes a folder: shards/*.parquet with one row per input, top.sdf, failures.csv, summary.json.
    """
    if context.invoked_subcommand is not None:
        return
    from molgen.docking.dock import config_of
    from molgen.errors import InputError
    from molgen.screening.run import screen as screen_library

    if protein is None or library is None or output is None:
        raise InputError("--protein, --library and --output are needed; see molgen screen --help")
    config = config_of(
        n=n,
        seed=seed,
        effort=effort.value,
        ph=ph_of(protonate),
        proposals=proposals.value,
        rank=rank.value,
        pose_model=pose_model,
        confidence_model=confidence_model,
    )
    with library_progress() as listener:
        summary = screen_library(
            library,
            protein,
            output,
            pocket,
            config=config,
            run=run_config(engine, workers, address, run),
            top=top,
            rank_by=rank_by.value,
            keep=names_of(keep),
            drop=names_of(drop),
            anchors=anchor or (),
            largest_fragment=largest_fragment,
            resume=resume,
            on_setting=_print_sites,
            on_progress=listener,
        )
    print_summary(summary)


@screen_app.command("status")
def screen_status(folder: Annotated[Path, typer.Argument(help="Folder of a run of screen or conformers.")]) -> None:
    """Tell how far a run is, how fast, and how long it will take."""
    from molgen.screening.status import status

    found = status(folder)
    print(f"{found.command} of {found.library}: {found.phase}, {found.shards} shards written")
    if found.progress is not None:
        print(str(found.progress))


@screen_app.command("export")
def screen_export(
    folder: Annotated[Path, typer.Argument(help="Folder of a run of screen or conformers.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="SD file to write (.sdf or .sdf.gz).")],
) -> None:
    """Write all structures of a run into one SD file, in the order of the library."""
    from molgen.chem.molecules.writing import check_sdf_name
    from molgen.screening.folder import read_settings
    from molgen.screening.ranking import export

    check_sdf_name(output)
    read_settings(folder)
    print(f"{export(folder, output)} structures in {output}")


def run_config(engine: EngineName, workers: int, address: str | None, settings: list[str] | None) -> Any:
    """The configuration of a run from its options."""
    from molgen.config import override
    from molgen.screening.config import RunConfig

    return override(RunConfig(engine.value, workers, address), settings or [])


@contextmanager
def library_progress() -> Iterator[Callable[[Any], None]]:
    """How far a run is: on a terminal one line that changes, else a line every minute; all on stderr."""
    if sys.stderr.isatty():
        yield lambda progress: print(f"\r{progress}\x1b[K", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return
    last = time.monotonic()

    def tell(progress: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            print(progress, file=sys.stderr, flush=True)

    yield tell


def print_summary(summary: Any) -> None:
    """How a run ended; exit code 2 if nothing came out."""
    from molgen.screening.progress import duration

    done = summary.inputs - summary.failed
    parts = [f"{done:,} of {summary.inputs:,} molecules done, {summary.failed:,} failed"]
    parts += [f"{summary.duplicates:,} were repeats"] if summary.duplicates else []
    print(f"{', '.join(parts)} ({duration(summary.seconds)})")
    print(f"results: {summary.folder}/shards/*.parquet")
    if summary.top:
        print(f"the best {summary.top:,}: {summary.folder}/top.sdf")
    if summary.failed:
        print(f"what failed: {summary.folder}/failures.csv")
    if not done:
        raise typer.Exit(2)


def _print_sites(work: Any) -> None:
    for site in work.sites:
        center = ", ".join(f"{x:.1f}" for x in site.pocket.center)
        size = " x ".join(f"{x:.1f}" for x in site.pocket.size)
        print(f"pocket {site.pocket.name}: center {center}, box {size} Å", file=sys.stderr)
