"""Fill the tables of a page with the results of the benchmarks, and say on which commit and machine they were measured.

    python -m benchmarks.page results docs/results.md README.md

`results` is a folder with the output of one run of each benchmark; `docs/results.md` has the commands:

    crystals.jsonl, ensembles.jsonl    benchmarks.conformers
    redocking.jsonl, cross.jsonl       benchmarks.docking
    side_chains.json                   benchmarks.side_chains
    run.json                           {"commit": ..., "date": ..., "machine": ...}

`<!-- table: crystals -->` begins a table of a page and `<!-- end of table -->` ends it; what is between is replaced.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.common import Row, read_rows
from benchmarks.conformers.likeness import likeness_table
from benchmarks.conformers.report import key_of as conformer_key
from benchmarks.docking.confidences import confidence_table
from benchmarks.docking.report import key_of as docking_key
from benchmarks.page import tables
from benchmarks.page.summary import summary_table

BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="folder with the output of the benchmarks")
    parser.add_argument("pages", type=Path, nargs="+", help="Markdown files to fill")
    options = parser.parse_args(arguments)
    for page in options.pages:
        page.write_text(filled(page.read_text(encoding="utf-8"), options.results), encoding="utf-8")
    return 0


def filled(page: str, results: Path) -> str:
    """The page with every table made anew.

    Raises:
        KeyError: a table is asked for that there is none of.
        FileNotFoundError: its results are not there.
    """
    return BLOCK.sub(lambda block: f"{block[1]}{TABLES[block[2]](results)}\n{block[3]}", page)


def conformers(results: Path, name: str) -> dict[str, list[Row]]:
    """Generator -> rows."""
    rows = read_rows([results / f"{name}.jsonl"], conformer_key)
    return tables.grouped((row for row in rows if row["kind"] != "reference"), "generator", "mol_id")


def poses(results: Path, name: str) -> dict[str, list[Row]]:
    """Method -> rows of a file, over what every method has tried."""
    return tables.grouped(read_rows([results / f"{name}.jsonl"], docking_key), "method", "id")


def confidence_rows(results: Path) -> dict[str, list[Row]]:
    """What was docked into -> rows of molgen."""
    cross = poses(results, "cross")
    rows = {"own structure": poses(results, "redocking")["molgen"], "another structure": cross["molgen"]}
    known = {"another structure, its ligand known": cross["molgen-known"]} if "molgen-known" in cross else {}
    return rows | known


def side_chains(results: Path) -> dict[str, Row]:
    """Method -> row."""
    return json.loads((results / "side_chains.json").read_text(encoding="utf-8"))


def provenance(results: Path) -> str:
    """One line."""
    run = json.loads((results / "run.json").read_text(encoding="utf-8"))
    return f"Measured on {run['date']} with commit `{run['commit']}`, one thread each, on {run['machine']}."


TABLES: dict[str, Callable[[Path], str]] = {
    "crystals": lambda results: tables.crystal_table(conformers(results, "crystals")),
    "ensembles": lambda results: tables.ensemble_table(conformers(results, "ensembles")),
    "likeness": lambda results: likeness_table(conformers(results, "crystals")),
    "times": lambda results: tables.time_table(conformers(results, "crystals")),
    "redocking": lambda results: tables.docking_table(poses(results, "redocking")),
    "cross": lambda results: tables.docking_table(poses(results, "cross")),
    "confidences": lambda results: confidence_table(confidence_rows(results)),
    "sidechains": lambda results: tables.side_chain_table(side_chains(results)),
    "summary": lambda results: summary_table(
        conformers(results, "crystals"),
        conformers(results, "ensembles"),
        poses(results, "redocking"),
        poses(results, "cross"),
        side_chains(results),
    ),
    "run": provenance,
}

if __name__ == "__main__":
    sys.exit(main())
