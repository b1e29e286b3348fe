"""Rows of a table: text whose rows may span lines, and of which none takes the next ones with it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MOST_LINES = 1000  # of one row
NOT_CLOSED = "a quotation mark at the beginning of a cell is not closed"


@dataclass(frozen=True)
class TableRow:
    """One row.

    Attributes:
        line: its first, counted from 1.
        cells: from left to right.
        error: why they cannot be trusted; "" where they can.
    """

    line: int
    cells: list[str]
    error: str = ""


def table_rows(lines: Iterator[str], delimiter: str, above: int = 0) -> Iterator[TableRow]:
    """Rows of a table, without empty ones; a row whose quotation mark is not closed ends with its line.

    Args:
        lines: without their ends.
        delimiter: between two cells.
        above: lines that have been read before.
    """
    ahead: deque[str] = deque()
    while True:
        taken: list[str] = []
        reader = csv.reader(_taking(lines, ahead, taken), delimiter=delimiter, strict=True)
        try:
            cells, error = next(reader, []), ""
        except csv.Error:
            ahead.extendleft(reversed(taken[1:]))
            del taken[1:]
            cells, error = _line_alone(taken[0], delimiter)
        if not taken:
            return
        if any(cell.strip() for cell in cells):
            yield TableRow(above + 1, cells, error)
        above += len(taken)


def beyond_header(header: Sequence[str], cells: Sequence[str]) -> str:
    """What may be wrong with a row that has more cells than the header; "" where it has not."""
    if not any(cell.strip() for cell in cells[len(header) :]):
        return ""
    return f"{len(cells)} cells below {len(header)} columns: a cell with the separator in it needs quotation marks"


def _taking(lines: Iterator[str], ahead: deque[str], taken: list[str]) -> Iterator[str]:
    """The next lines, noted in ``taken``; those that an earlier row gave back come first."""
    while len(taken) < _MOST_LINES:
        line = ahead.popleft() if ahead else next(lines, None)
        if line is None:
            return
        taken.append(line)
        yield f"{line}\n"


def _line_alone(line: str, delimiter: str) -> tuple[list[str], str]:
    """Cells of one line, and whether a quotation mark is open at its end."""
    reader = csv.reader([f"{line}\n", "\n"], delimiter=delimiter)
    try:
        cells = next(reader, [])
    except csv.Error as error:
        return [line[:1000]], str(error)
    return cells, NOT_CLOSED if reader.line_num > 1 else ""
