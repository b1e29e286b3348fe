"""Finding the files that training sets of proteins and complexes are made of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.records.complexes import ComplexRecord
from molgen.errors import InputError
from molgen.files.opening import read_input

_PROTEINS = ("protein.pdb", "*_protein.pdb", "protein.cif", "*.cif")
_LIGANDS = ("ligand.sdf", "*_ligand.sdf", "ligand.mol2", "*_ligand.mol2")
_STRUCTURES = (".pdb", ".ent", ".cif", ".mmcif")
_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Relative:
    """Another complex of a protein: its structure, and files of its ligand as of :class:`ComplexFiles`."""

    name: str
    protein: Path
    ligands: tuple[Path, ...]


@dataclass(frozen=True)
class ComplexFiles:
    """Where a complex lies; `ligands` are files of one molecule, the first that can be used counts.

    `protein` is None, or `ligands` empty, where a folder lacks the file. Complexes of one `group` have the same
    protein; "" is that of the cluster. `native` is the protein file that the ligand was seen in, where it is another.
    `has_cluster` is False where nobody has said which cluster it is, and its name stands for one. `relatives` are
    complexes of the group whose ligands count as known.
    """

    name: str
    protein: Path | None
    ligands: tuple[Path, ...]
    cluster: str
    group: str = ""
    native: Path | None = None
    has_cluster: bool = True
    relatives: tuple[Relative, ...] = ()


@dataclass(frozen=True)
class ProteinFile:
    """Where a protein lies; `has_cluster` as of :class:`ComplexFiles`."""

    name: str
    path: Path
    cluster: str
    has_cluster: bool = True


def find_complexes(source: str | Path) -> list[ComplexFiles]:
    """The complexes of a folder, or of a table.

    Args:
        source: a folder with one folder for each complex, which holds protein.pdb, *_protein.pdb or a .cif, and
            ligand.sdf, *_ligand.sdf or *_ligand.mol2 (each also as .gz); or a .csv with columns protein and ligand, and
            optionally name, cluster and group, whose paths count from its own folder. An index.csv in a folder, or next
            to it, has the clusters (columns id and cluster); else every complex is its own, until
            :func:`molgen.datasets.structure_clusters.with_clusters` compares their sequences.

    Raises:
        InputError: there are no complexes.
    """
    path = Path(source)
    if path.is_dir():
        clusters = _clusters(path, "id")
        complexes = [
            _in_folder(folder, clusters.get(folder.name)) for folder in sorted(path.iterdir()) if folder.is_dir()
        ]
    else:
        complexes = [_in_row(path.parent, row, number) for number, row in enumerate(_rows(path, "protein", "ligand"))]
    if not complexes:
        raise InputError("holds no complexes", source=path)
    return complexes


def find_proteins(source: str | Path) -> list[ProteinFile]:
    """The protein files of a folder (.pdb, .ent, .cif, .mmcif, or .gz) or of a table.

    Args:
        source: a folder; or a .csv with a column file and optionally pdb_id (or name) and cluster, whose paths count
            from its own folder or from the one above. The protein in the folder of a complex has its name. An index.csv
            as in :func:`find_complexes` has the clusters.

    Raises:
        InputError: there are none, or a file of the table is missing.
    """
    path = Path(source)
    if path.is_dir():
        clusters = _clusters(path, "id")
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and _suffix(file) in _STRUCTURES]
        names = [_protein_name(file) for file in files]
        proteins = [
            ProteinFile(name, file, clusters.get(name, name), name in clusters)
            for name, file in zip(names, files, strict=True)
        ]
    else:
        proteins = [_listed(path, row) for row in _rows(path, "file")]
    if not proteins:
        raise InputError("holds no proteins", source=path)
    return proteins


def named(files: Iterable[ComplexFiles | ProteinFile | ComplexRecord]) -> list[PreparationInput]:
    """The files as inputs of a preparation."""
    return [PreparationInput(file.name, file) for file in files]


def _listed(table: Path, row: dict[str, str]) -> ProteinFile:
    places = [folder / row["file"] for folder in (table.parent, table.parent.parent)]
    file = next((candidate for candidate in places if candidate.exists()), None)
    if file is None:
        raise InputError(f"names {row['file']}, which does not exist", source=table)
    name = row.get("pdb_id") or row.get("name") or _stem(file)
    return ProteinFile(name, file, row.get("cluster") or name, bool(row.get("cluster")))


def _in_row(folder: Path, row: dict[str, str], number: int) -> ComplexFiles:
    name = row.get("name") or f"row {number + 1}"
    cluster, group = row.get("cluster"), row.get("group") or ""
    files = folder / row["protein"], (folder / row["ligand"],)
    return ComplexFiles(name, *files, cluster or name, group, has_cluster=bool(cluster))


def _in_folder(folder: Path, cluster: str | None) -> ComplexFiles:
    proteins, ligands = (
        [path for pattern in patterns for end in ("", ".gz") for path in sorted(folder.glob(pattern + end))]
        for patterns in (_PROTEINS, _LIGANDS)
    )
    files = proteins[0] if proteins else None, tuple(ligands)
    return ComplexFiles(folder.name, *files, cluster or folder.name, has_cluster=bool(cluster))


def _clusters(folder: Path, key: str) -> dict[str, str]:
    for home in (folder, folder.parent):
        if (home / "index.csv").is_file():
            return {row[key]: row["cluster"] for row in _rows(home / "index.csv", key, "cluster")}
    return {}


def _rows(path: Path, *columns: str) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(read_input(path, _MOST_BYTES).decode("utf-8-sig"), newline=""), restval="")
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"has no column {missing[0]!r}", source=path)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read as a table: {error}", source=path) from error
    for number, row in enumerate(rows, start=1):
        empty = next((column for column in columns if not row[column] or "\0" in row[column]), None)
        if empty:
            raise InputError(f"has no {empty}", source=path, place=f"row {number}")
    return rows


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _protein_name(path: Path) -> str:
    """`1abc` of 1abc/protein.pdb, 1abc/1abc_protein.pdb and 1abc.pdb."""
    stem = _stem(path)
    return path.parent.name if stem == "protein" else stem.removesuffix("_protein")


def _stem(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).stem
