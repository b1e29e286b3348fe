"""Tables of molecules: rows of a .csv or .tsv, of a .parquet, of a DataFrame, or dicts."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rdkit import Chem

from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.molecules.inputs.records import InputRecord, record_of_mol, record_of_text, title, with_fields
from molgen.chem.molecules.inputs.table_rows import NOT_CLOSED, beyond_header, table_rows
from molgen.errors import InputError

_SMILES = ("smiles", "canonical_smiles", "isomeric_smiles", "mol", "romol", "molecule", "inchi")
_NAMES = ("name", "id", "title")
_MOST_UNREADABLE = 1000
"""Rows from an open quotation mark on."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what, by name in any case; None: the usual names.

    Attributes:
        smiles: of SMILES or InChI.
        name: of the names; in an SD file, the data field that holds them.
    """

    smiles: str | None = None
    name: str | None = None

    def places(self, names: list[str]) -> tuple[int, int | None]:
        """Places of the SMILES and of the name among the columns of a table.

        Raises:
            InputError: there is no such column, or there are several and none of them is named as it is written.
        """
        lowered = [name.strip().lower() for name in names]
        known = shortened([one_line(name) for name in names], 12)
        smiles = _place(lowered, _SMILES, "smiles") if self.smiles is None else _exactly(self.smiles, names, known)
        if smiles is None:
            raise InputError(f"no column 'smiles' among {known}; --smiles-column (smiles_column=) names another")
        if self.smiles is None and lowered.count(lowered[smiles]) > 1:
            raise InputError(f"several columns are called {lowered[smiles]!r}, whatever their case: {known}")
        if self.name is not None:
            return smiles, _exactly(self.name, names, known)
        return smiles, _place(lowered, _NAMES, "_id", "_name")


def read_table(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    """Records of a table with a header, separated by tab, comma, semicolon or bar; Excel's line `sep=;` may be above.

    Raises:
        InputError: a column is missing, or below an open quotation mark no row is a molecule.
    """
    above, header = header_of(lines)
    if not header:
        return
    delimiter = delimiter_of(header)
    names = next(csv.reader([header], delimiter=delimiter), [])
    yield from _while_readable(_records(lines, delimiter, above, names, columns.places(names)))


def _records(
    lines: Iterator[str], delimiter: str, above: int, names: list[str], places: tuple[int, int | None]
) -> Iterator[InputRecord]:
    for row in table_rows(lines, delimiter, above):
        doubt = beyond_header(names, row.cells)
        record = replace(_record_of_row(0, names, row.cells, places), place=f"line {row.line}")
        if row.error:
            yield replace(record, mol=None, error=row.error)
        elif record.error:
            yield replace(record, error="; ".join(filter(None, (record.error, doubt))))
        else:
            yield replace(record, note=doubt)


def _while_readable(records: Iterator[InputRecord]) -> Iterator[InputRecord]:
    """The records, up to an open quotation mark below which nothing is a molecule: a file that may have no end.

    Raises:
        InputError: the next thousand rows cannot be read either.
    """
    opened, unreadable = None, 0
    for record in records:
        if record.error is None:
            opened, unreadable = None, 0
        elif opened or record.error == NOT_CLOSED:
            opened, unreadable = opened or record.place, unreadable + 1
            if unreadable > _MOST_UNREADABLE:
                raise InputError(
                    f"{opened}: {NOT_CLOSED}, and none of the next {_MOST_UNREADABLE:,} rows is a molecule"
                )
        yield record


def header_of(lines: Iterator[str]) -> tuple[int, str]:
    """The number of the header's line, and the line; 0 and "" where there is none. Excel's `sep=;` is passed over."""
    filled = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    number, line = next(filled, (0, ""))
    return next(filled, (0, "")) if line.strip().lower().rstrip("\t,;|") == "sep=" else (number, line)


def delimiter_of(header: str) -> str:
    """What separates the columns of a table."""
    return max("\t,;|", key=header.count)


def read_parquet(path: Path, columns: Columns) -> Iterator[InputRecord]:
    """Records of a Parquet file; columns other than SMILES and name are not read."""
    from molgen.chem.formats.parquet import parquet_rows

    for number, (smiles, name) in enumerate(parquet_rows(path, columns.places), start=1):
        yield replace(record_of_text(0, smiles, named=False), name=name, place=f"row {number}")


def read_dataframe(frame: object, columns: Columns) -> Iterator[InputRecord]:
    """Records of a pandas DataFrame; cells of the SMILES column may be Mols."""
    names = [str(name) for name in frame.columns]  # type: ignore[attr-defined]
    places = columns.places(names)
    rows: Iterable[tuple] = frame.itertuples(index=False, name=None)  # type: ignore[attr-defined]
    return (_named(_record_of_row(index, names, row, places), index) for index, row in enumerate(rows))


def record_of_dict(index: int, item: Mapping[str, object], columns: Columns) -> InputRecord:
    """A molecule as a dict: its SMILES (or Mol) and name under the names of columns, and data fields."""
    names = [str(name) for name in item]
    try:
        places = columns.places(names)
    except InputError as error:
        return InputRecord(index, f"molecule_{index + 1}", "", None, None, error.reason)
    return _named(_record_of_row(index, names, list(item.values()), places), index)


def _record_of_row(index: int, names: list[str], row: list | tuple, places: tuple[int, int | None]) -> InputRecord:
    smiles_place, name_place = places
    cell = row[smiles_place] if smiles_place < len(row) else ""
    own = record_of_mol(index, cell) if isinstance(cell, Chem.Mol) else record_of_text(index, _text(cell), named=False)
    name = _text(row[name_place]) if name_place is not None and name_place < len(row) else own.name
    others = {names[k]: _text(row[k]) for k in range(min(len(names), len(row))) if k not in places}
    return with_fields(replace(own, name=title(name)), others)


def _named(record: InputRecord, index: int) -> InputRecord:
    return record if record.name else replace(record, name=f"molecule_{index + 1}")


def _text(cell: object) -> str:
    """A cell as text; nothing for None and for nan, by which pandas marks a cell that is empty."""
    return "" if cell is None or cell != cell else str(cell).strip()


def _exactly(name: str, names: list[str], known: str) -> int:
    """The place of a column: the one that is written so, else the first in another case."""
    written = [own.strip() for own in names]
    if name.strip() in written:
        return written.index(name.strip())
    lowered = [own.lower() for own in written]
    if name.strip().lower() not in lowered:
        raise InputError(f"no column {one_line(name)!r} among {known}")
    return lowered.index(name.strip().lower())


def _place(lowered: list[str], exact: tuple[str, ...], *endings: str) -> int | None:
    wanted = next((name for name in exact if name in lowered), None)
    if wanted is not None:
        return lowered.index(wanted)
    return next((place for place, column in enumerate(lowered) if column.endswith(endings)), None)
