"""Batches of complexes in one go, as :mod:`molgen.graphs.collation` makes them of molecules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Batch

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.graphs.collation import BatchField, Fields, end_to_end, molecule_fields, rows_of, starts_of
from molgen.graphs.flat import flat_graphs
from molgen.graphs.pockets import NEIGHBORS, nearest, pocket_directions
from molgen.graphs.records import BONDS, POCKET_PAIRS, ComplexData


def batch_complexes(
    graphs: Sequence[MoleculeGraph],
    pockets: Sequence[PocketAtoms],
    path_lengths: Sequence[np.ndarray] | None = None,
    *,
    atoms: Fields | None = None,
    whole: Mapping[str, Tensor] | None = None,
    dtype: torch.dtype = torch.float32,
) -> ComplexData:
    """Ligands in their pockets as a `Batch`, equal to :func:`batch_records` of the :func:`complex_data` of each.

    Args:
        pockets: the receptors, each in the frame of its ligand's positions.
        path_lengths, atoms: of the ligands, as of :func:`batch_molecules`.
        whole: fields of the complexes as such, name -> [B, ...].
        dtype: of the positions and directions of the pockets.
    """
    ligand = molecule_fields(flat_graphs(graphs, path_lengths), end_to_end(atoms), {})
    bonds = {"edge_index": _between(ligand.pop("edge_index")), "edge_attr": ligand.pop("edge_attr")}
    pocket = _pocket_fields(pockets, dtype)
    pairs = {"edge_index": _between(_pairs(pockets, pocket["x"].first))}
    stores = {"ligand": ligand, BONDS: bonds, "pocket": pocket, POCKET_PAIRS: pairs}
    batch = Batch(_base_cls=ComplexData)
    for key, fields in stores.items():
        batch[key].update({name: field.values for name, field in fields.items()})
    each, still = torch.arange(len(graphs) + 1), torch.zeros(len(graphs), dtype=torch.int64)
    own = {name: BatchField(values, each, still) for name, values in (whole or {}).items()}
    batch._global_store.update({name: field.values for name, field in own.items()})
    for key in ("ligand", "pocket"):
        start = stores[key]["x"].first
        batch[key].update({"batch": rows_of(start.diff()), "ptr": start})
    batch._num_graphs = len(graphs)
    batch._slice_dict = _of_each(stores, "first") | {name: field.first for name, field in own.items()}
    batch._inc_dict = _of_each(stores, "added") | {name: field.added for name, field in own.items()}
    return batch


def _of_each(stores: Mapping[Any, Mapping[str, BatchField]], part: str) -> dict[Any, Any]:
    return {key: {name: getattr(field, part) for name, field in fields.items()} for key, fields in stores.items()}


def _pocket_fields(pockets: Sequence[PocketAtoms], dtype: torch.dtype) -> dict[str, BatchField]:
    first = starts_of(torch.tensor([len(pocket) for pocket in pockets]))
    still = torch.zeros(len(pockets), dtype=torch.int64)
    positions = np.concatenate([pocket.positions for pocket in pockets])
    directions = np.concatenate([pocket_directions(pocket.positions) for pocket in pockets])
    return {
        "x": BatchField(_long([pocket.atoms for pocket in pockets]), first, still),
        "pos": BatchField(torch.from_numpy(positions).to(dtype), first, still),
        "direction": BatchField(torch.from_numpy(directions).to(dtype), first, still),
        "residue": BatchField(_long([pocket.residue for pocket in pockets]), first, still),
    }


def _pairs(pockets: Sequence[PocketAtoms], first: Tensor) -> BatchField:
    """Every atom of a pocket with those nearest to it, (sender, receiver); each pocket begins at ``first``."""
    senders = [nearest(pocket.positions, NEIGHBORS) for pocket in pockets]
    counts = torch.tensor([near.size for near in senders])
    receivers = [np.repeat(np.arange(len(near)), near.shape[1]) for near in senders]
    pairs = torch.stack([_long([near.ravel() for near in senders]), _long(receivers)])
    return BatchField(pairs + first[rows_of(counts)], starts_of(counts), first[:-1])


def _between(edges: BatchField) -> BatchField:
    """Edges of a store of their own, where torch_geometric adds to each end by itself: [B, 2, 1]."""
    return edges._replace(added=edges.added[:, None, None].expand(-1, 2, 1))


def _long(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays).astype(np.int64))
