"""Molecules and complexes as records of torch_geometric: what went in comes out, alone and from a batch."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import molecule_graphs, pockets
from same_records import assert_same
from small_molecules import graph_of, heavy_positions
from small_pockets import random_pocket
from torch_geometric.data import Batch
from torch_geometric.loader import DataLoader

from molgen.chem.features.molecule_graph import shortest_paths
from molgen.graphs.batch import LONGEST_PATH
from molgen.graphs.pockets import NEIGHBORS, pocket_directions
from molgen.graphs.records import (
    CONTACTS,
    POCKET_PAIRS,
    complex_data,
    molecule_data,
    molecule_graph_of,
    pocket_atoms_of,
)

NAMES = ("CCOC(=O)c1ccccc1", "O", "CCCCCCCCCCCC", "C1CC1CN")


@given(graph=molecule_graphs())
def test_a_molecule_comes_back_from_its_record(graph):
    assert_same(molecule_graph_of(molecule_data(graph)), graph)


@given(graph=molecule_graphs(), pocket=pockets())
def test_a_complex_comes_back_from_its_record(graph, pocket):
    record = complex_data(graph, pocket, dtype=torch.float64)
    assert_same(molecule_graph_of(record), graph)
    assert_same(pocket_atoms_of(record), pocket)


@settings(max_examples=40)
@given(graphs=st.lists(molecule_graphs(), min_size=1, max_size=5))
def test_every_molecule_comes_back_from_a_batch(graphs):
    batch = Batch.from_data_list([molecule_data(graph) for graph in graphs])
    for record, graph in zip(batch.to_data_list(), graphs, strict=True):
        assert_same(molecule_graph_of(record), graph)


@settings(max_examples=40)
@given(pairs=st.lists(st.tuples(molecule_graphs(), pockets()), min_size=1, max_size=4))
def test_every_complex_comes_back_from_a_batch(pairs):
    records = [complex_data(graph, pocket, dtype=torch.float64) for graph, pocket in pairs]
    for record, (graph, pocket) in zip(Batch.from_data_list(records).to_data_list(), pairs, strict=True):
        assert_same(molecule_graph_of(record), graph)
        assert_same(pocket_atoms_of(record), pocket)


def test_indices_count_through_in_a_batch():
    graphs = [graph_of(name) for name in NAMES]
    batch = Batch.from_data_list([molecule_data(graph) for graph in graphs])
    first_atom = np.cumsum([0, *(graph.n_atoms for graph in graphs)])
    first_torsion = np.cumsum([0, *(graph.n_torsions for graph in graphs)])
    torsions = np.concatenate([graph.torsions + k for graph, k in zip(graphs, first_atom, strict=False)])
    paths = np.concatenate([graph.paths + k for graph, k in zip(graphs, first_atom, strict=False)])
    path_torsion = np.concatenate([graph.path_torsion + k for graph, k in zip(graphs, first_torsion, strict=False)])
    assert np.array_equal(batch.torsions, torsions)
    assert np.array_equal(batch.paths, paths)
    assert np.array_equal(batch.path_torsion, path_torsion)


def test_every_bond_stands_in_both_directions():
    graph = graph_of(NAMES[0])
    record = molecule_data(graph)
    assert torch.equal(record.edge_index[:, ::2], record.edge_index[:, 1::2].flip(0))
    assert torch.equal(record.edge_attr[::2], record.edge_attr[1::2])
    assert record.is_undirected()
    assert record.validate()


@pytest.mark.parametrize("count", [1, 3])
def test_samples_are_attributes_of_the_atoms(count):
    positions = heavy_positions(NAMES[0], count)
    record = molecule_data(graph_of(NAMES[0]), positions)
    assert record.pos.shape == (record.num_nodes, count, 3)
    assert np.array_equal(record.pos[:, -1], positions[-1])
    assert np.array_equal(molecule_data(graph_of(NAMES[0]), positions[0]).pos, positions[0])


def test_path_lengths_are_the_given_ones_or_the_shortest():
    graph = graph_of(NAMES[0])
    shortest = shortest_paths(graph.bond_index, graph.n_atoms, LONGEST_PATH)
    assert np.array_equal(molecule_data(graph).path_length.view(shortest.shape), shortest)
    given = np.full_like(shortest, 5)
    assert (molecule_data(graph, path_length=given).path_length == 5).all()


def test_a_pocket_knows_the_nearest_atoms_and_where_each_points():
    pocket = random_pocket(30)
    record = complex_data(graph_of("CCO"), pocket)
    sender, receiver = record[POCKET_PAIRS].edge_index
    assert receiver.bincount().tolist() == [NEIGHBORS] * 30
    own = sender[receiver == 4].numpy()
    gaps = np.linalg.norm(pocket.positions - pocket.positions[4], axis=1)
    assert own.tolist() == np.argsort(gaps)[1 : NEIGHBORS + 1].tolist()
    expected = torch.from_numpy(pocket_directions(pocket.positions)).float()
    assert torch.equal(record["pocket"].direction, expected)


def test_contacts_of_a_complex_count_through_in_a_batch():
    record = complex_data(graph_of("CCO"), random_pocket(7))
    record[CONTACTS].edge_index = torch.tensor([[6, 0], [2, 1]])
    assert record.validate()
    batch = Batch.from_data_list([record, record])
    assert batch[CONTACTS].edge_index.tolist() == [[6, 0, 13, 7], [2, 1, 5, 4]]


def test_records_pass_through_workers_of_a_loader():
    records = [molecule_data(graph_of(name), heavy_positions(name)) for name in NAMES]
    loader = DataLoader(records, batch_size=2, num_workers=1)
    back = [record for batch in loader for record in batch.to_data_list()]
    for record, name in zip(back, NAMES, strict=True):
        assert_same(molecule_graph_of(record), graph_of(name))
    copy = pickle.loads(pickle.dumps(records[0]))
    assert_same(molecule_graph_of(copy), graph_of(NAMES[0]))
