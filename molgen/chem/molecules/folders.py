"""The molecules of a folder: its SD, MOL and MOL2 files and those of its subfolders, as docking programs leave them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from rdkit import Chem

from molgen.chem.formats.compression import plain_name
from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.errors import InputError

_SUFFIXES = (".sdf", ".sd", ".mol", ".mol2")
_NUMBER = re.compile(r"(\d+)")


def read_folder(folder: str | Path) -> Iterator[InputRecord]:
    """The records of all files, numbers in names in their order (`rank2.sdf` before `rank10.sdf`).

    A file that a folder holds twice under two names counts once (DiffDock's `rank1.sdf`). Records of a subfolder that
    have no title are named by it: one folder for each ligand. Places are `rank1.sdf: record 1`.

    Raises:
        InputError: no file can be used.
    """
    root = Path(folder)
    files = sorted((path for path in root.rglob("*") if _is_structure(path)), key=lambda path: _key(path, root))
    if not files:
        raise InputError(f"the folder holds no {', '.join(_SUFFIXES)} files", source=folder)
    seen: set[tuple[Path, bytes]] = set()
    number = count()
    for path in files:
        content = (path.parent, path.read_bytes())
        if content in seen:
            continue
        seen.add(content)
        for record in _records(path):
            location = f"{path.relative_to(root)}: {record.place}" if record.place else str(path.relative_to(root))
            yield replace(
                _named(record, path.parent.name if path.parent != root else ""), index=next(number), place=location
            )


def _is_structure(path: Path) -> bool:
    return path.is_file() and Path(plain_name(path)).suffix in _SUFFIXES


def _key(path: Path, root: Path) -> list[tuple[int, str]]:
    """Numbers in a name as numbers."""
    parts = _NUMBER.split(str(path.relative_to(root)))
    return [(int(part), "") if part.isdigit() and part.isascii() else (-1, part) for part in parts]


def _records(path: Path) -> Iterator[InputRecord]:
    """The records of a file; one that cannot be read at all is a record with the reason."""
    try:
        yield from read_molecules(path)
    except InputError as error:
        yield InputRecord(0, path.name, str(path), None, None, error.reason)


def _named(record: InputRecord, name: str) -> InputRecord:
    mol = record.mol
    if not name or mol is None or (mol.HasProp("_Name") and mol.GetProp("_Name").strip()):
        return record
    titled = Chem.Mol(mol)
    titled.SetProp("_Name", name)
    return replace(record, name=name, mol=titled)
