"""A whole library, from one ligand per line to a folder of results that can be resumed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import resolve_model
from molgen.conformers.torsion_library import TorsionLibrary, resolve_library
from molgen.docking.records import DockConfig
from molgen.errors import ConfigError, InputError
from molgen.files import write_atomically
from molgen.former_names import former_names
from molgen.screening.config import RunConfig
from molgen.screening.conformer_work import ConformerWork
from molgen.screening.dock_work import DockWork, dock_work
from molgen.screening.driver import Driver
from molgen.screening.engines.start import local_device, start_engine
from molgen.screening.library import LibraryInput, count_records, fingerprint, read_library
from molgen.screening.ranking import check_rank, write_best, write_failures
from molgen.screening.store.folder import STATE, SUMMARY, locked, prepare_folder
from molgen.screening.store.progress import Progress, ProgressFile
from molgen.screening.store.state import State
from molgen.screening.work import Work
from molgen.version import __version__

TOP = "top.sdf"
DOCK_SHARD, CONFORMER_SHARD = 1000, 100
"""Inputs per shard: ensembles take more room than poses."""

Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class RunSummary:
    """The summary of a run.

    Attributes:
        folder: with `shards/part-*.parquet` (one row per input), `summary.json`, `failures.csv` and, where molecules
            are ranked, `top.sdf`.
        inputs: rows in all; failed: of these; duplicates: inputs that repeat a molecule.
        top: molecules in `top.sdf`.
        seconds: wall time of this process.
    """

    folder: Path
    inputs: int
    failed: int
    duplicates: int
    top: int
    seconds: float


def screen(
    library: str | Path,
    protein: str | Path | Sequence[str | Path],
    output: str | Path,
    pocket: str = "auto",
    *,
    config: DockConfig | None = None,
    run: RunConfig | None = None,
    top: int = 1000,
    rank_by: str = "score",
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    chains: Collection[str] = (),
    anchors: Sequence[str] = (),
    largest_fragment: bool = False,
    reference: str | Path | None = None,
    smiles_column: str | None = None,
    name_column: str | None = None,
    resume: bool = False,
    shard: int = DOCK_SHARD,
    on_setting: Callable[[DockWork], None] | None = None,
    on_progress: Listener | None = None,
) -> RunSummary:
    """Dock a library into a pocket.

    Every molecule is docked from its canonical SMILES, so that its result depends on nothing else; equal molecules are
    docked once. A script that calls this is not run again in the processes.

    Args:
        library: .smi, .csv, .tsv, .sdf, .mol2 (also .gz) or .parquet; streamed.
        protein: PDB or mmCIF file, or several of one protein, as in :func:`molgen.dock`.
        output: folder of the run.
        pocket, keep, drop, chains, anchors, largest_fragment: as in :func:`molgen.dock`.
        reference: a file with a known ligand, to compare the interactions of the poses with; by default the one that
            names the pocket.
        smiles_column, name_column: of a table, see :func:`molgen.read_molecules`.
        config: how each ligand is docked; by default one pose at the quick effort.
        run: engine and workers.
        top: molecules in the ranked SD file.
        rank_by: "score" (kcal/mol) or "confidence" (of the pose, not of binding).
        resume: resume the run in ``output``.
        shard: inputs per Parquet file.
        on_setting: called once, when the receptor is ready; on_progress: every few seconds.

    Raises:
        MolgenError: an input, an output or a setting cannot be used, or the run in ``output`` is another one.
    """
    docking = config or DockConfig(n=1, effort="quick")
    if docking.keep_conformer:
        raise ConfigError("a library is docked from SMILES: keep_conformer has no meaning")
    options = {
        "keep": sorted(keep),
        "drop": sorted(drop),
        "chains": sorted(chains),
        "anchors": list(anchors),
        "largest_fragment": largest_fragment,
    }
    settings = {**_structures(protein), "pocket": file_identity(pocket), "docking": docking_settings(docking)}
    if reference is not None:
        settings["reference"] = fingerprint(reference)
    settings |= {**options, "models": [file_identity(docking.pose_model), file_identity(docking.confidence_model)]}
    tried = replace(docking, device=local_device(docking.device, run or RunConfig()))
    work = replace(dock_work(protein, str(pocket), tried, **options, reference=reference), config=docking)
    ranked = check_rank(rank_by, work.rank_by)
    if on_setting:
        on_setting(work)
    columns = _columns(smiles_column, name_column)
    settings |= columns
    read = partial(read_library, columns=columns, largest_fragment=largest_fragment)
    ranking = (ranked, top)
    return run_library(work, library, output, settings, run or RunConfig(), shard, resume, on_progress, ranking, read)


def _structures(protein: str | Path | Sequence[str | Path]) -> dict[str, Any]:
    """The files of a protein as settings: the first, and the others where there are some."""
    paths = [protein] if isinstance(protein, str | Path) else list(protein)
    if not paths:
        raise InputError("there is no structure to dock into")
    others = [fingerprint(path) for path in paths[1:]]
    return {"protein": fingerprint(paths[0])} | ({"structures": others} if others else {})


def docking_settings(docking: DockConfig) -> dict[str, Any]:
    """The settings of docking; of those that runs of earlier versions lack only what differs from the default.

    The device is none: a run may go on with another.
    """
    later = {"require": (), "forbid": (), "states": 1, "stereo": "one", "device": docking.device}
    files = {name: file_identity(getattr(docking, name)) for name in ("torsion_library", "known_ligands")}
    settings = {**asdict(docking), **files}
    return {name: value for name, value in settings.items() if name not in later or value != later[name]}


def _columns(smiles: str | None, name: str | None) -> dict[str, str]:
    """The columns of a table that are named, as `read_molecules` has them."""
    given = {"smiles_column": smiles, "name_column": name}
    return {option: column for option, column in given.items() if column is not None}


def conformer_library(
    library: str | Path,
    output: str | Path,
    *,
    config: GenerateConfig | None = None,
    model: str = "default",
    run: RunConfig | None = None,
    largest_fragment: bool = False,
    smiles_column: str | None = None,
    name_column: str | None = None,
    resume: bool = False,
    shard: int = CONFORMER_SHARD,
    on_progress: Listener | None = None,
) -> RunSummary:
    """Conformers of a library into a folder; arguments as in :func:`screen` and :func:`molgen.generate_many`."""
    generate = config or GenerateConfig()
    resolve_model(
        model, local_device(generate.device, run or RunConfig())
    )  # weights that cannot be read are no fault of a molecule
    if isinstance(generate.torsion_library, TorsionLibrary):
        raise ConfigError("torsion_library of a run is a name or a file, not a library that is loaded")
    resolve_library(generate.torsion_library)
    work = ConformerWork(generate, model, largest_fragment)
    conformers = {name: value for name, value in asdict(generate).items() if name != "device"}
    conformers["torsion_library"] = file_identity(generate.torsion_library)
    settings = {"model": file_identity(model), "conformers": conformers, "largest_fragment": largest_fragment}
    columns = _columns(smiles_column, name_column)
    settings |= columns
    read = partial(read_library, columns=columns, largest_fragment=largest_fragment)
    return run_library(work, library, output, settings, run or RunConfig(), shard, resume, on_progress, None, read)


def _former_settings() -> dict[str, str]:
    """Settings that runs of earlier versions have under another name."""
    kinds = {"conformers": GenerateConfig, "docking": DockConfig}
    return {
        f"{part}.{former}": f"{part}.{name}"
        for part, kind in kinds.items()
        for former, name in former_names(kind).items()
    }


def file_identity(name: str | Path) -> Any:
    """A setting that may be a file: its fingerprint if it is one."""
    return fingerprint(name) if Path(name).is_file() else str(name)


def run_library(
    work: Work,
    library: str | Path,
    output: str | Path,
    settings: dict[str, Any],
    run: RunConfig,
    shard: int,
    resume: bool,
    on_progress: Listener | None,
    ranking: tuple[str, int] | None,
    read: Callable[[str | Path, int], Iterator[LibraryInput]],
) -> RunSummary:
    """Work through a library into a folder.

    Args:
        work: what is done.
        library: its file.
        output: the folder.
        settings: of the work; a run goes on only with the same.
        run, shard, resume, on_progress: as in :func:`screen`.
        ranking: column that the best are ranked by, and how many; None for no ranking.
        read: file and number of the first input -> inputs from there on.
    """
    begin = time.monotonic()
    if shard < 1:
        raise ConfigError(f"shard must be at least 1, not {shard}")
    folder = Path(output)
    own = {"version": __version__, "command": work.name, "library": fingerprint(library), "shard": shard}
    prepare_folder(folder, {**own, **settings}, resume, _former_settings())
    with locked(folder):
        state = State(folder / STATE)
        try:
            items = read(library, state.counts()[0])
            _drive(folder, items, library, work, run, shard, state, on_progress)
            inputs, failed, duplicates = state.counts()
        finally:
            state.close()
        top = write_best(folder, folder / TOP, *ranking) if ranking else 0
        write_failures(folder)
        summary = RunSummary(folder, inputs, failed, duplicates, top, time.monotonic() - begin)
        with write_atomically(folder / SUMMARY) as file:
            report = asdict(summary) | {"folder": folder.name, "run": asdict(run)}
            json.dump(report, file, indent=1)
            file.write("\n")
    return summary


def _drive(
    folder: Path,
    items: Iterator[LibraryInput],
    library: str | Path,
    work: Work,
    run: RunConfig,
    shard: int,
    state: State,
    listener: Listener | None,
) -> None:
    progress = ProgressFile(folder, count_records(library), state.counts(), listener)
    engine = start_engine(work, run)
    try:
        Driver(folder, items, work, engine, state, shard, progress, run.retries).run()
        progress.finish()
    finally:
        engine.close()
        progress.write()
