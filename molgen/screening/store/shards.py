"""The results of a run as Parquet files, one row per input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from molgen.chem.molecules.writing import title_line
from molgen.errors import InputError
from molgen.files import write_atomically
from molgen.screening.library import LibraryInput
from molgen.screening.work import ColumnKind, MoleculeResult

FOLDER = "shards"
_SEPARATOR = "$$$$\n"


@dataclass(frozen=True)
class ShardRow:
    """One input and its outcome.

    Attributes:
        item: the input.
        duplicate_of: index of the first input with the same molecule; None for that one itself.
        result: of its molecule.
    """

    item: LibraryInput
    duplicate_of: int | None
    result: MoleculeResult

    @property
    def sdf(self) -> str:
        """The structures under the name of this input."""
        return renamed(self.result.sdf, self.item.name)

    @property
    def values(self) -> Mapping[str, object]:
        """The values of the result; what was decided in reading this input is among its notes."""
        notes = str(self.result.values.get("notes") or "")
        if not self.item.note or self.item.note in notes:
            return self.result.values
        return {**self.result.values, "notes": "; ".join(filter(None, (self.item.note, notes)))}


def renamed(sdf: str, name: str) -> str:
    """SD records with another title line."""
    records = sdf.split(_SEPARATOR)[:-1]
    return "".join(f"{title_line(name)}\n{record.partition(chr(10))[2]}{_SEPARATOR}" for record in records)


def shard_path(folder: Path, number: int) -> Path:
    """The file of a shard."""
    return folder / FOLDER / f"part-{number:06d}.parquet"


def write_shard(path: Path, rows: Sequence[ShardRow], columns: Mapping[str, ColumnKind]) -> None:
    """Write the rows of a shard, whole or not at all."""
    import pyarrow
    from pyarrow import parquet

    table = {
        "index": [row.item.index for row in rows],
        "name": [row.item.name for row in rows],
        "place": [row.item.place for row in rows],
        "smiles": [row.item.smiles for row in rows],
        "status": ["done" if row.result.error is None else "failed" for row in rows],
        "error": [row.result.error for row in rows],
        "duplicate_of": [row.duplicate_of for row in rows],
        "seconds": [round(row.result.seconds, 3) for row in rows],
        **{name: [row.values.get(name) for row in rows] for name in columns},
        "sdf": [row.sdf or None for row in rows],
    }
    with write_atomically(path, binary=True) as file:
        parquet.write_table(pyarrow.table(table, schema=_schema(columns)), file, compression="zstd")


def read_shard(path: Path, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a shard, all columns or some.

    Raises:
        InputError: the file is missing or damaged.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.read_table(path, columns=None if columns is None else list(columns)).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"cannot be read as a shard: {error}", source=path) from error


def read_rows(folder: str | Path, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of all shards of a run in the order of the input, one shard in memory at a time."""
    for path in shard_paths(Path(folder)):
        yield from read_shard(path, columns)


def shard_paths(folder: Path) -> list[Path]:
    """The shards of a run, in order."""
    return sorted((folder / FOLDER).glob("part-*.parquet"))


class EarlierShards:
    """Results of molecules whose shard is written already."""

    def __init__(self, folder: Path, columns: Mapping[str, ColumnKind]) -> None:
        self.columns = columns
        self._read = lru_cache(maxsize=2)(lambda number: read_shard(shard_path(folder, number)))

    def result(self, shard: int, row: int) -> tuple[int, MoleculeResult]:
        """(index of that input, its result)."""
        stored = self._read(shard)[row]
        values = {} if stored["error"] is not None else {name: stored.get(name) for name in self.columns}
        return stored["index"], MoleculeResult(stored["error"], stored["seconds"], values, stored["sdf"] or "")


def _schema(columns: Mapping[str, ColumnKind]) -> Any:
    import pyarrow as pa

    kinds = {"whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_(), "text": pa.string()}
    return pa.schema(
        [
            ("index", pa.int64()),
            ("name", pa.string()),
            ("place", pa.string()),
            ("smiles", pa.string()),
            ("status", pa.string()),
            ("error", pa.string()),
            ("duplicate_of", pa.int64()),
            ("seconds", pa.float64()),
            *((name, kinds[kind]) for name, kind in columns.items()),
            ("sdf", pa.large_string()),
        ]
    )
