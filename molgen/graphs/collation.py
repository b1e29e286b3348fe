"""Batches of molecules in one go: what `Batch.from_data_list` makes of their records, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Batch

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.graphs.flat import FlatGraphs, flat_graphs
from molgen.graphs.records import ComplexData, MoleculeData, stores_of

Fields = Mapping[str, Sequence[np.ndarray]]


def batch_molecules(
    graphs: Sequence[MoleculeGraph],
    path_lengths: Sequence[np.ndarray] | None = None,
    *,
    atoms: Fields | None = None,
    torsions: Fields | None = None,
) -> MoleculeData:
    """Molecules as a `Batch`, equal to :func:`batch_records` of the :func:`molecule_data` of each.

    Args:
        path_lengths: their shortest-path matrices when already known, uint8 [n, n] each.
        atoms: further fields, name -> an array [n, ...] for each molecule; positions are "pos", [n, S, 3].
        torsions: likewise, [m, ...] each.
    """
    return batch_of_flat(flat_graphs(graphs, path_lengths), end_to_end(atoms), end_to_end(torsions))


def batch_of_flat(
    flat: FlatGraphs, atoms: Mapping[str, Tensor] | None = None, torsions: Mapping[str, Tensor] | None = None
) -> MoleculeData:
    """Graphs end to end -> `Batch`; further fields of all atoms [N, ...] and of all torsions [M, ...]."""
    fields = molecule_fields(flat, atoms or {}, torsions or {})
    batch = Batch(_base_cls=MoleculeData, batch=rows_of(flat.atom_counts), ptr=fields["x"].first)
    batch.stores[0].update({name: field.values for name, field in fields.items()})
    batch._num_graphs = len(flat.atom_counts)
    batch._slice_dict = {name: field.first for name, field in fields.items()}
    batch._inc_dict = {name: field.added for name, field in fields.items()}
    return batch


class BatchField(NamedTuple):
    """A field of B records: its values, where those of each begin [B + 1], and what was added to them [B]."""

    values: Tensor
    first: Tensor
    added: Tensor


def molecule_fields(
    flat: FlatGraphs, atoms: Mapping[str, Tensor], torsions: Mapping[str, Tensor]
) -> dict[str, BatchField]:
    """The fields of a batch of molecules by name; further fields as of :func:`batch_of_flat`."""
    start, first_torsion, first_path = map(starts_of, (flat.atom_counts, flat.torsion_counts, flat.path_counts))
    torsion_graph, path_graph = rows_of(flat.torsion_counts), rows_of(flat.path_counts)
    first_bond = starts_of(flat.bond_graph.bincount(minlength=len(flat.atom_counts)))
    shift, still = start[:-1], torch.zeros_like(flat.atom_counts)
    return {
        "x": BatchField(flat.atoms, start, still),
        "edge_index": BatchField(flat.bond_index + start[flat.bond_graph], first_bond, shift),
        "edge_attr": BatchField(flat.bonds, first_bond, still),
        "torsions": BatchField(flat.torsions + start[torsion_graph, None], first_torsion, shift),
        "moving": BatchField(flat.moving, starts_of(flat.torsion_counts * flat.atom_counts), still),
        "paths": BatchField(flat.paths + start[path_graph, None], first_path, shift),
        "path_torsion": BatchField(flat.path_torsion + first_torsion[path_graph], first_path, first_torsion[:-1]),
        "path_length": BatchField(flat.path_length, starts_of(flat.atom_counts.square()), still),
        **{name: BatchField(values, start, still) for name, values in atoms.items()},
        **{name: BatchField(values, first_torsion, still) for name, values in torsions.items()},
    }


def flat_of_batch(batch: MoleculeData | ComplexData) -> FlatGraphs:
    """The molecules of a `Batch`, end to end, with indices that count within each."""
    atoms, bonds = stores_of(batch)
    start, size = atoms["ptr"], len(atoms["ptr"]) - 1
    graph = atoms["batch"]
    torsion_graph, path_graph = graph[atoms["torsions"][:, 1]], graph[atoms["paths"][:, 1]]
    bond_graph = graph[bonds["edge_index"][0]]
    torsion_counts = torsion_graph.bincount(minlength=size)
    return FlatGraphs(
        atoms=atoms["x"],
        atom_counts=start.diff(),
        torsions=atoms["torsions"] - start[torsion_graph, None],
        torsion_counts=torsion_counts,
        paths=atoms["paths"] - start[path_graph, None],
        path_torsion=atoms["path_torsion"] - starts_of(torsion_counts)[path_graph],
        path_counts=path_graph.bincount(minlength=size),
        bonds=bonds["edge_attr"],
        bond_graph=bond_graph,
        bond_index=bonds["edge_index"] - start[bond_graph],
        moving=atoms["moving"],
        path_length=atoms["path_length"],
    )


def end_to_end(fields: Fields | None) -> dict[str, Tensor]:
    """Each field of all records as one tensor."""
    return {name: torch.from_numpy(np.concatenate(arrays)) for name, arrays in (fields or {}).items()}


def starts_of(counts: Tensor) -> Tensor:
    """int64 [B + 1]: where the rows of each graph begin, and the number of all."""
    return torch.nn.functional.pad(counts.cumsum(0), (1, 0))


def rows_of(counts: Tensor) -> Tensor:
    """int64 [K]: the graph of every row, where each has so many."""
    return torch.arange(len(counts), device=counts.device).repeat_interleave(counts)
