"""What the commands on libraries share: options of a run, its progress, and how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from molgen.cli.frame.voice import conclude, note, say, voice
from molgen.cli.inputs.early import check_molecules, check_weights
from molgen.cli.inputs.options import LIBRARY
from molgen.cli.results.docked import print_pockets, print_receptor
from molgen.runtime.stages import duration

if TYPE_CHECKING:
    from molgen.chem.proteins.structure import Protein
    from molgen.screening.config import RunConfig
    from molgen.screening.dock_work import DockWork
    from molgen.screening.run import RunSummary
    from molgen.screening.store.progress import Progress

_EVERY = 60.0
"""Seconds between two lines where there is no terminal."""


class EngineName(StrEnum):
    """Where the work is done."""

    local = "local"
    ray = "ray"


EngineOption = Annotated[
    EngineName, typer.Option(help="Processes of this machine, or a Ray cluster.", rich_help_panel=LIBRARY)
]
WorkersOption = Annotated[
    int, typer.Option("-j", "--workers", "--n-jobs", min=1, help="Processes; CPUs of a Ray started here.")
]
AddressOption = Annotated[
    str | None, typer.Option(help="Address of a running Ray cluster, or auto.", rich_help_panel=LIBRARY)
]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Resume the run in the output folder.", rich_help_panel=LIBRARY)
]
RunOption = Annotated[
    list[str] | None,
    typer.Option(
        "--run",
        metavar="KEY=VALUE",
        help="timeout (CPU seconds), retries, cpus or memory of a task.",
        rich_help_panel=LIBRARY,
    ),
]


def run_config(engine: EngineName, workers: int, address: str | None, settings: list[str] | None) -> RunConfig:
    """The configuration of a run from its options."""
    from molgen.config import override
    from molgen.screening.config import RunConfig

    return override(RunConfig(engine.value, workers, address), settings or [])


@contextmanager
def library_progress() -> Iterator[Callable[[Progress], None]]:
    """How far a run is: on a terminal one line that changes, else a line every minute; all on stderr."""
    if voice().quiet:
        yield lambda progress: None
        return
    if sys.stderr.isatty():
        yield lambda progress: print(f"\r{progress}\x1b[K", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return
    last = time.monotonic()

    def tell(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            print(progress, file=sys.stderr, flush=True)

    yield tell


def conformers_to_folder(library: str | Path, output: Path, *, run: RunConfig, **options: Any) -> None:
    """Conformers of a library into the folder of a run, with progress and a summary; options of `conformer_library`."""
    check_weights(options["model"])
    check_molecules(Path(library), options["smiles_column"], options["name_column"])
    from molgen.screening.run import conformer_library

    with library_progress() as listener:
        summary = conformer_library(library, output, run=run, on_progress=listener, **options)
    print_summary(summary, ("molgen", "screen", "export", output, "-o", f"{output.name or 'conformers'}.sdf.gz"))


def dock_to_folder(
    library: str, structures: Sequence[Path], output: Path, pocket: str, options: dict[str, Any]
) -> tuple[RunSummary, Protein]:
    """Dock a library; returns how it ended, and the receptor, the first one of several."""
    receptors: list[Protein] = []

    def on_setting(work: DockWork) -> None:
        receptors.append(work.sites[0].receptor.protein)
        notes = (text for site in work.sites for text in (*site.receptor.protein.notes, *site.notes))
        for text in dict.fromkeys(notes):
            note(f"note: {text}")
        print_receptor(work.sites[0].receptor, str(structures[0]))
        print_pockets(work.sites)

    with library_progress() as listener:
        from molgen.screening.run import screen as screen_library

        summary = screen_library(
            library, structures, output, pocket, **options, on_setting=on_setting, on_progress=listener
        )
    return summary, receptors[0]


def print_summary(summary: RunSummary, then: Sequence[object] = (), more: Sequence[Path | None] = ()) -> None:
    """How a run ended, what else was written, and a command that goes on from it; exit code 2 if nothing came out."""
    done = summary.inputs - summary.failed
    parts = [f"{done:,} of {summary.inputs:,} molecules done, {summary.failed:,} failed"]
    parts += [f"{summary.duplicates:,} were repeats"] if summary.duplicates else []
    say(f"{', '.join(parts)} ({duration(summary.seconds)})")
    say(f"results: {summary.folder}/shards/*.parquet")
    if summary.top:
        say(f"the best {summary.top:,}: {summary.folder}/top.sdf")
    if summary.failed:
        say(f"what failed: {summary.folder}/failures.csv")
    conclude({"run": summary}, (summary.folder, *more), then if done else ())
    if not done:
        raise typer.Exit(2)
