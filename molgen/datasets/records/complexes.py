"""Prepared complexes on disk: ligands where they lie in their proteins; read without RDKit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.parts.part_files import (
    Arrays,
    PartFormat,
    encode_part,
    join_rows,
    load_records,
    pack_texts,
    split_rows,
    unpack_texts,
)
from molgen.datasets.records.graph_columns import GRAPH_COLUMNS, graph_columns, graph_from_columns
from molgen.datasets.records.stored_proteins import RESOLUTION, StoredProtein, pocket_of, to_steps

FORMAT = PartFormat("molgen-docking-1", "prepared docking set")
_PROTEIN_COLUMNS = ("atoms", "positions", "residue")
_LIGAND_COLUMNS = (*GRAPH_COLUMNS, "permutations")


@dataclass(frozen=True)
class PlacedLigand:
    """A ligand of n heavy atoms where it lies in the file of its protein.

    Attributes:
        graph: the heavy-atom graph.
        permutations: uint8 [p, n], symmetry-equivalent atom orders, the identity first.
        positions: float [n, 3], Angstrom, in the frame of the file.
        excluded: first and last residue, both inclusive, that are not part of the pocket; (-1, -1) for none.
        cluster: id of the sequence cluster of the protein.
        name: where it comes from.
    """

    graph: MoleculeGraph
    permutations: np.ndarray
    positions: np.ndarray
    excluded: tuple[int, int]
    cluster: str
    name: str


@dataclass(frozen=True, eq=False)
class ComplexRecord:
    """One ligand of n heavy atoms where it lies in its protein. Records of a part share proteins and graphs.

    Attributes:
        protein: the receptor around it.
        graph, permutations, excluded, cluster, name: as of :class:`PlacedLigand`.
        steps: int16 [n, 3], its positions in steps of 0.01 Angstrom from the origin of the protein.
        source: index into the names given by :func:`load_complexes`.
    """

    protein: StoredProtein
    graph: MoleculeGraph
    permutations: np.ndarray
    steps: np.ndarray
    excluded: tuple[int, int]
    cluster: str
    name: str
    source: int = 0

    @property
    def positions(self) -> np.ndarray:
        """Of the ligand, float64 [n, 3], Angstrom from the origin of the protein."""
        return self.steps * RESOLUTION

    @property
    def pocket(self) -> PocketAtoms:
        """The atoms of the receptor without the residues that are excluded, in the frame of :attr:`positions`."""
        return pocket_of(self.protein, self.excluded)


def complex_record(protein: StoredProtein, ligand: PlacedLigand) -> ComplexRecord:
    """A ligand as it is stored with its protein.

    Raises:
        InputError: it is too far from the origin of the protein.
    """
    return ComplexRecord(
        protein=protein,
        graph=ligand.graph,
        permutations=ligand.permutations.astype(np.uint8),
        steps=to_steps(ligand.positions, protein.origin),
        excluded=ligand.excluded,
        cluster=ligand.cluster,
        name=ligand.name,
    )


def encode_complexes(records: Sequence[ComplexRecord], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    return encode_part(complex_arrays(records), FORMAT, source, len(records))


def load_complexes(paths: Sequence[Path]) -> tuple[list[ComplexRecord], list[str]]:
    """Read parts -> records and the names of their sources.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    return load_records(paths, FORMAT, complexes_from_arrays)


def complex_arrays(records: Sequence[ComplexRecord]) -> Arrays:
    """Records as the arrays of a part, in which a protein and equal graphs are stored once."""
    proteins = {id(record.protein): record.protein for record in records}
    protein_index = {key: index for index, key in enumerate(proteins)}
    keys = [_ligand_key(record) for record in records]
    ligands = dict(zip(reversed(keys), reversed(records), strict=True))  # the first of equal ones
    ligand_index = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    clusters = sorted({record.cluster for record in records})
    numbers = [
        (protein_index[id(record.protein)], ligand_index[key], *record.excluded, clusters.index(record.cluster))
        for record, key in zip(records, keys, strict=True)
    ]
    origins = np.array([protein.origin for protein in proteins.values()], dtype=np.float64)
    return {
        **join_rows([vars(protein) for protein in proteins.values()], _PROTEIN_COLUMNS, "protein."),
        "protein.origin": origins.reshape(-1, 3),
        **join_rows([_ligand_columns(ligands[key]) for key in ligand_index], _LIGAND_COLUMNS, "graph."),
        **join_rows([{"positions": record.steps} for record in records], ("positions",), "example."),
        "example.numbers": np.array(numbers, dtype=np.int32).reshape(-1, 5),
        "example.names": pack_texts([record.name for record in records]),
        "clusters": pack_texts(clusters),
    }


def complexes_from_arrays(arrays: Arrays, source: int) -> list[ComplexRecord]:
    """The records in arrays made by :func:`complex_arrays`.

    Raises:
        KeyError, ValueError, IndexError: arrays are missing, their sizes disagree, or a number points nowhere.
    """
    proteins, ligands = _proteins(arrays), _ligands(arrays)
    names, clusters = unpack_texts(arrays["example.names"]), unpack_texts(arrays["clusters"])
    examples = split_rows(arrays, ("positions",), "example.")
    records = []
    for row, example, name in zip(arrays["example.numbers"].tolist(), examples, names, strict=True):
        protein, ligand, first, last, cluster = row
        if not (0 <= protein < len(proteins) and 0 <= ligand < len(ligands)):
            raise ValueError(f"{name} refers to a protein or a graph that is not there")
        graph, permutations = ligands[ligand]
        _check_rows(example["positions"], graph.n_atoms, 3)
        excluded = (first, last)
        records.append(
            ComplexRecord(
                proteins[protein], graph, permutations, example["positions"], excluded, clusters[cluster], name, source
            )
        )
    return records


def _ligand_columns(record: ComplexRecord) -> Arrays:
    return graph_columns(record.graph) | {"permutations": record.permutations.reshape(-1)}


def _ligand_key(record: ComplexRecord) -> tuple:
    """The same for equal graphs with equal symmetries."""
    arrays = (*vars(record.graph).values(), record.permutations)
    return tuple(part for array in arrays for part in (array.shape, array.tobytes()))


def _proteins(arrays: Arrays) -> list[StoredProtein]:
    rows = zip(split_rows(arrays, _PROTEIN_COLUMNS, "protein."), arrays["protein.origin"], strict=True)
    proteins = [StoredProtein(**columns, origin=origin) for columns, origin in rows]
    for protein in proteins:
        _check_rows(protein.atoms, len(protein.atoms), 6)
        _check_rows(protein.positions, len(protein.atoms), 3)
        _check_rows(protein.residue, len(protein.atoms))
    return proteins


def _ligands(arrays: Arrays) -> list[tuple[MoleculeGraph, np.ndarray]]:
    """Graphs and their symmetries."""
    check_graphs(arrays, "graph.")
    rows = split_rows(arrays, _LIGAND_COLUMNS, "graph.")
    graphs = [graph_from_columns(columns) for columns in rows]
    return [
        (graph, columns["permutations"].reshape(-1, graph.n_atoms)) for graph, columns in zip(graphs, rows, strict=True)
    ]


def _check_rows(array: np.ndarray, rows: int, *width: int) -> None:
    if array.shape != (rows, *width) or array.dtype.kind not in "iu":
        raise ValueError(f"an array of shape {list(array.shape)} stands where {[rows, *width]} whole numbers belong")
