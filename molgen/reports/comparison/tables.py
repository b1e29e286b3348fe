"""The tables of a comparison, one row per thing, ready to plot: as records, CSV and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Literal, get_args

from molgen.errors import ConfigError
from molgen.files import write_atomically
from molgen.metrics.bootstrap import Interval
from molgen.reports.analysis.results import MoleculeRow, StructureRow
from molgen.reports.analysis.tables import cell, molecule_columns
from molgen.reports.comparison.curves import best_of
from molgen.reports.comparison.results import ComparedMolecule, Comparison, TableName

Record = dict[str, Any]
TABLES: tuple[TableName, ...] = get_args(TableName)
_CLASSES = ("heavy_atoms", "rotatable_bonds", "rings", "largest_ring", "macrocycle")
_INTERVAL = ("value", "low", "high", "n")


def table_of(comparison: Comparison, table: TableName) -> tuple[tuple[str, ...], list[Record]]:
    """Columns and rows. RMSDs in Angstrom, shares as fractions, None for what is not known.

    - molecules: one row per program and molecule, with the classes of the molecule and ``best_of_N``;
      `common` says that every program has it, `error` why there is nothing.
    - structures: one row per program and record.
    - best_of_n: one row per program and N, means with intervals.
    - differences: one row per pair of programs, quantity and class of molecules.
    - summary: one row per program and statistic.

    Raises:
        ConfigError: there is no such table.
    """
    makers: Mapping[str, Callable[[Comparison], tuple[tuple[str, ...], list[Record]]]] = {
        "molecules": _molecules,
        "structures": _structures,
        "best_of_n": _best_of_n,
        "differences": _differences,
        "summary": _summary,
    }
    if table not in makers:
        raise ConfigError(f"there is no table {table}; there are {', '.join(makers)}")
    return makers[table](comparison)


def write_tables(
    comparison: Comparison, folder: Path, tables: Sequence[TableName], formats: Sequence[Literal["csv", "parquet"]]
) -> list[Path]:
    """Write tables into a folder that exists; returns the files.

    Raises:
        InputError: a file cannot be written.
    """
    written = []
    for name in tables:
        columns, rows = table_of(comparison, name)
        for kind in formats:
            written.append(folder / f"{name}.{kind}")
            (_write_csv if kind == "csv" else _write_parquet)(written[-1], columns, rows)
    return written


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Record]) -> None:
    with write_atomically(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(row.get(column)) for column in columns] for row in rows)


def _write_parquet(path: Path, columns: Sequence[str], rows: Sequence[Record]) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({column: [row.get(column) for row in rows] for column in columns})
    with write_atomically(path, binary=True) as file:
        pyarrow.parquet.write_table(table, file)


def _molecules(comparison: Comparison) -> tuple[tuple[str, ...], list[Record]]:
    own = [
        name for name in molecule_columns(comparison.config.mode, comparison.compared) if name not in ("name", "error")
    ]
    best = tuple(f"best_of_{count}" for count in comparison.counts)
    columns = ("program", "molecule", "common", *_CLASSES, *own, *best, "error")
    rows = [_molecule(molecule, comparison.counts) for molecule in comparison.molecules]
    rows += [
        {"program": program, "molecule": row.name, "common": False, **asdict(row)}
        for program, analysis in comparison.analyses.items()
        for row in analysis.rows
        if row.error is not None and not (row.structures == 0 and row.references > 0)
    ]
    return columns, rows


def _molecule(molecule: ComparedMolecule, counts: Sequence[int]) -> Record:
    classes = {} if molecule.classes is None else {name: getattr(molecule.classes, name) for name in _CLASSES}
    lacking = MoleculeRow(molecule.name, "", error="no structure of this molecule")
    row = lacking if molecule.analysis is None else molecule.analysis.row
    best = {f"best_of_{count}": best_of(molecule, count) for count in counts if molecule.best}
    known = {"program": molecule.program, "molecule": molecule.name, "common": molecule.common}
    return {**known, **classes, **asdict(row), **best}


def _structures(comparison: Comparison) -> tuple[tuple[str, ...], list[Record]]:
    columns = ("program", *(field.name for field in fields(StructureRow)))
    rows = [
        {"program": program, **asdict(row)}
        for program, analysis in comparison.analyses.items()
        for row in analysis.structures
    ]
    return columns, rows


def _best_of_n(comparison: Comparison) -> tuple[tuple[str, ...], list[Record]]:
    within = tuple(f"within_{name}" for name in _INTERVAL)
    columns = ("program", "best_of", "rmsd_mean", "rmsd_low", "rmsd_high", "rmsd_median", "n", "threshold", *within)
    rows = [
        {
            "program": point.program,
            "best_of": point.n,
            "rmsd_mean": point.rmsd.value,
            "rmsd_low": point.rmsd.low,
            "rmsd_high": point.rmsd.high,
            "rmsd_median": point.median,
            "n": point.rmsd.n,
            "threshold": comparison.config.limit,
            **{f"within_{name}": value for name, value in _interval(point.within).items()},
        }
        for point in comparison.curve
    ]
    return columns, rows


def _differences(comparison: Comparison) -> tuple[tuple[str, ...], list[Record]]:
    columns = ("first", "second", "quantity", "unit", "classification", "group", *_INTERVAL)
    rows = [
        {
            **{name: getattr(difference, name) for name in columns[:6]},
            **_interval(difference.paired.mean),
            "median": difference.paired.median,
            "first_lower": difference.paired.lower,
            "first_higher": difference.paired.higher,
        }
        for difference in comparison.differences
    ]
    return (*columns, "median", "first_lower", "first_higher"), rows


def _summary(comparison: Comparison) -> tuple[tuple[str, ...], list[Record]]:
    rows = [
        {"program": program, "statistic": statistic.name, "unit": statistic.unit, **_interval(statistic.interval)}
        for program, statistics in comparison.summaries.items()
        for statistic in statistics
    ]
    return ("program", "statistic", "unit", *_INTERVAL), rows


def _interval(interval: Interval) -> Record:
    return {name: getattr(interval, name) for name in _INTERVAL}
