"""Molecules as SD files."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from rdkit import Chem

from molgen.chem.formats.parsing import one_line, silent_rdkit
from molgen.errors import InputError
from molgen.files import write_atomically

_LEAST_DECIMAL = 0.001  # below it four decimals leave nothing of a number


@dataclass(frozen=True)
class SdfRecord:
    """One SD record: one conformer of a molecule.

    Fields:
        mol: atoms are written as they are, explicit hydrogens included.
        conformer: its id, -1 for the first.
        name: the title line; None takes the molecule's own.
        properties: data fields, in this order; floats are written with four decimals, or digits where they are small.
    """

    mol: Chem.Mol
    conformer: int = -1
    name: str | None = None
    properties: Mapping[str, object] = field(default_factory=dict)


def write_sdf(path: str | Path, records: Iterable[SdfRecord | Chem.Mol]) -> int:
    """Stream records into an SD file (gzipped when `path` ends in .gz), atomically; returns how many were written.

    A bare Mol is written with all its conformers, each with the molecule's and its own properties.

    Raises:
        InputError: the folder is missing, or the file cannot be created. Errors of the iterable pass through, and then
            nothing is written.
    """
    count = 0
    with write_atomically(path, binary=True) as raw, compressed(path, raw) as stream:
        for record in records:
            for single in _conformers(record) if isinstance(record, Chem.Mol) else (record,):
                stream.write(sdf_block(single).encode("utf-8"))
                count += 1
    return count


def check_sdf_name(path: str | Path) -> None:
    """Raises InputError unless a file name ends in .sdf, .sd, .sdf.gz or .sd.gz."""
    name = Path(path).name.lower().removesuffix(".gz")
    if not name.endswith((".sdf", ".sd")):
        raise InputError("poses and conformers are written as .sdf or .sdf.gz", source=path)


def sdf_stem(path: str | Path) -> str:
    """The name of an SD file without what says its format."""
    name = Path(path).name
    plain = name.lower().removesuffix(".gz")
    suffix = next((suffix for suffix in (".sdf", ".sd") if plain.endswith(suffix)), "")
    return name[: len(plain) - len(suffix)]


def input_fields(mol: Chem.Mol) -> dict[str, str]:
    """The data fields that a molecule came with; those that molgen wrote in an earlier run are left out."""
    names = mol.GetPropNames(includePrivate=False, includeComputed=False)
    return {name: mol.GetProp(name) for name in names if not name.startswith("molgen_")}


def sdf_block(record: SdfRecord) -> str:
    """The text of one SD record, `$$$$` included; names and values are freed of control characters."""
    mol = Chem.Mol(record.mol)
    own_name = mol.GetProp("_Name") if mol.HasProp("_Name") else ""
    mol.SetProp("_Name", title_line(own_name if record.name is None else record.name))
    with silent_rdkit():
        block = Chem.MolToMolBlock(mol, confId=record.conformer)
    return f"{block}{_fields(record.properties)}$$$$\n"


def with_fields(sdf: str, properties: Mapping[str, object]) -> str:
    """The text of SD records with more data fields in each."""
    return sdf.replace("\n$$$$\n", f"\n{_fields(properties)}$$$$\n")


def _fields(properties: Mapping[str, object]) -> str:
    return "".join(f"> <{_field_name(name)}>\n{_field_value(value)}\n\n" for name, value in properties.items())


def _conformers(mol: Chem.Mol) -> Iterator[SdfRecord]:
    own = mol.GetPropsAsDict(autoConvertStrings=False)  # a code "007" or "12E5" is no number
    for conformer in mol.GetConformers():
        fields = {**own, **conformer.GetPropsAsDict(autoConvertStrings=False)}
        yield SdfRecord(mol, conformer.GetId(), None, fields)
    if mol.GetNumConformers() == 0:
        yield SdfRecord(mol, properties=own)


@contextmanager
def compressed(path: str | Path, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    """`raw` itself, or a gzip stream into it; without time stamp, so that equal content gives equal files."""
    if Path(path).suffix.lower() != ".gz":
        yield raw
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as stream:
        yield stream  # pyright: ignore[reportReturnType]  # a GzipFile writes bytes like any binary file


def _field_name(name: object) -> str:
    return one_line(name).replace("<", "(").replace(">", ")") or "unnamed"


def _field_value(value: object) -> str:
    """Lines of printable characters, none of which is blank or looks like another field or the end of the record."""
    if isinstance(value, float):
        return f"{value:.4f}" if value == 0 or abs(value) >= _LEAST_DECIMAL else f"{value:.4g}"
    lines = ["".join(letter if letter.isprintable() else " " for letter in line) for line in str(value).splitlines()]
    kept = [line.rstrip().replace("$$$$", "$$$") for line in lines if line.strip()]
    return "\n".join(f" {line}" if line.startswith(">") else line for line in kept) or " "


def title_line(name: str) -> str:
    """A title line that does not look like the end of a record."""
    text = one_line(name)
    return f"$$${text.lstrip('$')}" if text.startswith("$$$$") else text
