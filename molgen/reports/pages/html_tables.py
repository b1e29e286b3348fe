"""The tables of a report as HTML: titles with their meaning, rows, filters."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from molgen.reports.content import Entry, Subject, Table
from molgen.reports.pages.column_meanings import meaning_of
from molgen.reports.pages.scene import shade

_FILTERED = 6
"""Tables with fewer rows need no filter."""
_HINT = "Words, and limits such as score&lt;-8, that rows must meet"


def entry_table(subject: Subject, kind: str) -> str:
    """The conformers or poses of a molecule; a row is chosen by a click."""
    rows = "\n".join(_entry(k, entry, len(subject.entries)) for k, entry in enumerate(subject.entries))
    drawn = ("drawing",) if any(entry.thumbnail for entry in subject.entries) else ()
    label = f"{escape(kind)}s of {escape(subject.name)}"
    return _filtered(
        len(subject.entries), f'class="entries" role="grid" aria-label="{label}"', (*subject.columns, *drawn), rows
    )


def plain_table(table: Table, targets: Sequence[int | None] = ()) -> str:
    """A table with its note.

    Args:
        table: the table.
        targets: of each row the number of the molecule that a click shows; None for none.
    """
    shown = [*targets, *[None] * (len(table.rows) - len(targets))]
    rows = "\n".join(_row(row, target) for row, target in zip(table.rows, shown, strict=True))
    note = "".join(f"<p>{escape(line)}</p>" for line in table.note.splitlines())
    return _filtered(len(table.rows), "", table.columns, rows) + note


def _filtered(count: int, given: str, columns: Sequence[str], rows: str) -> str:
    return (
        f'<div class="filtered">{_filter(count)}<div class="scroll"><table {given}>'
        f"<thead><tr>{_head(columns)}</tr></thead>\n<tbody>{rows}</tbody></table></div>{_meanings(columns)}</div>"
    )


def _filter(count: int) -> str:
    if count < _FILTERED:
        return ""
    attributes = f'placeholder="Filter rows" title="{_HINT}" aria-label="Filter rows: {_HINT}"'
    return f'<input class="filter" type="search" {attributes}>'


def _head(columns: Sequence[str]) -> str:
    return "".join(f'<th scope="col" title="{escape(meaning_of(column))}">{escape(column)}</th>' for column in columns)


def _meanings(columns: Sequence[str]) -> str:
    """The meanings once more, for who cannot hover."""
    known = [(column, meaning_of(column)) for column in columns if meaning_of(column)]
    if not known:
        return ""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" for name, meaning in known)
    return f'<details class="meanings"><summary>What the columns mean</summary><dl>{items}</dl></details>'


def _entry(index: int, entry: Entry, count: int) -> str:
    chip = f'<span class="chip" style="background:{entry.color or shade(index, count)}"></span>'
    cells = "".join(f"<td>{chip if not k else ''}{escape(cell)}</td>" for k, cell in enumerate(entry.cells))
    picture = f"<td>{image(entry.thumbnail, f'structural formula of {entry.name}', 'thumbnail')}</td>"
    return (
        f'<tr tabindex="0" data-entry="{index}" aria-selected="false">{cells}{picture if entry.thumbnail else ""}</tr>'
    )


def image(svg: str, text: str, kind: str = "") -> str:
    """An SVG as an image: nothing in it can run, and its ids are its own."""
    if not svg:
        return ""
    packed = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img{f" class={kind}" if kind else ""} alt="{escape(text)}" src="data:image/svg+xml;base64,{packed}">'


def _row(cells: Sequence[str], target: int | None) -> str:
    given = "" if target is None else f' tabindex="0" data-target="{target}"'
    return f"<tr{given}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
