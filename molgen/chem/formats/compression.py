"""Compressed files by the end of their name or by their first bytes: .gz, .bz2, .xz, .zst."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from molgen.errors import InputError

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
_TITLES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard"}


def plain_name(path: str | Path) -> str:
    """The file's name in lower case without the ending of its compression: `a.sdf` for `A.SDF.gz`."""
    name = Path(path).name.lower()
    return next((name.removesuffix(suffix) for suffix in COMPRESSIONS if name.endswith(suffix)), name)


@contextmanager
def decompressed(file: io.BufferedReader, name: str | Path) -> Iterator[io.BufferedReader]:
    """What is in a file, as a stream of bytes that is closed with the file at the end.

    Args:
        file: open for reading.
        name: of the file; one that ends like a compressed file must be one. Others are told by their first bytes.

    Raises:
        InputError: while the stream is read, for a damaged file or one that cannot be read.
    """
    suffix = Path(name).suffix.lower()
    with file:
        first = file.peek(6)
        kind = suffix if suffix in COMPRESSIONS else next((_MAGIC[k] for k in _MAGIC if first.startswith(k)), "")
        try:
            with _opened(file, kind) as stream:
                yield stream
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            raise InputError(f"damaged {_TITLES[kind]} file: {error}") from error
        except OSError as error:
            if kind and error.errno is None:  # bz2 and pyarrow have no error of their own
                raise InputError(f"damaged {_TITLES[kind]} file: {error}") from error
            raise InputError(error.strerror or str(error)) from error


def _opened(file: io.BufferedReader, kind: str) -> Any:
    if kind == ".gz":
        return gzip.open(file)
    if kind == ".bz2":
        return bz2.open(file)
    if kind == ".xz":
        return lzma.open(file)
    return _zstandard(file) if kind == ".zst" else file


def _zstandard(file: IO[bytes]) -> io.BufferedReader:
    import pyarrow

    return io.BufferedReader(pyarrow.CompressedInputStream(pyarrow.PythonFile(file, "r"), "zstd"))
