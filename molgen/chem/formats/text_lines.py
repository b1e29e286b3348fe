"""The lines of a text file as a stream in which neither a line nor a record can grow without bound."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from molgen.chem.formats.compression import decompressed
from molgen.errors import InputError
from molgen.files.opening import STANDARD_INPUT, check_input, open_input

MOST_LINE = 4 * 2**20
"""Characters of one line."""
MOST_RECORD = 16 * 2**20
"""Characters of one record, and of what stands between two of them: blank lines, comments."""
MOST_RECORD_LINES = 2**20


class TextLines:
    """Lines without their ends: UTF-8, or UTF-16 with its mark, any newline, plain or compressed.

    Bytes that are no text are replaced. The file is read as the lines are asked for; whoever has got a record out of
    them says so by :meth:`start_record`.

    Args:
        path: of the file; the text "-" is standard input.

    Raises:
        InputError: at once, as :func:`~molgen.files.opening.check_input`; later, where the file cannot be read, is a
            damaged compressed file, or has a longer line or record than the limits.
    """

    def __init__(self, path: Path | str) -> None:
        if path != STANDARD_INPUT:
            check_input(path)
        self._lines = _read(path)
        self._characters = self._count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._characters += len(line) + 1
        self._count += 1
        if self._characters > MOST_RECORD:
            raise InputError(f"a record, or the space between two, is longer than {MOST_RECORD // 2**20} Mi characters")
        if self._count > MOST_RECORD_LINES:
            raise InputError(f"a record, or the space between two, is longer than {MOST_RECORD_LINES} lines")
        return line

    def start_record(self) -> None:
        """What comes now counts from zero."""
        self._characters = self._count = 0


def _read(path: Path | str) -> Iterator[str]:
    with decompressed(open_input(path), path) as raw:
        wide = raw.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")
        encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", _OR_WINDOWS)
        with io.TextIOWrapper(raw, encoding=encoding, errors=errors) as text:
            while line := text.readline(MOST_LINE + 1):
                if len(line) > MOST_LINE:
                    raise InputError(f"a line is longer than {MOST_LINE // 2**20} Mi characters")
                yield line.rstrip("\n")


def _as_windows_writes_it(error: UnicodeError) -> tuple[str, int]:
    """What is no UTF-8 is read as Windows-1252, in which older programs there write names such as `Ä` and `€`."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


_OR_WINDOWS = "molgen.or_windows"
codecs.register_error(_OR_WINDOWS, _as_windows_writes_it)
