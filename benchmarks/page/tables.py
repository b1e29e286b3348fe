"""The tables of the results page, from the lines and the JSON files of the benchmarks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.common import Row, markdown_table
from benchmarks.conformers.report import BUCKETS, milliseconds
from benchmarks.docking.report import BEST_OF, is_close, is_valid
from molgen.metrics import bootstrap_interval

NAMES = {
    "conforge": "CDPKit CONFORGE",
    "faspr": "FASPR (pyfaspr)",
    "ligandmpnn": "LigandMPNN packer",
    "molgen": "**molgen**",
    "blind": "molgen, ligands and metals hidden",
    "network": "molgen, network alone, no search",
    "molgen-cnn": "molgen's nine in the order of GNINA's CNN",
    "molgen-energy": "molgen, ranked by energy",
    "molgen-known": "molgen, which knows where the structure's own ligand lies",
    "molgen-all-known": "molgen, which knows where all other ligands of the protein lie",
    "molgen-learned": "molgen, learned starts alone",
    "molgen-flex": "molgen, side chains of the pocket move",
    "molgen-flex-quick": "the same, quick effort",
    "molgen-gas-phase": "molgen for the gas phase",
    "molgen-no-library": "molgen without its library of torsions",
    "molgen-physics": "molgen, physics only",
    "molgen-random": "molgen, random starts, learned confidence",
    "rdkit": "RDKit ETKDGv3",
    "rdkit-mmff": "RDKit ETKDGv3 + MMFF94s, lowest first",
    "rdkit-selected": "RDKit, molgen's oversampling and choice",
    "rustina": "rustina",
    "rustina-cnn": "rustina, ranked by its CNN",
    "vina": "AutoDock Vina, exhaustiveness 8",
}
Rows = Mapping[str, Sequence[Row]]
Column = tuple[str, Callable[[Sequence[Row]], str]]


def grouped(rows: Iterable[Row], method: str, item: str) -> dict[str, list[Row]]:
    """Method -> its rows, over the items that every method has tried, in the order of `NAMES`.

    Args:
        rows: of one data set.
        method: field that holds the method.
        item: field that holds what it ran on.
    """
    tables: dict[str, dict[str, Row]] = {}
    for row in rows:
        tables.setdefault(row[method], {})[row[item]] = row
    common = sorted(set.intersection(*(set(table) for table in tables.values()))) if tables else []
    return {name: [tables[name][key] for key in common] for name in sorted(tables, key=_order)}


def crystal_table(rows: Rows) -> str:
    """Accuracy on one reference conformer a molecule."""
    columns: list[Column] = [(f"N = {n}", _both(f"best_{n}")) for n in (1, 10, 50)]
    columns += [(f"< {limit:g} Å", _below(limit)) for limit in (0.5, 1.0)]
    columns += [("mean over the set", _mean("mean_rmsd", 2)), *_CONFORMERS]
    return _table("conformers", columns, rows)


def ensemble_table(rows: Rows) -> str:
    """Accuracy on ensembles of reference conformers."""
    columns: list[Column] = [(f"N = {n}", _mean(f"best_{n}", 2)) for n in (1, 10)]
    columns += [("COV-R", _percent("cov_r")), ("AMR-R / Å", _mean("amr_r", 3))]
    columns += [("COV-P", _percent("cov_p")), ("AMR-P / Å", _mean("amr_p", 3)), *_CONFORMERS]
    return _table("conformers", columns, rows)


def time_table(rows: Rows) -> str:
    """CPU milliseconds a conformer by size, and their ratio to RDKit."""

    def cell(bucket: tuple[int, int]) -> Callable[[Sequence[Row]], str]:
        peer = milliseconds(rows["rdkit"], bucket)
        return lambda table: f"{milliseconds(table, bucket):.1f} ({milliseconds(table, bucket) / peer:.2f})"

    sizes = [bucket for bucket in BUCKETS[:-1] if not np.isnan(milliseconds(rows["rdkit"], bucket))]
    columns: list[Column] = [(f"{low}-{high} heavy atoms", cell((low, high))) for low, high in sizes]
    return _table("CPU ms a conformer (ratio to RDKit)", columns, rows)


def docking_table(rows: Rows) -> str:
    """Poses within 2 Angstrom of the crystal's, valid ones, and time."""
    columns: list[Column] = [
        ("first pose ≤ 2 Å", lambda table: _share([is_close(row) for row in table])),
        ("and PB-valid", lambda table: _share([is_close(row) and is_valid(row) for row in table])),
        (f"one of {BEST_OF} ≤ 2 Å", lambda table: _share([is_close(row, BEST_OF) for row in table])),
        ("first pose PB-valid", lambda table: f"{100 * np.mean([is_valid(row) for row in table]):.0f} %"),
        ("failed", lambda table: str(sum(row["failure"] is not None for row in table))),
        ("CPU s, median / mean", _seconds),
    ]
    return _table("poses", columns, rows)


