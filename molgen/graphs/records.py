"""Molecules and their complexes with proteins as records of torch_geometric, ready for `Batch` and `DataLoader`.

All indices are int64 and all classes start at 0, as a network of torch_geometric expects them. Records of one kind lie
end to end in a `Batch`; :mod:`molgen.graphs.padding` makes of it the padded tensors that the kernels of molgen read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Batch, Data, HeteroData
from torch_geometric.data.storage import BaseStorage

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.graphs.flat import LONGEST_PATH
from molgen.graphs.pockets import NEIGHBORS, nearest, pocket_directions

BONDS = ("ligand", "bond", "ligand")
POCKET_PAIRS = ("pocket", "near", "pocket")
CONTACTS = ("pocket", "contact", "ligand")


class MoleculeData(Data):
    """One molecule with n heavy atoms, b bonds, m rotatable bonds and p four-atom paths over them.

    Attributes:
        x: int64 [n, F], class index per column (molecule_graph.ATOM_COLUMNS).
        edge_index: int64 [2, 2 b], every bond in both directions, one after the other.
        edge_attr: int64 [2 b, G], class index per column (molecule_graph.BOND_COLUMNS).
        torsions: int64 [m, 4], atoms (a, b, c, d) of each torsion; in a batch they count through.
        moving: bool [m n], for each torsion the atoms that it turns, row after row.
        paths: int64 [p, 4], four-atom paths over the axes; path_torsion: int64 [p], the torsion of each. Both count
            through in a batch.
        path_length: uint8 [n n], shortest-path distances in bonds, row after row, clipped at LONGEST_PATH.
        pos: float [n, 3] or, for S samples, [n, S, 3], Angstrom. May be missing.
    """

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        increment = _increment(key, self.stores[0])
        return super().__inc__(key, value, *args, **kwargs) if increment is None else increment


class ComplexData(HeteroData):
    """A ligand in its pocket.

    Attributes:
        ["ligand"]: x, torsions, moving, paths, path_torsion, path_length and pos as in :class:`MoleculeData`.
        ["ligand", "bond", "ligand"]: edge_index and edge_attr, likewise.
        ["pocket"].x: int64 [k, 6], class index per column (pocket_features.POCKET_COLUMNS).
        ["pocket"].pos: float [k, 3], Angstrom, in the frame of the ligand's.
        ["pocket"].direction: float [k, 3], where each atom points, shorter than 1 (pockets.pocket_directions).
        ["pocket"].residue: int64 [k], an index that atoms of one residue share.
        ["pocket", "near", "pocket"].edge_index: int64 [2, e], (sender, receiver), the nearest atoms of each.
        ["pocket", "contact", "ligand"].edge_index: int64 [2, c], the atoms that touch. May be missing.
    """

    def __inc__(self, key: str, value: Any, store: Any = None, *args: Any, **kwargs: Any) -> Any:
        increment = _increment(key, store)
        return super().__inc__(key, value, store, *args, **kwargs) if increment is None else increment


Record = TypeVar("Record", MoleculeData, ComplexData)


def molecule_data(
    graph: MoleculeGraph,
    positions: Tensor | np.ndarray | None = None,
    path_length: np.ndarray | None = None,
) -> MoleculeData:
    """The record of one molecule.

    Args:
        positions: float [n, 3] or [S, n, 3], Angstrom.
        path_length: the shortest-path matrix when it is already known, uint8 [n, n].
    """
    record = MoleculeData()
    record.stores[0].update(_atoms(graph, positions, path_length) | _bonds(graph))
    return record


def complex_data(
    graph: MoleculeGraph,
    pocket: PocketAtoms,
    positions: Tensor | np.ndarray | None = None,
    path_length: np.ndarray | None = None,
    dtype: torch.dtype = torch.float32,
) -> ComplexData:
    """The record of a ligand in its pocket.

    Args:
        pocket: the atoms of the receptor, in the frame of ``positions``.
        positions, path_length: as of :func:`molecule_data`.
        dtype: of the positions and directions of the pocket.
    """
    record = ComplexData()
    senders = nearest(pocket.positions, NEIGHBORS)
    receivers = np.repeat(np.arange(len(senders)), senders.shape[1])
    record["ligand"].update(_atoms(graph, positions, path_length))
    record[BONDS].update(_bonds(graph))
    record["pocket"].x = _long(pocket.atoms)
    record["pocket"].pos = torch.from_numpy(pocket.positions).to(dtype)
    record["pocket"].direction = torch.from_numpy(pocket_directions(pocket.positions)).to(dtype)
    record["pocket"].residue = _long(pocket.residue)
    record[POCKET_PAIRS].edge_index = _long(np.stack([senders.ravel(), receivers]))
    return record


def batch_records(records: Sequence[Record]) -> Record:
    """A `Batch`: records of one kind end to end, their indices counted through.

    torch_geometric makes its class on the spot, of `Batch` and of the class of the records, so it is one of these too.
    """
    return Batch.from_data_list(list(records))  # type: ignore[return-value]


def molecule_graph_of(record: MoleculeData | ComplexData) -> MoleculeGraph:
    """The graph that a record was made of.

    Raises:
        KeyError: the record lacks a field.
    """
    atoms, bonds = stores_of(record)
    n, m = len(atoms["x"]), len(atoms["torsions"])
    return MoleculeGraph(
        atoms=_array(atoms["x"], np.uint8),
        bond_index=_array(bonds["edge_index"][:, ::2], np.int16),
        bonds=_array(bonds["edge_attr"][::2], np.uint8),
        torsions=_array(atoms["torsions"], np.int16),
        moving=_array(atoms["moving"], np.bool_).reshape(m, n),
        paths=_array(atoms["paths"], np.int16),
        path_torsion=_array(atoms["path_torsion"], np.int16),
    )


def pocket_atoms_of(record: ComplexData) -> PocketAtoms:
    """The pocket of a complex; its positions are as exact as the record holds them."""
    pocket = record["pocket"]
    return PocketAtoms(
        _array(pocket["x"], np.uint8), _array(pocket["pos"], np.float64), _array(pocket["residue"], np.int32)
    )


def stores_of(record: Data | HeteroData) -> tuple[BaseStorage, BaseStorage]:
    """Where a record, or a batch of records, holds the atoms and the bonds of its molecule."""
    if isinstance(record, HeteroData):
        return record["ligand"], record[BONDS]
    return record.stores[0], record.stores[0]


def _atoms(
    graph: MoleculeGraph, positions: Tensor | np.ndarray | None, path_length: np.ndarray | None
) -> dict[str, Tensor]:
    lengths = shortest_paths(graph.bond_index, graph.n_atoms, LONGEST_PATH) if path_length is None else path_length
    fields = {
        "x": _long(graph.atoms),
        "torsions": _long(graph.torsions),
        "moving": torch.from_numpy(graph.moving.ravel()),
        "paths": _long(graph.paths),
        "path_torsion": _long(graph.path_torsion),
        "path_length": torch.from_numpy(lengths.ravel()),
    }
    if positions is not None:
        fields["pos"] = torch.as_tensor(positions).movedim(-2, 0)
    return fields


def _bonds(graph: MoleculeGraph) -> dict[str, Tensor]:
    both = np.stack([graph.bond_index, graph.bond_index[::-1]], -1).reshape(2, -1)
    return {"edge_index": _long(both), "edge_attr": _long(np.repeat(graph.bonds, 2, axis=0))}


def _increment(key: str, atoms: BaseStorage) -> int | None:
    """By how much the numbers of a field grow from one record of a batch to the next; None: torch_geometric knows."""
    if key in ("torsions", "paths"):
        return len(atoms["x"])
    return len(atoms["torsions"]) if key == "path_torsion" else None


def _long(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array.astype(np.int64))


def _array(tensor: Tensor, dtype: type[np.generic]) -> np.ndarray:
    return tensor.cpu().numpy().astype(dtype)
