"""A library of molecules to one SD file: streamed, one row per input, written whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.writing import SdfRecord, check_sdf_name, input_fields, write_sdf
from molgen.chem.molecules.xtb import check_xtb
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import Model, Outcome, resolve_model, timed_outcomes
from molgen.conformers.inputs import join_conformers
from molgen.conformers.selection.distinct import symmetric_distances
from molgen.files import check_place, write_atomically
from molgen.version import __version__


@dataclass(frozen=True)
class ConformerRow:
    """The outcome of one input.

    Attributes:
        name, place: of the input (place: "line 7", "record 3" or None).
        conformers: how many were written; 0 for a failure.
        energy_span: highest minus lowest strain of the written conformers, kcal/mol; None if unknown.
        diversity: mean symmetric heavy-atom RMSD over pairs of conformers, Angstrom; None for fewer than two.
        seconds: wall time.
        error: reason of a failure, one line; None when all is well.
        notes: warnings.
        first_energy: of the first conformer above the lowest, kcal/mol; None if unknown.
        lowest_energy: of the lowest in the field's own scale, kcal/mol; None if unknown.
        effective_samples: how many equally weighted samples the Boltzmann weights are worth; None without weights.
    """

    name: str
    place: str | None
    conformers: int
    energy_span: float | None
    diversity: float | None
    seconds: float
    error: str | None
    notes: tuple[str, ...] = ()
    effective_samples: float | None = None
    first_energy: float | None = None
    lowest_energy: float | None = None


def conformers_to_file(
    source: str | Path,
    output: str | Path,
    *,
    config: GenerateConfig,
    model: Model = "default",
    stereo: Literal["one", "enumerate"] = "one",
    largest_fragment: bool = False,
    smiles_column: str | None = None,
    name_column: str | None = None,
    n_jobs: int = 1,
    failures: str | Path | None = None,
    on_row: Callable[[ConformerRow], None] | None = None,
) -> list[ConformerRow]:
    """Conformers of every molecule of ``source`` into the SD file ``output``.

    Args:
        source: SMILES, InChI, or a .smi, .csv, .sdf file (also compressed), or "-". Streamed.
        output: .sdf or .sdf.gz; not touched when no molecule gives a conformer.
        n_jobs: processes.
        smiles_column, name_column: of a table, see :func:`molgen.read_molecules`.
        failures: CSV (name, place, reason) of the inputs that failed; written when there are any, or where one of an
            earlier run stands.
        on_row: called after every input.

    Returns:
        one row per input (per stereoisomer with ``stereo="enumerate"``).

    Raises:
        InputError: the source cannot be read or the output cannot be written.
        CheckpointError: the model cannot be loaded.
    """
    check_sdf_name(output)
    for path in filter(None, (output, failures)):
        check_place(path)
    if config.minimize_with == "gfn2":
        check_xtb()
    records = join_conformers(read_molecules(source, smiles_column=smiles_column, name_column=name_column))
    network = resolve_model(model, config.device)
    rows: list[ConformerRow] = []

    def results() -> Iterator[SdfRecord]:
        for outcome, seconds in timed_outcomes(records, network, config, largest_fragment, stereo, n_jobs=n_jobs):
            row = row_of(outcome, seconds)
            rows.append(row)
            if on_row:
                on_row(row)
            yield from sdf_records(outcome, config)

    stream = results()
    first = next(stream, None)
    if first is not None:
        write_sdf(output, _chain(first, stream))
    failed = [(row.name, row.place or "", row.error) for row in rows if row.error is not None]
    if failures is not None and (failed or Path(failures).exists()):
        with write_atomically(failures) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("name", "place", "reason"))
            writer.writerows(failed)
    return rows


def _chain(first: SdfRecord, rest: Iterator[SdfRecord]) -> Iterator[SdfRecord]:
    yield first
    yield from rest


def row_of(outcome: Outcome, seconds: float) -> ConformerRow:
    record, notes = outcome.record, (outcome.note,) if outcome.note else ()
    if outcome.mol is None:
        return ConformerRow(record.name, record.place, 0, None, None, seconds, outcome.error, notes)
    mol = outcome.mol
    energies = np.array([c.GetDoubleProp("molgen_absolute_energy") for c in mol.GetConformers()])
    known = bool(np.isfinite(energies).all())
    first = mol.GetConformer(0)
    effective = first.GetDoubleProp("molgen_effective_samples") if first.HasProp("molgen_effective_samples") else None
    diversity = _diversity(outcome)
    return ConformerRow(
        record.name,
        record.place,
        mol.GetNumConformers(),
        float(np.ptp(energies)) if known else None,
        diversity,
        seconds,
        None,
        notes,
        effective,
        float(energies[0] - energies.min()) if known else None,
        float(energies.min()) if known else None,
    )


def _diversity(outcome: Outcome) -> float | None:
    mol = outcome.mol
    if mol is None or mol.GetNumConformers() < 2:
        return None
    distances = symmetric_distances(mol, np.array([c.GetPositions() for c in mol.GetConformers()]))
    return float(distances[np.triu_indices(len(distances), 1)].mean())


def sdf_records(outcome: Outcome, config: GenerateConfig) -> Iterator[SdfRecord]:
    if outcome.mol is None:
        return
    given = input_fields(outcome.mol)
    for conformer in outcome.mol.GetConformers():
        properties = {**given, **conformer.GetPropsAsDict(), "molgen_seed": config.seed, "molgen_version": __version__}
        yield SdfRecord(outcome.mol, conformer.GetId(), outcome.record.name, properties)
