"""The format of poses goes by the name of their file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.docking.pose_files.pdbqt import write_pdbqt
from molgen.errors import InputError

_SUFFIXES = (".sdf", ".sd", ".pdbqt")


def check_pose_file(path: str | Path) -> None:
    """Raises InputError unless a file name ends in .sdf, .sd or .pdbqt, or one of these and .gz."""
    if not _plain(path).endswith(_SUFFIXES):
        raise InputError("poses are written as .sdf or .pdbqt, each also as .gz", source=path)


def pose_file_stem(path: str | Path) -> str:
    """The name of the file without what says its format."""
    name = Path(path).name
    plain = _plain(path)
    suffix = next((suffix for suffix in _SUFFIXES if plain.endswith(suffix)), "")
    return name[: len(plain) - len(suffix)]


def write_pose_file(path: str | Path, records: Iterable[SdfRecord]) -> int:
    """Stream poses into a file, atomically; returns how many were written.

    Args:
        path: .sdf, .sd or .pdbqt, or one of these and .gz.
        records: poses with their data fields, which are remarks in a PDBQT file.

    Raises:
        InputError: another suffix, or the file cannot be created. Errors of the iterable pass through, and then
            nothing is written.
    """
    check_pose_file(path)
    return write_pdbqt(path, records) if _plain(path).endswith(".pdbqt") else write_sdf(path, records)


def _plain(path: str | Path) -> str:
    return Path(path).name.lower().removesuffix(".gz")
