"""Between molgen's plain records and those of torch_geometric, for networks of your own. No RDKit."""

from __future__ import annotations

from typing import NamedTuple, overload

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.graphs.records import (
    ComplexData,
    MoleculeData,
    complex_data,
    molecule_data,
    molecule_graph_of,
    pocket_atoms_of,
)


class PlainRecord(NamedTuple):
    """A molecule as molgen's functions take it.

    Attributes:
        graph: the heavy-atom graph.
        positions: float [n, 3] or [S, n, 3], Angstrom; None: the record has none.
        pocket: the atoms of the receptor; None: the record is of a molecule alone.
    """

    graph: MoleculeGraph
    positions: Tensor | None = None
    pocket: PocketAtoms | None = None


@overload
def to_pyg(graph: MoleculeGraph, positions: Tensor | np.ndarray | None = None) -> MoleculeData: ...
@overload
def to_pyg(graph: MoleculeGraph, positions: Tensor | np.ndarray | None, pocket: PocketAtoms) -> ComplexData: ...
def to_pyg(
    graph: MoleculeGraph, positions: Tensor | np.ndarray | None = None, pocket: PocketAtoms | None = None
) -> MoleculeData | ComplexData:
    """A molecule, or a ligand in its pocket, as a record of torch_geometric.

    `x`, `edge_index`, `edge_attr` and `pos` are what networks of torch_geometric read: int64 class indices of atoms and
    bonds, every bond in both directions, positions in Angstrom. What else it holds: :class:`MoleculeData`,
    :class:`ComplexData`.

    Args:
        graph: as `molgen.chem.features.molecule_features.molecule_graph` makes it, or a prepared set holds it.
        positions: float [n, 3] or, for S samples, [S, n, 3], Angstrom; `pos` is [n, 3] or [n, S, 3].
        pocket: the atoms of the receptor, in the frame of the positions; the record holds theirs in the same type.

    Raises:
        ValueError: the positions are not those of the atoms of the graph.
    """
    if positions is not None and (positions.ndim not in (2, 3) or positions.shape[-2:] != (graph.n_atoms, 3)):
        raise ValueError(f"positions {tuple(positions.shape)} of {graph.n_atoms} atoms; expected [n, 3] or [S, n, 3]")
    if pocket is None:
        return molecule_data(graph, positions)
    dtype = torch.float32 if positions is None else torch.as_tensor(positions).dtype
    return complex_data(graph, pocket, positions, dtype=dtype)


def from_pyg(record: MoleculeData | ComplexData) -> PlainRecord:
    """The inverse of :func:`to_pyg`. Of a batch, take the records: ``batch.to_data_list()``.

    Raises:
        KeyError: the record lacks a field, as one that was not made by molgen may.
    """
    is_complex = isinstance(record, ComplexData)
    pos = (record["ligand"] if is_complex else record).get("pos")
    positions = None if pos is None else pos.movedim(0, -2)
    return PlainRecord(molecule_graph_of(record), positions, pocket_atoms_of(record) if is_complex else None)