def side_chain_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Recovery of chi angles."""
    shares = {"recovered": "within 20°", "within 40": "within 40°"} | {
        part: part for part in ("core", "surface", "pocket")
    }
    rest = {"rmsd": "RMSD / Å", "clashes / 100": "clashes a 100 residues", "ms / residue": "CPU ms a residue"}
    head = ["side chains", *shares.values(), *rest.values()]
    body = [
        [NAMES.get(name, name), *(_cell(row[key], " %") for key in shares), *(_cell(row[key]) for key in rest)]
        for name, row in sorted(rows.items(), key=lambda pair: _order(pair[0]))
    ]
    return markdown_table(head, body)


def _table(title: str, columns: Sequence[Column], rows: Rows) -> str:
    body = [[NAMES.get(name, name), *(cell(table) for _, cell in columns)] for name, table in rows.items()]
    return markdown_table([title, *(head for head, _ in columns)], body)


def _order(name: str) -> tuple[bool, str]:
    """Peers first, molgen itself last."""
    return name == "molgen", name if not name.startswith("molgen") else f"z{name}"


def _done(table: Sequence[Row]) -> list[Row]:
    return [row for row in table if row["kind"] == "ok"]


def _mean(key: str, digits: int) -> Callable[[Sequence[Row]], str]:
    return lambda table: f"{np.mean([row[key] for row in _done(table)]):.{digits}f}"


def _both(key: str) -> Callable[[Sequence[Row]], str]:
    """Mean and median."""

    def cell(table: Sequence[Row]) -> str:
        values = [row[key] for row in _done(table)]
        return f"{np.mean(values):.2f} / {np.median(values):.2f}"

    return cell


def _percent(key: str) -> Callable[[Sequence[Row]], str]:
    return lambda table: f"{100 * np.mean([row[key] for row in _done(table)]):.1f} %"


def _below(limit: float) -> Callable[[Sequence[Row]], str]:
    """Of all molecules; one without conformers is not covered."""
    return lambda table: f"{100 * sum(row['best_50'] < limit for row in _done(table)) / len(table):.0f} %"


def _share(values: Sequence[bool]) -> str:
    right = np.array(values, dtype=np.float64)
    interval = bootstrap_interval(right)
    return f"{100 * right.mean():.1f} % ({100 * interval.low:.0f}-{100 * interval.high:.0f})"


def _seconds(table: Sequence[Row]) -> str:
    times = [row["cpu_s"] for row in table if row["failure"] is None]
    return f"{np.median(times):.1f} / {np.mean(times):.1f}" if times else "-"


def _cell(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value}{unit}"


_CONFORMERS: list[Column] = [
    ("stereo kept", _percent("stereo")),
    ("failed", lambda table: str(len(table) - len(_done(table)))),
    ("CPU ms a conformer", lambda table: f"{milliseconds(table):.0f}"),
]
