"""Batches of molecules in one go: what `Batch.from_data_list` makes of their records, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    more = [
        {name: torch.from_numpy(np.concatenate(arrays)) for name, arrays in (fields or {}).items()}
        for fields in (atoms, torsions)
    ]
    return batch_of_flat(flat_graphs(graphs, path_lengths), *more)


def batch_of_flat(
    flat: FlatGraphs, atoms: Mapping[str, Tensor] | None = None, torsions: Mapping[str, Tensor] | None = None
) -> MoleculeData:
    """Graphs end to end -> `Batch`; further fields of all atoms [N, ...] and of all torsions [M, ...]."""
    start, first_torsion, first_path = map(_starts, (flat.atom_counts, flat.torsion_counts, flat.path_counts))
    graph, torsion_graph, path_graph = map(_graphs, (flat.atom_counts, flat.torsion_counts, flat.path_counts))
    first_bond = _starts(flat.bond_graph.bincount(minlength=len(flat.atom_counts)))
    still = torch.zeros_like(start)
    # name -> values, where those of each graph begin, and what was added to them
    fields = {
        "x": (flat.atoms, start, still),
        "edge_index": (flat.bond_index + start[flat.bond_graph], first_bond, start),
        "edge_attr": (flat.bonds, first_bond, still),
        "torsions": (flat.torsions + start[torsion_graph, None], first_torsion, start),
        "moving": (flat.moving, _starts(flat.torsion_counts * flat.atom_counts), still),
        "paths": (flat.paths + start[path_graph, None], first_path, start),
        "path_torsion": (flat.path_torsion + first_torsion[path_graph], first_path, first_torsion),
        "path_length": (flat.path_length, _starts(flat.atom_counts.square()), still),
        **{name: (values, start, still) for name, values in (atoms or {}).items()},
        **{name: (values, first_torsion, still) for name, values in (torsions or {}).items()},
    }
    batch = Batch(_base_cls=MoleculeData, batch=graph, ptr=start)
    batch.stores[0].update({name: values for name, (values, _, _) in fields.items()})
    batch._num_graphs = len(flat.atom_counts)
    batch._slice_dict = {name: first for name, (_, first, _) in fields.items()}
    batch._inc_dict = {name: added[:-1] for name, (_, _, added) in fields.items()}
    return batch


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
        path_torsion=atoms["path_torsion"] - _starts(torsion_counts)[path_graph],
        path_counts=path_graph.bincount(minlength=size),
        bonds=bonds["edge_attr"],
        bond_graph=bond_graph,
        bond_index=bonds["edge_index"] - start[bond_graph],
        moving=atoms["moving"],
        path_length=atoms["path_length"],
    )


def _starts(counts: Tensor) -> Tensor:
    """int64 [B + 1]: where the rows of each graph begin, and the number of all."""
    return torch.nn.functional.pad(counts.cumsum(0), (1, 0))


def _graphs(counts: Tensor) -> Tensor:
    """The graph of every row."""
    return torch.arange(len(counts), device=counts.device).repeat_interleave(counts)
