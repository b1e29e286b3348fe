"""A table of pairs of a protein and a ligand as a library: every row is docked to its own protein."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.docking.learned import learned_of
from molgen.docking.pairs import Pair, PairDocking, ligand_of, read_pairs
from molgen.docking.records import DockConfig
from molgen.errors import ConfigError, MolgenError
from molgen.outcomes import attempt
from molgen.screening.config import RunConfig
from molgen.screening.dock_work import DOCK_COLUMNS, RANK_BY, row_values, sdf_text
from molgen.screening.engines.start import local_device
from molgen.screening.library import LibraryInput, library_input
from molgen.screening.ranking import check_rank
from molgen.screening.run import DOCK_SHARD, Listener, RunSummary, docking_settings, file_identity, run_library
from molgen.screening.work import ColumnKind, MoleculeResult, WorkFunction


@dataclass(frozen=True)
class PairWork:
    """Dock one pair; a task is protein, pocket and SMILES as a list in JSON."""

    docking: PairDocking

    @property
    def name(self) -> str:
        return "screen pairs"

    @property
    def columns(self) -> Mapping[str, ColumnKind]:
        return {"protein": "text", **DOCK_COLUMNS}

    @property
    def rank_by(self) -> tuple[str, ...]:
        return RANK_BY

    @property
    def together(self) -> int:
        return 1

    @property
    def device(self) -> str:
        return self.docking.config.device

    def arrays(self) -> list[np.ndarray]:
        return []

    def open(self, arrays: Sequence[np.ndarray]) -> WorkFunction:
        learned_of(self.docking.config)
        docking = replace(self.docking)  # with sites of its own
        return lambda tasks: [_dock(docking, task) for task in tasks]


def _dock(docking: PairDocking, task: str) -> MoleculeResult:
    protein, pocket, smiles = json.loads(task)

    def docked() -> tuple[dict[str, object], str]:
        result = docking.docked(protein, pocket, next(iter(read_molecules([smiles]))))
        return {"protein": protein, **row_values(result)}, sdf_text(result, smiles)

    outcome = attempt(docked, name=f"{protein}, {smiles}")
    if outcome.value is None:
        return MoleculeResult(outcome.error, outcome.seconds)
    return MoleculeResult(None, outcome.seconds, *outcome.value)


def read_pair_library(path: str | Path, first: int = 0, *, largest_fragment: bool = False) -> Iterator[LibraryInput]:
    """The pairs of a table from number ``first`` on, each with its ligand read.

    Raises:
        InputError: as :func:`read_pairs`.
    """
    return (_pair_input(index, pair, largest_fragment) for index, pair in enumerate(read_pairs(path)) if index >= first)


def _pair_input(index: int, pair: Pair, largest_fragment: bool) -> LibraryInput:
    try:
        record = ligand_of(pair)
    except MolgenError as error:
        record = InputRecord(index, pair.name, pair.ligand, pair.place, None, str(error))
    protein = os.path.abspath(pair.protein) if pair.protein else ""
    pocket = os.path.abspath(pair.pocket) if os.path.isfile(pair.pocket) else pair.pocket
    named = replace(record, index=index, name=pair.name, place=pair.place)
    return replace(library_input(named, largest_fragment), target=(protein, pocket))


def screen_pairs(
    table: str | Path,
    output: str | Path,
    pocket: str = "auto",
    *,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    chains: Collection[str] = (),
    config: DockConfig | None = None,
    largest_fragment: bool = False,
    rank_by: str = "score",
    top: int = 1000,
    run: RunConfig | None = None,
    resume: bool = False,
    on_progress: Listener | None = None,
    shard: int = DOCK_SHARD,
) -> RunSummary:
    """Dock every pair of a table, as :func:`molgen.screening.screen` docks a library.

    Args:
        table: .csv or .tsv with the columns `protein`, `ligand` and, if wanted, `pocket` and `name`, or with the header
            of DiffDock; see :func:`molgen.docking.pairs.read_pairs`.
        output: folder of the run; one row per pair, with a column `protein`.
        pocket: of rows that name none.
        keep, drop, chains: of every protein, as in :func:`molgen.dock`.
        config, run, top, rank_by, largest_fragment, resume, shard, on_progress: as in
            :func:`molgen.screening.screen`.

    Raises:
        MolgenError: the table, an output or a setting cannot be used, or the run in ``output`` is another one.
    """
    docking = config or DockConfig(n=1, effort="quick")
    if docking.keep_conformer:
        raise ConfigError("a library is docked from SMILES: keep_conformer has no meaning")
    config_of_run = run or RunConfig()
    tried = local_device(docking.device, config_of_run)
    learned_of(replace(docking, device=tried))  # weights that cannot be read are no fault of a pair
    work = PairWork(PairDocking(docking, pocket, tuple(keep), tuple(drop), tuple(chains), largest_fragment))
    settings = {
        "pocket": file_identity(pocket),
        "docking": docking_settings(docking),
        **{"keep": sorted(keep), "drop": sorted(drop), "chains": sorted(chains), "largest_fragment": largest_fragment},
        "models": [file_identity(docking.pose_model), file_identity(docking.confidence_model)],
    }
    ranking = (check_rank(rank_by, work.rank_by), top)
    read = partial(read_pair_library, largest_fragment=largest_fragment)
    return run_library(work, table, output, settings, config_of_run, shard, resume, on_progress, ranking, read)
