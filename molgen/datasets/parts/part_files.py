"""Part files: the arrays of many records end to end in a safetensors file, each with the rows that a record has.

All prepared sets are kept this way. They are read without RDKit, and no content of a file can run code or exhaust the
memory.
"""

from __future__ import annotations

import json
import stat
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from molgen.errors import InputError
from molgen.files.opening import check_input

Arrays = dict[str, np.ndarray]
Record = TypeVar("Record")

_UNREADABLE = (OSError, SafetensorError, ValueError, TypeError, AttributeError, OverflowError)
_MISFITS = (KeyError, ValueError, IndexError, TypeError, OverflowError, RecursionError)
"""The errors of arrays that do not fit together."""


@dataclass(frozen=True)
class PartFormat:
    """A kind of part file.

    Attributes:
        name: in the metadata, "molgen-conformers-1".
        noun: in errors, "prepared conformer set".
    """

    name: str
    noun: str


def find_parts(folder: str | Path) -> list[Path]:
    """The parts below a prepared folder, sorted; a single file stands for itself.

    Raises:
        InputError: there are none.
    """
    path = Path(folder)
    paths = [path] if path.is_file() else sorted(path.rglob("*.safetensors"))
    if not paths:
        raise InputError("holds no prepared set (*.safetensors)", source=folder)
    return paths


def load_records(
    paths: Sequence[Path], part: PartFormat, decode: Callable[[Arrays, int], Sequence[Record]]
) -> tuple[list[Record], list[str]]:
    """Read parts of one format.

    Args:
        decode: arrays of a part, and the index of its source -> its records.

    Returns:
        the records of all parts in order, and the names of the sources that their indices point to.

    Raises:
        InputError: a file is missing, damaged or of another format, or its arrays do not fit together.
    """
    records: list[Record] = []
    sources: list[str] = []
    for path in paths:
        arrays, source = read_part(path, part)
        if source not in sources:
            sources.append(source)
        try:
            records += decode(arrays, sources.index(source))
        except _MISFITS as error:
            raise InputError(f"lacks arrays, or their sizes disagree: {error}", source=path) from error
    return records, sources


def read_part(path: Path, part: PartFormat) -> tuple[Arrays, str]:
    """The arrays of a file and the name of their source; never more bytes than the file has.

    Raises:
        InputError: the file is missing, damaged, of another format, or has numbers that numpy does not know.
    """
    with _opened(path) as file:
        metadata = file.metadata() or {}
        if metadata.get("format") != part.name:
            raise InputError(f"is not a {part.noun} ({part.name})", source=path)
        if "source" not in metadata:
            raise InputError("does not state its source", source=path)
        names = file.keys()  # the file itself is not iterable
        return {name: file.get_tensor(name) for name in names}, metadata["source"]


def record_count(path: Path) -> int:
    """The stated number of records of a part of any format.

    Raises:
        InputError: the file is missing or damaged, or does not say.
    """
    with _opened(path) as file:
        count = (file.metadata() or {}).get("count", "")
    if not count.isdecimal():
        raise InputError("does not state its number of records; prepare it again", source=path)
    return int(count)


def source_names(paths: Sequence[Path]) -> list[str]:
    """Of parts of any format, in the order in which :func:`load_records` numbers them.

    Raises:
        InputError: a file is missing or damaged.
    """
    names: dict[str, None] = {}
    for path in paths:
        with _opened(path) as file:
            names[(file.metadata() or {}).get("source", "")] = None
    return list(names)


def encode_part(arrays: Mapping[str, np.ndarray], part: PartFormat, source: str, count: int) -> bytes:
    """The bytes of a part with ``count`` records: the same for the same arrays. The caller writes them atomically."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    data = save(contiguous, metadata={"format": part.name, "source": source, "count": str(count)})
    return _with_sorted_metadata(data)


def join_rows(records: Sequence[Mapping[str, np.ndarray]], names: Sequence[str], prefix: str = "") -> Arrays:
    """The rows of all records end to end, array by array, and for each array `NAME_rows`: how many a record has."""
    arrays: Arrays = {}
    for name in names:
        rows = [record[name] for record in records]
        arrays[prefix + name] = np.concatenate(rows) if rows else np.zeros((0, 1), dtype=np.uint8)
        arrays[f"{prefix}{name}_rows"] = np.array([len(row) for row in rows], dtype=np.int32)
    return arrays


def split_rows(arrays: Mapping[str, np.ndarray], names: Sequence[str], prefix: str = "") -> list[Arrays]:
    """The arrays of each record, as :func:`join_rows` was given them.

    Raises:
        KeyError: an array is missing.
        ValueError: its rows are not as many as the records have, or the arrays are of different numbers of records.
    """
    columns = [_split(arrays, prefix + name) for name in names]
    return [dict(zip(names, rows, strict=True)) for rows in zip(*columns, strict=True)]


def pack_texts(texts: Sequence[str]) -> np.ndarray:
    """A list of texts as one array of bytes."""
    return np.frombuffer(json.dumps(list(texts)).encode(), dtype=np.uint8)


def unpack_texts(array: np.ndarray) -> list[str]:
    """The list in an array of :func:`pack_texts`.

    Raises:
        ValueError: there is none.
    """
    texts = json.loads(array.tobytes())
    if not isinstance(texts, list):
        raise ValueError("the names are not a list")
    return texts


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if not stat.S_ISREG(check_input(path)):
        raise InputError("is a pipe, not a file", source=path)
    try:
        with safe_open(path, framework="numpy") as file:
            yield file
    except _UNREADABLE as error:
        raise InputError(f"cannot be read: {error}", source=path) from error


def _split(arrays: Mapping[str, np.ndarray], name: str) -> list[np.ndarray]:
    array, rows = arrays[name], arrays[f"{name}_rows"]
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or (rows < 0).any():
        raise ValueError(f"{name}_rows is not a list of counts")
    stops = np.cumsum(rows, dtype=np.int64).tolist()
    if len(array) != (stops[-1] if stops else 0):
        raise ValueError(f"{name} has {len(array)} rows")
    return [array[start:stop] for start, stop in zip([0, *stops[:-1]], stops, strict=False)]


def _with_sorted_metadata(data: bytes) -> bytes:
    """A safetensors file whose metadata come in the order of their names; as written, it varies."""
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return data[:8] + text.ljust(size) + data[8 + size :]
