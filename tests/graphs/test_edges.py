"""Edges against a double loop over atoms; sums over groups."""

import torch
from small_molecules import batch_of

from molgen.graphs.edges import molecule_edges
from molgen.graphs.scatter import neighbor_sum, scatter_sum

NAMES = ("CCOC(=O)CCCCN", "CCO", "O")
RADIUS, HOPS = 3.2, 2


def made(count: int = 2):
    graph, positions = batch_of(*NAMES, count=count)
    return graph, positions, molecule_edges(positions, graph.atom_mask, graph.path_length, RADIUS, HOPS)


def test_edges_are_those_of_a_double_loop():
    graph, positions, edges = made()
    expected = set()
    for b in range(len(NAMES)):
        for s in range(2):
            atoms = int(graph.atom_mask[b].sum())
            for i in range(atoms):
                for j in range(atoms):
                    near = (positions[b, s, i] - positions[b, s, j]).norm() < RADIUS
                    if i != j and (near or graph.path_length[b, i, j] <= HOPS):
                        expected.add((b, s, i, j))
    n = positions.shape[2]
    conformation = edges.flat_receiver // n
    rows = (edges.graph, conformation % 2, edges.receiver, edges.sender)
    found = list(zip(*(r.tolist() for r in rows), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_bonded_pairs_are_joined_however_far():
    graph, positions = batch_of("CCO")
    edges = molecule_edges(100 * positions, graph.atom_mask, graph.path_length, RADIUS, 1)
    assert sorted(zip(edges.receiver.tolist(), edges.sender.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 2), (2, 1)]


def test_edges_are_sorted_by_receiver():
    _, _, edges = made()
    assert (edges.flat_receiver.diff() >= 0).all()


def test_offsets_say_where_the_edges_of_each_atom_lie():
    _, positions, edges = made()
    atoms = positions.shape[:3].numel()
    assert len(edges.offsets) == atoms + 1
    for atom in range(atoms):
        own = (edges.flat_receiver == atom).nonzero().flatten().tolist()
        assert own == list(range(int(edges.offsets[atom]), int(edges.offsets[atom + 1])))


def test_no_edge_touches_a_padded_atom_or_joins_two_conformations():
    graph, positions, edges = made()
    n = positions.shape[2]
    assert graph.atom_mask[edges.graph, edges.sender].all()
    assert graph.atom_mask[edges.graph, edges.receiver].all()
    assert torch.equal(edges.flat_sender // n, edges.flat_receiver // n)
    assert torch.equal(edges.flat_sender % n, edges.sender)
    assert torch.equal(edges.flat_receiver // n // 2, edges.graph)
    assert 2 not in edges.graph  # water has one heavy atom


def test_vectors_point_from_receiver_to_sender():
    _, positions, edges = made()
    flat = positions.reshape(-1, 3)
    torch.testing.assert_close(flat[edges.flat_receiver] + edges.vector, flat[edges.flat_sender])
    torch.testing.assert_close(edges.length, edges.vector.norm(dim=-1))


def test_lengths_have_finite_gradients_for_coinciding_atoms():
    graph, positions = batch_of("CCO")
    positions = torch.zeros_like(positions).requires_grad_()
    edges = molecule_edges(positions, graph.atom_mask, graph.path_length, RADIUS, HOPS)
    edges.length.sum().backward()
    assert positions.grad is not None
    assert torch.isfinite(positions.grad).all()


def test_a_single_atom_has_no_edges():
    graph, positions = batch_of("O", count=3)
    assert len(molecule_edges(positions, graph.atom_mask, graph.path_length, RADIUS, HOPS).length) == 0


def test_rows_are_summed_by_group():
    values = torch.arange(12.0).reshape(4, 3)
    index = torch.tensor([2, 0, 2, 2])
    expected = torch.stack([values[1], torch.zeros(3), values[0] + values[2] + values[3], torch.zeros(3)])
    assert torch.equal(scatter_sum(values, index, 4), expected)


def test_sums_of_rows_pass_gradients_to_every_row():
    values = torch.ones(4, 2, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.tensor([1.0, 10.0], dtype=torch.float64)
    (scatter_sum(values, torch.tensor([1, 0, 1, 1]), 2) * weight[:, None, None]).sum().backward()
    assert values.grad is not None
    assert values.grad[:, 0, 0].tolist() == [10.0, 1.0, 10.0, 10.0]


def test_no_rows_sum_to_zero():
    assert torch.equal(scatter_sum(torch.zeros(0, 2), torch.zeros(0, dtype=torch.int64), 3), torch.zeros(3, 2))


def test_neighbors_are_summed_with_their_factors():
    rng = torch.Generator().manual_seed(0)
    values = torch.randn(5, 3, generator=rng, dtype=torch.float64, requires_grad=True)
    factor = torch.randn(5, generator=rng, dtype=torch.float64, requires_grad=True)
    receiver, offsets = torch.tensor([0, 0, 2, 2, 2]), torch.tensor([0, 2, 2, 5])
    expected = scatter_sum(values * factor[:, None], receiver, 3)
    torch.testing.assert_close(neighbor_sum(values, factor, receiver, offsets), expected)

    def function(v, f):
        return neighbor_sum(v, f, receiver, offsets)

    assert torch.autograd.gradcheck(function, (values, factor))
    assert torch.autograd.gradgradcheck(function, (values, factor))
