"""Edges between a ligand and a pocket against a double loop, and edges of two kinds joined."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from field_tests import FIRST, SECOND, scene_of
from small_pockets import random_pocket

from molgen.graphs.edges import contact_edges, joined, molecule_edges
from molgen.graphs.pockets import batch_pockets

SCENE = scene_of(FIRST, SECOND)
RADIUS = 5.5


@pytest.mark.parametrize("nearest", [5, None])
def test_contacts_are_those_of_a_double_loop(nearest):
    positions, mask, pocket = SCENE.positions, SCENE.graph.atom_mask, SCENE.pocket
    edges = contact_edges(positions, mask, pocket.positions, RADIUS, nearest)
    (size, samples, n), k = positions.shape[:3], pocket.positions.shape[1]
    expected, counts = [], []
    for b, s, i in np.ndindex(size, samples, n):
        vectors = SCENE.pockets[b].positions - positions[b, s, i].numpy()
        away = np.linalg.norm(vectors, axis=1)
        order = np.arange(len(away)) if nearest is None else np.argsort(away)[:nearest]
        near = [int(j) for j in order if away[j] < RADIUS and mask[b, i]]
        counts.append(len(near))
        expected += [(b, j, i, b * k + j, (b * samples + s) * n + i, vectors[j]) for j in near]
    names = ("graph", "sender", "receiver", "flat_sender", "flat_receiver")
    found = list(zip(*(getattr(edges, name).tolist() for name in names), strict=True))
    assert found == [row[:5] for row in expected]
    assert 0 in counts
    assert max(counts) > 5 if nearest is None else max(counts) == nearest
    np.testing.assert_allclose(edges.vector, [row[5] for row in expected], atol=1e-12)
    torch.testing.assert_close(edges.length, edges.vector.norm(dim=-1))
    assert edges.offsets.tolist() == np.cumsum([0, *counts]).tolist()


def test_more_contacts_than_atoms_are_no_error():
    scene = scene_of("CCO")
    pocket = batch_pockets([random_pocket(3)], torch.float64)
    assert len(contact_edges(scene.positions, scene.graph.atom_mask, pocket.positions, 100.0, 16).length) == 2 * 3 * 3


def test_joined_edges_are_sorted_and_none_is_lost():
    positions, graph = SCENE.positions, SCENE.graph
    inner = molecule_edges(positions, graph.atom_mask, graph.path_length, 4.0, 2)
    outer = contact_edges(positions, graph.atom_mask, SCENE.pocket.positions, 8.0, 8)
    atoms = positions.shape[:3].numel()
    edges, order = joined(inner, outer, atoms)
    assert (edges.flat_receiver.diff() >= 0).all()
    assert sorted(order.tolist()) == list(range(len(inner.length) + len(outer.length)))
    for field in fields(edges):
        if field.name != "offsets":
            last = getattr(outer, field.name) + (atoms if field.name == "flat_sender" else 0)
            assert torch.equal(getattr(edges, field.name), torch.cat([getattr(inner, field.name), last])[order])
    assert torch.equal(edges.offsets.diff(), torch.bincount(edges.flat_receiver, minlength=atoms))
