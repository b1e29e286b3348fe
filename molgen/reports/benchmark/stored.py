"""Measurements of the conformer benchmark; `python -m benchmarks.conformers.store` writes them from its JSON lines."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from typing import Any

from molgen.data_frame import data_frame
from molgen.errors import ConfigError

TABLES = ("conformers",)
COLUMNS: dict[str, type] = {
    "program": str,
    "molecule": str,
    "heavy_atoms": int,
    "rotatable_bonds": int,
    "rings": int,
    "largest_ring": int,
    "conformers": int,
    "best_of_1": float,
    "best_of_10": float,
    "best_of_50": float,
    "mean_rmsd": float,
    "stereo_kept": float,
    "cpu_seconds": float,
    "error": str,
}
"""Column -> type of its values."""


def benchmark_rows(name: str = "conformers") -> list[dict[str, Any]]:
    """The rows of a stored benchmark, one per program and molecule.

    RMSDs in Angstrom: heavy atoms, superposed, least over symmetries, of the best of the first 1, 10 and 50 conformers
    to the crystal structure. `molecule` is the PDB entry with the ligand, its chain and number; `cpu_seconds` is on one
    thread of a machine that did other work, so compare programs only. None for what a failure leaves unknown.

    Args:
        name: "conformers".

    Raises:
        ConfigError: there is no such benchmark.
    """
    if name not in TABLES:
        raise ConfigError(f"there is no benchmark {name}; there are {', '.join(TABLES)}")
    text = files("molgen.reports.benchmark").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return [
        {column: kind(row[column]) if row[column] else None for column, kind in COLUMNS.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


def benchmark_results(name: str = "conformers") -> Any:
    """:func:`benchmark_rows` as a pandas DataFrame.

    Raises:
        ConfigError: there is no such benchmark, or pandas is not installed.
    """
    return data_frame(benchmark_rows(name), list(COLUMNS))
