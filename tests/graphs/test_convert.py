"""The way to torch_geometric and back, as users go it."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from random_graphs import molecule_graphs, pockets
from same_records import assert_same
from small_molecules import graph_of, heavy_positions
from small_pockets import random_pocket
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader, DynamicBatchSampler
from torch_geometric.nn import GINEConv

from molgen import graphs
from molgen.graphs import ComplexData, MoleculeData, from_pyg, to_pyg

NAMES = ("CCOC(=O)c1ccccc1", "CCO", "CCCCCCCCCCCC", "C1CC1CN", "CN1CCN(CC1)c1ccccc1")


@given(graph=molecule_graphs(), pocket=pockets())
def test_what_goes_in_comes_back(graph, pocket):
    positions = np.random.default_rng(0).normal(size=(2, graph.n_atoms, 3))
    alone, bound = to_pyg(graph, positions), to_pyg(graph, positions, pocket)
    assert isinstance(alone, MoleculeData)
    assert isinstance(bound, ComplexData)
    for record in (alone, bound):
        back = from_pyg(record)
        assert_same(back.graph, graph)
        assert np.array_equal(back.positions, positions)
    assert from_pyg(alone).pocket is None
    assert_same(from_pyg(bound).pocket, pocket)


def test_positions_may_be_missing_or_of_one_conformation():
    graph, positions = graph_of("CCO"), heavy_positions("CCO")[0]
    assert from_pyg(to_pyg(graph)).positions is None
    assert from_pyg(to_pyg(graph, None, random_pocket(5))).positions is None
    assert np.array_equal(from_pyg(to_pyg(graph, positions)).positions, positions)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ligand_and_pocket_are_of_one_type(dtype):
    record = to_pyg(graph_of("CCO"), heavy_positions("CCO").astype(dtype), random_pocket(5))
    assert record["ligand"].pos.numpy().dtype == record["pocket"].pos.numpy().dtype == dtype


@pytest.mark.parametrize("shape", [(4, 3), (3, 2), (3,), (1, 1, 3, 3)])
def test_positions_of_other_atoms_are_refused(shape):
    with pytest.raises(ValueError, match=r"positions .* of 3 atoms"):
        to_pyg(graph_of("CCO"), np.zeros(shape))


def test_a_record_of_other_makers_is_refused():
    with pytest.raises(KeyError):
        from_pyg(Data(x=torch.zeros(2, 3)))


def test_a_plain_network_reads_batches_of_limited_size_from_workers():
    records = [to_pyg(graph_of(name), heavy_positions(name)[0]) for name in NAMES]
    sampler = DynamicBatchSampler(records, max_num=20, mode="node")
    loader = DataLoader(records, batch_sampler=sampler, num_workers=1)
    atoms, bonds = torch.nn.Embedding(200, 8), torch.nn.Embedding(10, 8)
    layer = GINEConv(torch.nn.Linear(8, 1))
    sizes = []
    for batch in loader:
        out = layer(atoms(batch.x).sum(1), batch.edge_index, bonds(batch.edge_attr).sum(1))
        assert out.shape == (batch.num_nodes, 1)
        sizes.append(batch.num_nodes)
    assert sum(sizes) == sum(record.num_nodes for record in records)
    assert max(sizes) <= 20


def test_importing_the_package_does_not_import_torch_geometric():
    program = "import sys, molgen.graphs; print('torch_geometric' in sys.modules); molgen.graphs.to_pyg"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_public_name_is_there_and_no_other():
    assert all(getattr(graphs, name).__name__ == name for name in graphs.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'to_dgl'"):
        _ = graphs.to_dgl
