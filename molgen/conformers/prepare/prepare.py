"""From SMILES or reference structures to prepared conformers, and from these to trajectories of a trained flow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.xtb import check_xtb
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.conformer_records import conformer_record
from molgen.conformers.prepare.gas_phase import check_gas_phase
from molgen.conformers.prepare.geom import read_geom
from molgen.conformers.prepare.reflow import flow_of, trajectories_of
from molgen.conformers.prepare.resample import trained_model
from molgen.datasets.parts.block_runner import PreparationInput, PrepareSummary
from molgen.datasets.parts.part_files import find_parts, source_names
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.conformers import ConformerRecord, encode_conformers, load_conformers
from molgen.datasets.records.trajectories import TrajectoryRecord, encode_trajectories


def prepare(source: str | Path, output: str | Path, config: PrepareConfig, **options: Any) -> PrepareSummary:
    """Prepare every molecule of ``source`` into part files below ``output``; finished parts of an earlier run are kept.

    Args:
        source: .smi, .csv, .sdf (all also .gz); for ``kind="reference"`` also a GEOM folder (see
            molgen.conformers.prepare.geom); for ``kind="reflow"`` a prepared set.
        options: `workers`, `limit` and `on_block`, as of a
            :class:`molgen.datasets.parts.preparation.Preparation`, which also says what is raised.
    """
    kind = TRAJECTORIES if config.kind == "reflow" else CONFORMERS
    return kind(source, output, config, **options)


def _check(config: PrepareConfig) -> None:
    if config.relax != "mmff":
        check_xtb()
    if config.kind == "gas-phase":
        check_gas_phase(config.gas_phase)
    if config.kind == "resampled":
        trained_model(config.resample.model)


def _molecules(source: Path, config: PrepareConfig) -> Iterator[PreparationInput]:
    records = read_geom(source) if source.is_dir() else read_molecules(source)
    return (PreparationInput(record.name, record.mol, record.place, record.error) for record in records)


def _conformers(mol: Chem.Mol, config: PrepareConfig) -> list[ConformerRecord]:
    return [conformer_record(mol, config)]


def _prepared_molecules(source: Path, config: PrepareConfig) -> list[PreparationInput]:
    records, names = load_conformers(find_parts(source))
    numbered = enumerate(records)
    return [PreparationInput(f"{names[record.source]} {k + 1}", (record, config.seed + k)) for k, record in numbered]


def _trajectories(value: tuple[ConformerRecord, int], config: PrepareConfig) -> list[TrajectoryRecord]:
    record, seed = value
    return [trajectories_of(record, flow_of(config.reflow.model), config.reflow, seed)]


CONFORMERS = Preparation(
    PrepareConfig,
    inputs=_molecules,
    prepare=_conformers,
    encode=encode_conformers,
    count=lambda record: len(record.positions),
    check=_check,
)
TRAJECTORIES = Preparation(
    PrepareConfig,
    inputs=_prepared_molecules,
    prepare=_trajectories,
    encode=encode_trajectories,
    count=lambda record: len(record.start),
    label=lambda source: ", ".join(source_names(find_parts(source))),
    check=lambda config: flow_of(config.reflow.model),
)
