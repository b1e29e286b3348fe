"""The best of a finished run, and its structures as an SD file."""

from __future__ import annotations

import csv
import heapq
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from molgen.chem.molecules.writing import compressed, with_fields
from molgen.errors import ConfigError, InputError
from molgen.files import write_atomically
from molgen.screening.store.shards import read_rows, read_shard, shard_paths

FAILURES = "failures.csv"


def best(folder: Path, rank_by: str, count: int) -> list[int]:
    """Indices of the best distinct molecules, best first; a minus sign in front of the column: highest first.

    Ties go to the earlier input; repeated molecules and those without a value are left out.
    """
    column, sign = rank_by.removeprefix("-"), -1.0 if rank_by.startswith("-") else 1.0
    rows = read_rows(folder, ["index", "status", "duplicate_of", column])
    ranked = (
        (sign * row[column], row["index"])
        for row in rows
        if row["status"] == "done" and row["duplicate_of"] is None and row[column] is not None
    )
    return [index for _, index in heapq.nsmallest(count, ranked)]


def write_best(folder: Path, output: Path, rank_by: str, count: int) -> int:
    """Write the best molecules with all their structures, each with its place as `molgen_library_rank`.

    Returns:
        how many molecules there are.
    """
    order = best(folder, rank_by, count)
    ranks = {index: rank for rank, index in enumerate(order, 1)}
    blocks = {index: row["sdf"] for index, row in rows_at(folder, order, ["index", "sdf"]).items()}
    with write_atomically(output, binary=True) as raw, compressed(output, raw) as stream:
        for index in order:
            stream.write(
                with_fields(blocks[index], {"molgen_library_rank": ranks[index], "molgen_index": index}).encode()
            )
    return len(order)


def rows_at(folder: Path, indices: Collection[int], columns: Sequence[str] | None = None) -> dict[int, dict[str, Any]]:
    """Some rows of a run by their index; shards without any of them are not read but for that column.

    Args:
        folder: of the run.
        indices: of the inputs.
        columns: `index` among them; None for all.
    """
    wanted = set(indices)
    rows: dict[int, dict[str, Any]] = {}
    for path in shard_paths(folder):
        if any(row["index"] in wanted for row in read_shard(path, ["index"])):
            rows.update((row["index"], row) for row in read_shard(path, columns) if row["index"] in wanted)
    return rows


def export(folder: Path, output: Path) -> int:
    """Write the structures of every input, in the order of the library; returns how many records there are.

    Raises:
        InputError: the run has no structures yet.
    """
    count = 0
    with write_atomically(output, binary=True) as raw, compressed(output, raw) as stream:
        for row in read_rows(folder, ["index", "sdf"]):
            if row["sdf"]:
                count += row["sdf"].count("\n$$$$\n")
                stream.write(with_fields(row["sdf"], {"molgen_index": row["index"]}).encode())
        if not count:
            raise InputError("holds no structures", source=folder)
    return count


def write_failures(folder: Path) -> int:
    """A table of the inputs that failed; returns how many."""
    count = 0
    with write_atomically(folder / FAILURES) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("index", "name", "place", "reason"))
        for row in _failures(folder):
            writer.writerow(row)
            count += 1
    return count


def check_rank(rank_by: str, known: tuple[str, ...]) -> str:
    """The column with its sign, as the work has it.

    Raises:
        ConfigError: the work has no such column.
    """
    for column in known:
        if rank_by.removeprefix("-") == column.removeprefix("-"):
            return column
    raise ConfigError(f"a run is ranked by {' or '.join(x.removeprefix('-') for x in known)}, not {rank_by}")


def _failures(folder: Path) -> Iterator[tuple[object, ...]]:
    for row in read_rows(folder, ["index", "name", "place", "status", "error"]):
        if row["status"] == "failed":
            yield row["index"], row["name"], row["place"] or "", row["error"]
