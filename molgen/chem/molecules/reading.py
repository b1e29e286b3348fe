"""Molecules from wherever they are: SMILES, .smi/.csv/.sdf/.mol2 files (or .gz), RDKit Mols. One record each.

Nothing is skipped silently: what cannot be read becomes a record with a reason. Files are streamed.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from rdkit import Chem

from molgen.chem.formats.mol2 import parse_mol2_block, split_mol2
from molgen.chem.formats.parsing import one_line, parse_molblock, parse_smiles, shortened
from molgen.chem.formats.text_lines import TextLines
from molgen.errors import InputError, ParseError
from molgen.opening import check_input

Source: TypeAlias = str | Path | Chem.Mol | Iterable[str | Chem.Mol | None]

_LONGEST_NAME = 1000
_SMILES_LINE = re.compile(r"(\S+)(?:\s+(\|[^|]*\|))?\s*(.*)")
_FOREIGN = (".pdb", ".pdbqt", ".cif", ".mmcif", ".xyz", ".cdx", ".xlsx", ".json", ".zip")


@dataclass(frozen=True)
class InputRecord:
    """One input: a molecule or a named failure, never both.

    Fields:
        index: position in the input, from 0.
        name: from the input; else `<file>_<number>`, or the SMILES itself. One line, no control characters.
        source: the file, or the SMILES.
        place: `line 7` or `record 3` in that file; None outside files.
        mol: sanitized; hydrogens and coordinates as they were in the input.
        error: why there is no molecule, in one line.
    """

    index: int
    name: str
    source: str
    place: str | None
    mol: Chem.Mol | None
    error: str | None = None

    def molecule(self) -> Chem.Mol:
        """The molecule.

        Raises:
            ParseError: the record could not be read.
        """
        if self.mol is None:
            raise ParseError(self.error or "unreadable")
        return self.mol


def read_molecules(source: Source) -> Iterator[InputRecord]:
    """Yield one `InputRecord` for every record of `source`.

    Args:
        source: a SMILES (with an optional name after a space), an RDKit Mol, an iterable of these, or a path:
            .smi/.smiles/.txt (SMILES, then a name, separated by tab or space; an optional header; lines that start with
            # are comments), .csv/.tsv (a column `smiles`, optionally `name` or `id`), .sdf/.sd/.mol/.mol2; each also as
            .gz; .parquet (columns as in a .csv).

    Raises:
        InputError: at once for a missing, unreadable or foreign file; at the first record for a file without any.
    """
    if isinstance(source, Chem.Mol):
        return iter([_record_of_mol(0, source)])
    if isinstance(source, Path) or (isinstance(source, str) and names_file(source)):
        return _read_file(Path(source))
    if isinstance(source, str):
        if not source.strip():
            raise InputError("the SMILES is empty")
        return iter([_record_of_smiles(0, source)])
    return (_record_of_item(index, item) for index, item in enumerate(source))


def names_file(text: str) -> bool:
    """A text is the name of a file, there or not, and no SMILES."""
    if _kind(Path(text)) in (*_READERS, *_FOREIGN, ".parquet"):
        return True
    try:
        return os.path.exists(text)
    except (OSError, ValueError):  # too long, or a character no file name can have
        return False


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _read_file(path: Path) -> Iterator[InputRecord]:
    check_input(path)
    if _kind(path) == ".parquet":
        return _number(path, _read_parquet(path))
    if _kind(path) not in _READERS:
        known = ", ".join(_READERS)
        raise InputError(f"cannot read {_kind(path) or 'such'} files; known are {known}, each also as .gz", source=path)
    lines = TextLines(path)
    return _number(path, _READERS[_kind(path)](lines), lines.start_record)


def _number(
    path: Path, found: Iterator[InputRecord], start_record: Callable[[], None] = lambda: None
) -> Iterator[InputRecord]:
    """Give records index, source and a name; a file that breaks off in the middle ends in one named failure."""
    count = 0
    stem = path.name.split(".")[0] or path.name
    try:
        for record in found:
            yield replace(record, index=count, name=_title(record.name) or f"{stem}_{count + 1}", source=str(path))
            start_record()
            count += 1
    except (InputError, csv.Error) as error:
        reason = error.reason if isinstance(error, InputError) else str(error)
        if count == 0:
            raise InputError(reason, source=path) from error
        yield InputRecord(count, f"{stem}_{count + 1}", str(path), f"after record {count}", None, reason)
        return
    if count == 0:
        raise InputError("the file holds no molecules", source=path)


def _read_smi(lines: Iterator[str]) -> Iterator[InputRecord]:
    first = True
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not (first and _is_header(line)):
            yield replace(_record_of_smiles(0, line, named=False), place=f"line {number}")
        first = False


def _is_header(line: str) -> bool:
    return line.split()[0].strip("\"'").lower() in ("smiles", "canonical_smiles", "isomeric_smiles", "smi")


def _read_table(lines: Iterator[str]) -> Iterator[InputRecord]:
    above, header = next(((number, line) for number, line in enumerate(lines, start=1) if line.strip()), (0, ""))
    delimiter = max("\t,;", key=header.count)
    columns = next(csv.reader([header], delimiter=delimiter), [])
    smiles_column, name_column = _table_columns(columns)
    if smiles_column is None:
        if not header:
            return
        raise InputError(f"no column 'smiles' among {shortened([one_line(one) for one in columns], 12)}")
    reader = csv.reader(lines, delimiter=delimiter)
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        smiles = row[smiles_column].strip() if smiles_column < len(row) else ""
        name = row[name_column] if name_column is not None and name_column < len(row) else ""
        yield replace(_record_of_smiles(0, smiles), name=name, place=f"line {above + reader.line_num}")


def _read_parquet(path: Path) -> Iterator[InputRecord]:
    from molgen.chem.formats.parquet import parquet_rows

    for number, (smiles, name) in enumerate(parquet_rows(path, _table_columns), start=1):
        yield replace(_record_of_smiles(0, smiles), name=name, place=f"row {number}")


def _table_columns(columns: list[str]) -> tuple[int | None, int | None]:
    """Places of the SMILES and of the name among the columns of a table."""
    smiles = _column(columns, ("smiles", "canonical_smiles", "isomeric_smiles"), "smiles")
    return smiles, _column(columns, ("name", "id", "title"), "_id", "_name")


def _column(columns: list[str], exact: tuple[str, ...], *endings: str) -> int | None:
    lowered = [column.strip().lower() for column in columns]
    for wanted in exact:
        if wanted in lowered:
            return lowered.index(wanted)
    return next((place for place, column in enumerate(lowered) if column.endswith(endings)), None)


def _read_sdf(lines: Iterator[str]) -> Iterator[InputRecord]:
    block: list[str] = []
    number = 1
    for line in lines:
        if line.startswith("$$$$"):
            yield _record_of_block(number, block)
            number, block = number + 1, []
        else:
            block.append(line)
    if any(line.strip() for line in block):
        yield _record_of_block(number, block)


def _read_mol2(lines: Iterator[str]) -> Iterator[InputRecord]:
    for number, block in enumerate(split_mol2(lines), start=1):
        mol, error = _try(parse_mol2_block, "\n".join([*block, ""]))
        yield InputRecord(0, block[1].strip() if len(block) > 1 else "", "", f"record {number}", mol, error)


_READERS: dict[str, Callable[[Iterator[str]], Iterator[InputRecord]]] = {
    ".smi": _read_smi,
    ".smiles": _read_smi,
    ".txt": _read_smi,
    ".csv": _read_table,
    ".tsv": _read_table,
    ".sdf": _read_sdf,
    ".sd": _read_sdf,
    ".mol": _read_sdf,
    ".mol2": _read_mol2,
}


def _record_of_block(number: int, block: list[str]) -> InputRecord:
    mol, error = _try(parse_molblock, "\n".join([*block, "$$$$", ""]))
    if error and not any(line.startswith("M  END") for line in block):
        error = f"the record ends before its 'M  END' ({error})"
    return InputRecord(0, block[0] if block else "", "", f"record {number}", mol, error)


def _record_of_smiles(index: int, text: str, *, named: bool = True) -> InputRecord:
    """`SMILES |extension| name`; `named` falls back to the SMILES when there is no name."""
    found = _SMILES_LINE.match(text.strip())
    if found is None:
        return InputRecord(index, "", "", None, None, "there is no SMILES")
    smiles, extension, name = found.groups()
    mol, error = _try(parse_smiles, f"{smiles} {extension}" if extension else smiles)
    return InputRecord(index, _title(name) or (_title(smiles) if named else ""), one_line(smiles), None, mol, error)


def _title(text: str) -> str:
    return one_line(text[:_LONGEST_NAME])


def _record_of_mol(index: int, mol: Chem.Mol) -> InputRecord:
    name = _title(mol.GetProp("_Name")) if mol.HasProp("_Name") else ""
    error = None if mol.GetNumAtoms() else "the molecule has no atoms"
    return InputRecord(index, name or f"molecule_{index + 1}", "", None, None if error else mol, error)


def _record_of_item(index: int, item: object) -> InputRecord:
    if isinstance(item, Chem.Mol):
        return _record_of_mol(index, item)
    if isinstance(item, str):
        record = _record_of_smiles(index, item)
        return record if record.name else replace(record, name=f"molecule_{index + 1}")
    return InputRecord(index, f"molecule_{index + 1}", "", None, None, f"not a molecule: {one_line(item)}")


def _try(parse: Callable[[str], Chem.Mol], text: str) -> tuple[Chem.Mol | None, str | None]:
    try:
        return parse(text), None
    except ParseError as error:
        return None, error.reason
