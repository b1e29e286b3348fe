"""Molecules from wherever they are: SMILES, InChI, files, standard input, RDKit Mols, tables. One record each.

Nothing is skipped silently: what cannot be read becomes a record with a reason. Files are streamed.
"""

from __future__ import annotations

import csv
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from rdkit import Chem

from molgen.chem.formats.compression import plain_name
from molgen.chem.formats.parsing import one_line, parse_smiles
from molgen.chem.formats.pdb.ligands import split_models
from molgen.chem.formats.text_lines import TextLines
from molgen.chem.formats.tripos.mol2 import split_mol2
from molgen.chem.molecules.inputs.records import (
    InputRecord,
    record_of_item,
    record_of_mol,
    record_of_mol2,
    record_of_molblock,
    record_of_pdb,
    record_of_pdbqt,
    record_of_text,
    title,
)
from molgen.chem.molecules.inputs.structure_files import read_binary_cif, read_mmcif
from molgen.chem.molecules.inputs.tables import (
    Columns,
    delimiter_of,
    read_dataframe,
    read_parquet,
    read_table,
    record_of_dict,
)
from molgen.errors import InputError, ParseError
from molgen.files.opening import STANDARD_INPUT, check_input

__all__ = ["InputRecord", "Source", "names_file", "read_molecules"]

Source: TypeAlias = str | Path | Chem.Mol | Iterable[Any]
"""Anything that molecules can be read from, see :func:`read_molecules`."""

_FOREIGN = (".xyz", ".cdx", ".xlsx", ".json", ".zip")


def read_molecules(
    source: Source, *, smiles_column: str | None = None, name_column: str | None = None
) -> Iterator[InputRecord]:
    """Yield one `InputRecord` for every record of `source`.

    Args:
        source: a SMILES or InChI (with an optional name after a space), an RDKit Mol, a pandas DataFrame, an iterable
            of SMILES, Mols, pairs (molecule, name) or dicts, or a path: .smi/.smiles/.ism/.txt/.inchi (SMILES or InChI,
            then a name, separated by tab or space; an optional header; lines that start with # are comments),
            .csv/.tsv (a column `smiles`, optionally `name` or `id`), .sdf/.sd/.mol/.mol2/.pdb/.pdbqt/.cif/.mmcif; each
            also as .gz, .bz2, .xz or .zst; .bcif; .parquet (columns as in a .csv). The text "-" is standard input, in
            any of these text formats. Other columns of tables and the fields of SD files become properties of the
            molecule.
        smiles_column: of a table, when it has another name.
        name_column: of a table, when it has another name; of an SD file, the field that holds the names.

    Raises:
        InputError: at once for a missing, unreadable or foreign file and for an object that holds no molecules; at
            the first record for a file without any.
    """
    columns = Columns(smiles_column, name_column)
    if isinstance(source, Chem.Mol):
        return iter([record_of_mol(0, source)])
    if isinstance(source, Path) or (isinstance(source, str) and names_file(source)):
        return _read_file(source, columns)
    if isinstance(source, str):
        if not source.strip():
            raise InputError("the SMILES is empty")
        return iter([record_of_text(0, source)])
    if _is_dataframe(source):
        return read_dataframe(source, columns)
    if isinstance(source, Mapping):
        source = [source]
    if isinstance(source, (bytes, bytearray)) or not isinstance(source, Iterable):
        raise InputError(f"no molecules can be read from {one_line(repr(source))[:200]} ({type(source).__name__})")
    return (
        record_of_dict(index, item, columns) if isinstance(item, Mapping) else record_of_item(index, item)
        for index, item in enumerate(source)
    )


def names_file(text: str) -> bool:
    """A text is the name of a file, there or not, or "-" for standard input; and no SMILES."""
    if text == STANDARD_INPUT:
        return True
    try:
        if os.path.exists(text):
            return True
    except (OSError, ValueError):  # too long, or a character no file name can have
        return False
    return _kind(text) in (*_READERS, *_FOREIGN, ".parquet", ".bcif") and not _is_named_smiles(text)


def _is_named_smiles(text: str) -> bool:
    """A SMILES or InChI and, after a space, a name, which may well end like that of a file."""
    first, *name = text.split(maxsplit=1)
    if not name:
        return first.startswith("InChI=")
    try:
        return first.startswith("InChI=") or parse_smiles(first) is not None
    except ParseError:
        return False


def _kind(path: str | Path) -> str:
    return Path(plain_name(path)).suffix


def _is_dataframe(source: object) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(source, pandas.DataFrame)


