"""Store the measurements of the conformer benchmark in the package, as the table that notebooks and figures read.

    python -m benchmarks.conformers.store results.jsonl

Only the molecules that every generator has tried are stored, so that programs can be compared row by row.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import Row, read_rows
from benchmarks.conformers.report import key_of
from molgen.files import write_atomically
from molgen.reports.benchmark.stored import COLUMNS
from molgen.reports.comparison.classes import classes_of

TABLE = Path(__file__).parents[2] / "molgen" / "reports" / "benchmark" / "conformers.csv"
PROGRAMS = {"rdkit": "RDKit ETKDGv3", "conforge": "CDPKit CONFORGE", "molgen": "molgen"}
_NAMES = {"best_of_1": "best_1", "best_of_10": "best_10", "best_of_50": "best_50", "stereo_kept": "stereo"}
_NAMES |= {"cpu_seconds": "cpu_s", "molecule": "mol_id", "error": "failure"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("results", type=Path, nargs="+", help="JSON lines of benchmarks.conformers")
    options.add_argument("--out", type=Path, default=TABLE)
    given = options.parse_args(arguments)
    rows = stored_rows(read_rows(given.results, key_of))
    with write_atomically(given.out) as file:
        writer = csv.DictWriter(file, list(COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} rows in {given.out}")
    return 0


def stored_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows of the table, by molecule and program."""
    tried = [{row["mol_id"] for row in rows if row["generator"] == name} for name in PROGRAMS]
    unfit = {row["mol_id"] for row in rows if row["kind"] == "reference"}
    common = set.intersection(*tried) - unfit
    kept = [row for row in rows if row["mol_id"] in common and row["generator"] in PROGRAMS]
    return sorted(map(_stored, kept), key=lambda row: (row["molecule"], row["program"]))


def _stored(row: Row) -> Row:
    classes = classes_of(row["smiles"])
    counted = {} if classes is None else {name: getattr(classes, name) for name in COLUMNS if hasattr(classes, name)}
    measured = {name: row.get(_NAMES.get(name, name)) for name in COLUMNS}
    known = {name: f"{value:.4f}" if isinstance(value, float) else value for name, value in measured.items()}
    return known | counted | {"program": PROGRAMS[row["generator"]]}


if __name__ == "__main__":
    raise SystemExit(main())
