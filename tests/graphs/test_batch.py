"""Padding of graphs to a batch, and shortest paths."""

import numpy as np
import pytest
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import shortest_path
from small_molecules import graph_of

from molgen.chem.features.molecule_graph import shortest_paths
from molgen.graphs.batch import LONGEST_PATH, batch_graphs

NAMES = ("CCOC(=O)c1ccccc1", "O", "CCCCCCCCCCCC", "C1CC1CN")


@pytest.mark.parametrize("smiles", [*NAMES, "C12C3C4C1C5C2C3C45", "CCO.CCCN"])
@pytest.mark.parametrize("longest", [2, 4, LONGEST_PATH])
def test_shortest_paths_agree_with_scipy(smiles, longest):
    graph = graph_of(smiles)
    i, j = graph.bond_index
    n = graph.n_atoms
    table = shortest_path(coo_matrix((np.ones(len(i)), (i, j)), shape=(n, n)), directed=False, unweighted=True)
    expected = np.minimum(table, longest)  # unconnected pairs are infinitely far
    found = shortest_paths(graph.bond_index, n, longest)
    assert found.dtype == np.uint8
    assert np.array_equal(found, expected)


def test_every_molecule_keeps_its_record_in_the_batch():
    graphs = [graph_of(s) for s in NAMES]
    batch = batch_graphs(graphs)
    assert len(batch) == 4
    for row, graph in enumerate(graphs):
        n, m, p = graph.n_atoms, graph.n_torsions, len(graph.paths)
        assert np.array_equal(batch.atoms[row, :n].numpy(), graph.atoms)
        assert np.array_equal(batch.torsions[row, :m].numpy(), graph.torsions)
        assert np.array_equal(batch.moving[row, :m, :n].numpy(), graph.moving)
        assert np.array_equal(batch.paths[row, :p].numpy(), graph.paths)
        assert np.array_equal(batch.path_torsion[row, :p].numpy(), graph.path_torsion)
        lengths = shortest_paths(graph.bond_index, n, LONGEST_PATH)
        assert np.array_equal(batch.path_length[row, :n, :n].numpy(), lengths)


def test_padding_is_marked_and_empty():
    graphs = [graph_of(s) for s in NAMES]
    batch = batch_graphs(graphs)
    assert batch.atom_mask.sum(1).tolist() == [g.n_atoms for g in graphs]
    assert batch.torsion_mask.sum(1).tolist() == [g.n_torsions for g in graphs]
    assert batch.path_mask.sum(1).tolist() == [len(g.paths) for g in graphs]
    pads = ~batch.atom_mask
    assert (batch.atoms[pads] == 0).all()
    assert (batch.bonds[pads] == 0).all()
    assert (batch.path_length[pads] == LONGEST_PATH).all()
    assert (batch.path_length.mT[pads] == LONGEST_PATH).all()
    assert not batch.moving.mT[pads].any()
    assert not batch.moving[~batch.torsion_mask].any()
    assert (batch.torsions[~batch.torsion_mask] == 0).all()
    assert (batch.paths[~batch.path_mask] == 0).all()


def test_bonds_are_symmetric_and_only_where_bonds_are():
    graph = graph_of(NAMES[0])
    batch = batch_graphs([graph, graph_of(NAMES[2])])
    assert torch.equal(batch.bonds, batch.bonds.transpose(1, 2))
    assert (batch.bonds[0, ..., 0] > 0).sum() == 2 * graph.bond_index.shape[1]
    for (i, j), row in zip(graph.bond_index.T, graph.bonds, strict=True):
        assert batch.bonds[0, i, j].tolist() == (row + 1).tolist()


def test_known_path_lengths_are_taken_as_given():
    graph = graph_of("CCO")
    known = np.full((3, 3), 5, dtype=np.uint8)
    assert (batch_graphs([graph], [known]).path_length == 5).all()


def test_molecules_without_bonds_or_torsions_make_a_batch():
    batch = batch_graphs([graph_of("O"), graph_of("N")])
    assert batch.bonds.shape[:3] == (2, 1, 1)
    assert batch.torsions.shape == (2, 0, 4)
    assert batch.moving.shape == (2, 0, 1)