def _read_file(path: str | Path, columns: Columns) -> Iterator[InputRecord]:
    piped = path == STANDARD_INPUT or stat.S_ISFIFO(check_input(path))
    kind = _kind(path)
    if kind == ".parquet":
        return _number(path, read_parquet(Path(path), columns))
    if kind == ".bcif":
        return _number(path, read_binary_cif(Path(path)))
    if kind not in _READERS and not (piped and not kind):
        known = ", ".join(_READERS)
        raise InputError(
            f"cannot read {kind or 'such'} files; known are {known}, each also as .gz, .bz2, .xz, .zst", source=path
        )
    lines = TextLines(path if path == STANDARD_INPUT else Path(path))
    read = _READERS.get(kind, _read_any)
    return _number(path, read(lines, columns), lines.start_record)


def _number(
    path: str | Path, records: Iterator[InputRecord], start_record: Callable[[], None] = lambda: None
) -> Iterator[InputRecord]:
    """Give records index, source and a name; a file that breaks off in the middle ends in one named failure."""
    count = 0
    source = "standard input" if path == STANDARD_INPUT else str(path)
    stem = "input" if path == STANDARD_INPUT else Path(path).name.split(".")[0] or Path(path).name
    try:
        for record in records:
            yield replace(record, index=count, name=title(record.name) or f"{stem}_{count + 1}", source=source)
            start_record()
            count += 1
    except (InputError, csv.Error) as error:
        reason = error.reason if isinstance(error, InputError) else str(error)
        if count == 0:
            raise InputError(reason, source=source) from error
        yield InputRecord(count, f"{stem}_{count + 1}", source, f"after record {count}", None, reason)
        return
    if count == 0:
        raise InputError("the file holds no molecules", source=source)


def _read_any(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    """Records of a text whose format no name tells: it shows in the first four lines."""
    first = list(islice(lines, 4))
    content = [line for line in first if line.strip() and not line.lstrip().startswith("#")]
    header = content[0] if content else ""
    if len(first) == 4 and ("V2000" in first[3] or "V3000" in first[3]):
        read = _read_sdf
    elif header.startswith("@<TRIPOS>"):
        read = _read_mol2
    elif _is_table(header, columns):
        read = read_table
    else:
        read = _read_smi
    return read(chain(first, lines), columns)


def _is_table(header: str, columns: Columns) -> bool:
    names = header.split(delimiter_of(header))
    try:
        return columns.smiles is not None or (len(names) > 1 and columns.places(names) is not None)
    except InputError:
        return False


def _read_text(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    """Records of a file of SMILES; or of a table whose header has commas or semicolons, in spite of its name."""
    for above, header in enumerate(lines):
        if header.strip() and not header.lstrip().startswith("#"):
            is_table = delimiter_of(header) != "\t" and _is_table(header, columns)
            read = read_table if is_table else _read_smi
            yield from read(chain([""] * above, [header], lines), columns)


def _read_smi(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    first = True
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not (first and _is_header(line)):
            yield replace(record_of_text(0, line, named=False), place=f"line {number}")
        first = False


def _is_header(line: str) -> bool:
    return line.split()[0].strip("\"'").lower() in ("smiles", "canonical_smiles", "isomeric_smiles", "smi", "inchi")


def _read_sdf(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    block: list[str] = []
    number = 1
    for line in lines:
        if line.startswith("$$$$"):
            yield record_of_molblock(number, block, columns.name)
            number, block = number + 1, []
        else:
            block.append(line)
    if any(line.strip() for line in block):
        yield record_of_molblock(number, block, columns.name)


def _read_mol2(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    for number, block in enumerate(split_mol2(lines), start=1):
        yield record_of_mol2(number, block)


def _read_pdb(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    for number, block in enumerate(split_models(lines), start=1):
        yield record_of_pdb(number, block)


def _read_pdbqt(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    for number, block in enumerate(split_models(lines), start=1):
        yield record_of_pdbqt(number, block)


def _read_mmcif(lines: Iterator[str], columns: Columns) -> Iterator[InputRecord]:
    return read_mmcif(lines)


_READERS: dict[str, Callable[[Iterator[str], Columns], Iterator[InputRecord]]] = {
    ".smi": _read_text,
    ".smiles": _read_text,
    ".ism": _read_text,
    ".txt": _read_text,
    ".inchi": _read_smi,
    ".csv": read_table,
    ".tsv": read_table,
    ".sdf": _read_sdf,
    ".sd": _read_sdf,
    ".mol": _read_sdf,
    ".mol2": _read_mol2,
    ".pdb": _read_pdb,
    ".pdbqt": _read_pdbqt,
    ".cif": _read_mmcif,
    ".mmcif": _read_mmcif,
}
