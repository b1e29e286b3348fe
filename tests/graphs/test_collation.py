"""Batches of molecules made in one go are those that torch_geometric makes of the records."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import molecule_graphs
from same_records import assert_same
from small_molecules import graph_of
from torch_geometric.data import Batch

from molgen.graphs import MoleculeData, batch_molecules, batch_records, molecule_data
from molgen.graphs.records import molecule_graph_of


def drawn_fields(graphs, rng):
    """Positions of atoms and some numbers of torsions, for each graph."""
    positions = [rng.normal(size=(graph.n_atoms, 2, 3)) for graph in graphs]
    return positions, [rng.integers(0, 9, graph.n_torsions) for graph in graphs]


@given(graphs=st.lists(molecule_graphs(), min_size=1, max_size=5), seed=st.integers(0, 1000))
def test_a_batch_is_that_of_the_records(graphs, seed):
    positions, numbers = drawn_fields(graphs, np.random.default_rng(seed))
    batch = batch_molecules(graphs, atoms={"pos": positions}, torsions={"numbers": numbers})
    records = [molecule_data(graph) for graph in graphs]
    for record, own, number in zip(records, positions, numbers, strict=True):
        record.pos, record.numbers = torch.from_numpy(own), torch.from_numpy(number)
    expected = batch_records(records)
    assert type(batch) is type(expected)
    assert isinstance(batch, Batch)
    assert isinstance(batch, MoleculeData)
    assert batch.num_graphs == expected.num_graphs
    assert set(batch.keys()) == set(expected.keys())
    for name in batch.keys():  # noqa: SIM118  # a batch iterates over pairs
        assert batch[name].dtype == expected[name].dtype, name
        assert torch.equal(batch[name], expected[name]), name


@given(graphs=st.lists(molecule_graphs(), min_size=1, max_size=5), seed=st.integers(0, 1000))
def test_its_records_come_back(graphs, seed):
    positions, numbers = drawn_fields(graphs, np.random.default_rng(seed))
    batch = batch_molecules(graphs, atoms={"pos": positions}, torsions={"numbers": numbers})
    for row, (record, graph) in enumerate(zip(batch.to_data_list(), graphs, strict=True)):
        assert_same(molecule_graph_of(record), graph)
        assert np.array_equal(record.pos, positions[row])
        assert np.array_equal(record.numbers, numbers[row])
        assert torch.equal(record.path_length, molecule_data(graph).path_length)
    order = list(range(len(graphs)))[::-1]
    assert_same(molecule_graph_of(batch[order][0]), graphs[-1])


def test_known_path_lengths_are_taken_as_given():
    graph = graph_of("CCO")
    known = np.full((3, 3), 5, dtype=np.uint8)
    assert (batch_molecules([graph], [known]).path_length == 5).all()
