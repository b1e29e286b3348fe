"""How far edges have faded out, and edges of two kinds side by side."""

import pytest
import torch
from field_tests import FIRST, SECOND, SMALL, scene_of

from molgen.graphs.edges import contact_edges, molecule_edges
from molgen.nets.features import smooth_cutoff
from molgen.nets.messages import Messages, bond_cutoff


@pytest.mark.parametrize("stretch", [1.0, 3.0])
@pytest.mark.parametrize("radius", [0.5, 1.4, 4.0])
def test_bonded_atoms_count_in_full_however_far_apart_and_others_fade(radius, stretch):
    scene = scene_of(FIRST, SECOND)
    graph, hops = scene.graph, SMALL.hops
    edges = molecule_edges(stretch * scene.positions, graph.atom_mask, graph.path_length, radius, hops)
    found = bond_cutoff(edges, graph.path_length, radius, hops)
    bonded = graph.path_length[edges.graph, edges.receiver, edges.sender] <= hops
    assert bonded.any()
    assert (found[bonded] == 1).all()
    assert (edges.length[bonded] > radius).any() == (radius < 4.0 or stretch > 1), "nothing was tested"
    assert torch.equal(found[~bonded], smooth_cutoff(edges.length, radius)[~bonded])


def test_what_goes_along_an_edge_stays_with_it():
    scene = scene_of(FIRST, SECOND)
    graph, pocket = scene.graph, scene.pocket
    inner = molecule_edges(scene.positions, graph.atom_mask, graph.path_length, 4.0, 2)
    outer = contact_edges(scene.positions, graph.atom_mask, pocket.positions, 8.0, 8)
    first, second = (Messages(edges, edges.vector * k, edges.length * k) for edges, k in ((inner, 1.0), (outer, 2.0)))
    atoms = scene.positions.shape[:3].numel()
    both = first.joined_with(second, atoms)
    kind = torch.where(both.edges.flat_sender < atoms, 1.0, 2.0).double()
    assert set(kind.tolist()) == {1.0, 2.0}
    torch.testing.assert_close(both.scalars, both.edges.vector * kind[:, None])
    torch.testing.assert_close(both.cutoff, both.edges.length * kind)


def test_harmonics_carry_the_cutoff():
    scene = scene_of(SECOND)
    graph = scene.graph
    edges = molecule_edges(scene.positions, graph.atom_mask, graph.path_length, 4.0, 2)
    messages = Messages(edges, edges.vector, torch.linspace(0, 1, len(edges.length), dtype=torch.float64))
    zeroth, first = messages.harmonics(1)
    torch.testing.assert_close(zeroth[0], messages.cutoff)
    torch.testing.assert_close(first.norm(dim=0), 3**0.5 * messages.cutoff)
