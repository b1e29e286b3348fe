"""What a run remembers between a kill and its resumption: a SQLite file that grows on disk, not in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from molgen.errors import InputError
from molgen.screening.work import MoleculeResult

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (key BLOB PRIMARY KEY, shard INTEGER NOT NULL, row INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (key BLOB PRIMARY KEY, result TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shards (
    number INTEGER PRIMARY KEY, rows INTEGER NOT NULL, failed INTEGER NOT NULL, duplicates INTEGER NOT NULL
);
"""


class State:
    """Which shards are written, where each molecule stands in them, and the results that are in none yet.

    A result is in the journal from the moment it is known until its shard is committed; a shard is committed after its
    file is in place. So whatever moment the process ends at, no result is lost and none counts twice.
    """

    def __init__(self, path: str | Path) -> None:
        """Open or create the file.

        Raises:
            InputError: it cannot be written, or is no such file.
        """
        try:
            self._base = sqlite3.connect(path, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.executescript(_TABLES)
        except sqlite3.Error as error:
            raise InputError(f"cannot be used: {error}", source=path) from error

    def close(self) -> None:
        self._base.close()

    def finished_shards(self) -> int:
        """Shards are committed in order, so this is also the number of the next one."""
        return self._base.execute("SELECT COUNT(*) FROM shards").fetchone()[0]

    def counts(self) -> tuple[int, int, int]:
        """(rows, failed, duplicates) of the committed shards."""
        query = "SELECT COALESCE(SUM(rows), 0), COALESCE(SUM(failed), 0), COALESCE(SUM(duplicates), 0) FROM shards"
        return self._base.execute(query).fetchone()

    def place(self, key: bytes) -> tuple[int, int] | None:
        """(shard, row) of the first input with this molecule, among the committed shards."""
        return self._base.execute("SELECT shard, row FROM seen WHERE key = ?", (key,)).fetchone()

    def write(self, results: Iterable[tuple[bytes, MoleculeResult]]) -> None:
        """Put results into the journal."""
        rows = [(key, json.dumps(asdict(result))) for key, result in results]
        with self._transaction():
            self._base.executemany("INSERT OR REPLACE INTO journal VALUES (?, ?)", rows)

    def has(self, key: bytes) -> bool:
        """A result is in the journal."""
        return self._base.execute("SELECT 1 FROM journal WHERE key = ?", (key,)).fetchone() is not None

    def read(self, key: bytes) -> MoleculeResult:
        """A result from the journal; KeyError if there is none."""
        row = self._base.execute("SELECT result FROM journal WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return MoleculeResult(**json.loads(row[0]))

    def commit(
        self, number: int, keys: Sequence[tuple[bytes, int]], counts: tuple[int, int, int], done: Iterable[bytes]
    ) -> None:
        """A shard is in place.

        Args:
            number: of the shard.
            keys: molecules that appear in it for the first time, with their rows.
            counts: rows, failed, duplicates.
            done: molecules whose results the journal can forget.
        """
        with self._transaction():
            self._base.executemany("INSERT INTO seen VALUES (?, ?, ?)", [(key, number, row) for key, row in keys])
            self._base.execute("INSERT INTO shards VALUES (?, ?, ?, ?)", (number, *counts))
            self._base.executemany("DELETE FROM journal WHERE key = ?", [(key,) for key in done])

    def _transaction(self) -> _Transaction:
        return _Transaction(self._base)


class _Transaction:
    """All or nothing."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self.base = base

    def __enter__(self) -> None:
        self.base.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *rest: object) -> None:
        self.base.execute("COMMIT" if kind is None else "ROLLBACK")
