"""A batch of torch_geometric padded for the kernels is the batch that the plain records make."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import molecule_graphs, pockets
from same_records import assert_same
from small_molecules import graph_of, heavy_positions
from torch_geometric.data import Batch

from molgen.graphs.batch import batch_graphs
from molgen.graphs.padding import pad_molecules, pad_pockets, pad_samples, unpad_molecules, unpad_samples
from molgen.graphs.pockets import batch_pockets
from molgen.graphs.records import complex_data, molecule_data

NAMES = ("CCOC(=O)c1ccccc1", "O", "CCCCCCCCCCCC", "C1CC1CN")


@given(graphs=st.lists(molecule_graphs(), min_size=1, max_size=5))
def test_molecules_are_padded_as_their_graphs(graphs):
    batch = Batch.from_data_list([molecule_data(graph) for graph in graphs])
    assert_same(pad_molecules(batch), batch_graphs(graphs))


@given(graphs=st.lists(molecule_graphs(), min_size=1, max_size=5))
def test_padded_molecules_come_back_end_to_end(graphs):
    padded = batch_graphs(graphs)
    flat = unpad_molecules(padded)
    assert flat.validate()
    assert flat.batch.bincount().tolist() == [graph.n_atoms for graph in graphs]
    assert_same(pad_molecules(flat), padded)
    in_order = Batch.from_data_list([molecule_data(graph) for graph in graphs])
    for name in ("x", "torsions", "moving", "paths", "path_torsion", "path_length", "batch", "ptr"):
        assert torch.equal(flat[name], in_order[name]), name
    assert torch.equal(flat.edge_index[:, ::2], flat.edge_index[:, 1::2].flip(0))


@settings(max_examples=50)
@given(pairs=st.lists(st.tuples(molecule_graphs(), pockets()), min_size=1, max_size=4))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_complexes_are_padded_as_their_graphs_and_pockets(dtype, pairs):
    batch = Batch.from_data_list([complex_data(graph, pocket, dtype=dtype) for graph, pocket in pairs])
    assert_same(pad_molecules(batch), batch_graphs([graph for graph, _ in pairs]))
    assert_same(pad_pockets(batch), batch_pockets([pocket for _, pocket in pairs], dtype))


def test_a_batch_made_of_batches_of_other_order_is_padded_in_its_own():
    records = [molecule_data(graph_of(name)) for name in NAMES]
    batch = Batch.from_data_list(Batch.from_data_list(records).index_select([2, 0]))
    assert_same(pad_molecules(batch), batch_graphs([graph_of(NAMES[2]), graph_of(NAMES[0])]))


def test_samples_are_padded_in_the_rows_of_their_atoms():
    own = [heavy_positions(name, 2) for name in NAMES]
    records = [molecule_data(graph_of(name), positions) for name, positions in zip(NAMES, own, strict=True)]
    batch = Batch.from_data_list(records)
    mask = pad_molecules(batch).atom_mask
    padded = pad_samples(batch.pos, mask)
    assert padded.shape == (4, 2, mask.shape[1], 3)
    for row, positions in enumerate(own):
        assert np.array_equal(padded[row, :, : positions.shape[1]], positions)
    assert (padded.transpose(1, 2)[~mask] == 0).all()
    assert torch.equal(unpad_samples(padded, mask), batch.pos)
