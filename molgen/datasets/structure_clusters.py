"""Clusters of structures by the sequences of their chains, where no cluster is named."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from molgen.chem.sequence_clusters import IDENTITY, chain_sequences, sequence_clusters
from molgen.datasets.structure_files import ComplexFiles, ProteinFile, find_complexes, find_proteins
from molgen.errors import ConfigError, InputError, MolgenError
from molgen.files import write_atomically

Files = TypeVar("Files", ComplexFiles, ProteinFile)


def with_clusters(files: Sequence[Files], table: str = "", identity: float = IDENTITY) -> list[Files]:
    """The files with a cluster each: the named one, that of a table, or one by sequence, called by its first member.

    Args:
        table: a .csv with columns id (the name of the structure) and cluster, which wins; "" for none.
        identity: see :func:`molgen.chem.sequence_clusters.sequence_clusters`.

    Raises:
        InputError: the table cannot be read, or lacks a structure.
    """
    if table:
        known = read_clusters(Path(table))
        missing = [file.name for file in files if file.name not in known]
        if missing:
            raise InputError(f"has no cluster of {missing[0]} and {len(missing) - 1} others", source=table)
        return [replace(file, cluster=known[file.name], has_cluster=True) for file in files]
    unknown = sorted((file for file in files if not file.has_cluster), key=lambda file: file.name)
    named = clusters_of(unknown, identity)
    return [file if file.has_cluster else replace(file, cluster=named[file.name]) for file in files]


def clusters_of(files: Sequence[ComplexFiles | ProteinFile], identity: float = IDENTITY) -> dict[str, str]:
    """Name -> the name of the first structure of its cluster. Structures that cannot be read are their own clusters."""
    members = sequence_clusters([_sequences(file) for file in files], identity)
    return {file.name: files[index].name for file, index in zip(files, members, strict=True)}


def write_clusters(sources: Sequence[Path], output: Path, identity: float = IDENTITY) -> tuple[int, int]:
    """One table of the clusters of several sources, so that sets made of them share their clusters.

    Args:
        sources: of complexes or of proteins, as the preparations take them.

    Returns:
        the numbers of structures and of clusters.

    Raises:
        InputError: a source holds neither, or the table cannot be written.
    """
    files = {structure.name: structure for source in sources for structure in _structures(source)}
    clusters = clusters_of([files[name] for name in sorted(files)], identity)
    with write_atomically(output) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "cluster"])
        table.writerows(sorted(clusters.items()))
    return len(clusters), len(set(clusters.values()))


def read_clusters(table: Path) -> dict[str, str]:
    """Name -> cluster, of a table with columns id and cluster.

    Raises:
        InputError: it cannot be read.
        ConfigError: it has other columns.
    """
    try:
        with open(table, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read as a table: {error}", source=table) from error
    if not rows or not {"id", "cluster"} <= rows[0].keys():
        raise ConfigError("clusters: the table needs columns id and cluster", source=table)
    return {row["id"]: row["cluster"] for row in rows}


def _structures(source: Path) -> Sequence[ComplexFiles | ProteinFile]:
    """Complexes where there are any ligands, else proteins."""
    try:
        complexes = find_complexes(source)
    except InputError:
        return find_proteins(source)
    return complexes if any(entry.ligands for entry in complexes) else find_proteins(source)


def _sequences(files: ComplexFiles | ProteinFile) -> tuple[str, ...]:
    path = files.protein if isinstance(files, ComplexFiles) else files.path
    try:
        return () if path is None else chain_sequences(path)
    except MolgenError:  # its preparation will fail and say why
        return ()
