"""Rows of Parquet tables, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from molgen.chem.formats.parsing import one_line
from molgen.errors import InputError

_BATCH = 2000

Places = Callable[[list[str]], tuple[int, int | None]]
"""Names of the columns -> places of the SMILES and of the name."""


def parquet_rows(path: Path, places: Places) -> Iterator[tuple[str, str]]:
    """(SMILES, name) of every row; "" where a cell is empty.

    Raises:
        InputError: it is no Parquet file, or has no column of SMILES (raised by ``places``).
    """
    import pyarrow

    with _opened(path) as table:
        names = list(table.schema_arrow.names)
        smiles, name = places(names)
        wanted = [names[column] for column in (smiles, name) if column is not None]
        try:
            for batch in table.iter_batches(_BATCH, columns=wanted):
                titles = batch.column(1).to_pylist() if name is not None else [""] * len(batch)
                yield from zip(map(_text, batch.column(0).to_pylist()), map(_text, titles), strict=True)
        except (pyarrow.ArrowException, OSError) as error:
            raise InputError(f"damaged Parquet file: {one_line(error)}") from error


def count_rows(path: Path) -> int | None:
    """Rows by the file's own account; None if it cannot be read."""
    try:
        with _opened(path) as table:
            return table.metadata.num_rows
    except InputError:
        return None


def _opened(path: Path) -> Any:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"cannot be read as Parquet: {one_line(error)}") from error


def _text(value: object) -> str:
    return "" if value is None else str(value)
