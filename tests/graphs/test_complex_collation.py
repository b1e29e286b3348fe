"""Batches of complexes made in one go are those that torch_geometric makes of the records."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import molecule_graphs, pockets
from same_records import assert_same

from molgen.graphs import batch_complexes, batch_records, complex_data
from molgen.graphs.records import BONDS, POCKET_PAIRS, molecule_graph_of, pocket_atoms_of

PAIRS = st.lists(st.tuples(molecule_graphs(), pockets()), min_size=1, max_size=4)


def made_both_ways(pairs, seed: int):
    rng = np.random.default_rng(seed)
    graphs, around = zip(*pairs, strict=True)
    positions = [rng.normal(size=(graph.n_atoms, 2, 3)) for graph in graphs]
    records = [complex_data(graph, pocket, dtype=torch.float64) for graph, pocket in pairs]
    for record, own in zip(records, positions, strict=True):
        record["ligand"].pos = torch.from_numpy(own)
    energies = torch.from_numpy(rng.normal(size=(len(pairs), 2)))
    for record, own in zip(records, energies, strict=True):
        record.energies = own[None]
    batch = batch_complexes(graphs, around, atoms={"pos": positions}, whole={"energies": energies}, dtype=torch.float64)
    return batch, batch_records(records)


@given(pairs=PAIRS, seed=st.integers(0, 1000))
def test_a_batch_is_that_of_the_records(pairs, seed):
    batch, expected = made_both_ways(pairs, seed)
    assert type(batch) is type(expected)
    assert batch.num_graphs == expected.num_graphs
    assert torch.equal(batch.energies, expected.energies)
    for key in ("ligand", BONDS, "pocket", POCKET_PAIRS):
        assert set(batch[key].keys()) == set(expected[key].keys())
        for name, value in expected[key].items():
            assert batch[key][name].dtype == value.dtype, (key, name)
            assert torch.equal(batch[key][name], value), (key, name)


@given(pairs=PAIRS, seed=st.integers(0, 1000))
def test_its_records_come_back(pairs, seed):
    batch, expected = made_both_ways(pairs, seed)
    assert all(torch.equal(batch[k].energies, expected[k].energies) for k in range(len(pairs)))
    for record, (graph, pocket) in zip(batch.to_data_list(), pairs, strict=True):
        assert_same(molecule_graph_of(record), graph)
        assert np.allclose(pocket_atoms_of(record).positions, pocket.positions)
        own = complex_data(graph, pocket, dtype=torch.float64)
        assert torch.equal(record[POCKET_PAIRS].edge_index, own[POCKET_PAIRS].edge_index)
        assert torch.equal(record[BONDS].edge_index, own[BONDS].edge_index)
