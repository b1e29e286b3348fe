"""Symmetries of the backbone of a ligand in a pocket, and the edges that join the two."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from equivariance import mirror_image, transformed
from small_molecules import batch_of
from small_pockets import SIZE, motions, moved, random_pocket

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.graphs.batch import GraphBatch
from molgen.graphs.edges import molecule_edges
from molgen.graphs.pockets import batch_pockets
from molgen.nets.pose_backbone import PoseBackbone, contact_edges, joined

FIRST, SECOND = "C[C@H](N)C(=O)OCC#CCF", "CC[C@@H](O)CN"
POCKETS = [random_pocket(40, seed=1), random_pocket(25, seed=2)]


def network(l_max: int = 1) -> PoseBackbone:
    torch.manual_seed(l_max)
    return PoseBackbone(replace(SIZE, ligand=replace(SIZE.ligand, l_max=l_max))).double()


def centerd(*smiles: str, count: int = 2) -> tuple[GraphBatch, torch.Tensor]:
    """Ligands near the center of their pockets; padded atoms at the origin, as poses have them."""
    graph, positions = batch_of(*smiles, count=count)
    real = graph.atom_mask[:, None, :, None]
    middle = (positions * real).sum(2, keepdim=True) / real.sum(2, keepdim=True)
    rng = torch.Generator().manual_seed(0)
    shift = torch.randn(len(smiles), count, 1, 3, generator=rng, dtype=torch.float64)
    return graph, torch.where(real, positions - middle + shift, 0.0)


def times(size: int, samples: int) -> torch.Tensor:
    return torch.linspace(0.1, 0.9, size * samples, dtype=torch.float64).reshape(size, samples)


@torch.no_grad()
def features(
    net: PoseBackbone, graph: GraphBatch, pockets: list[PocketAtoms], positions: torch.Tensor, t: torch.Tensor
) -> dict[str, torch.Tensor]:
    """irrep -> [B, S, n, channels, 2l+1], zero in padded rows."""
    pocket = batch_pockets(pockets, torch.float64)
    found = net(graph, pocket, net.encode(graph, pocket), positions, t)
    real = graph.atom_mask[:, None, :, None, None]
    return {ir: (value * real).transpose(-1, -2) for ir, value in found.items()}


@pytest.mark.parametrize("l_max", [1, 2])
def test_turned_and_mirrored_complexes_have_turned_and_mirrored_features(l_max):
    net = network(l_max)
    graph, positions = centerd(FIRST, SECOND)
    t = times(2, 2)
    before = features(net, graph, POCKETS, positions, t)
    assert set(before) == set(net.config.ligand.channels())
    for motion in motions():
        image = mirror_image(graph) if torch.linalg.det(motion) < 0 else graph
        after = features(net, image, [moved(p, motion) for p in POCKETS], positions @ motion.T, t)
        for ir, value in before.items():
            size = value.abs().max()
            assert size > 1e-4, f"{ir} is zero: nothing was tested"
            expected = value if ir == "0e" else transformed(value.squeeze(-1) if ir == "0o" else value, ir, motion)
            error = (after[ir] - expected.view_as(value)).abs().max() / size
            assert error < 1e-9, f"{ir} is off by {float(error):.1e}"


def test_the_pocket_and_its_center_matter_to_every_irrep():
    net = network(2)
    graph, positions = centerd(FIRST)
    before = features(net, graph, POCKETS[:1], positions, times(1, 2))
    turn, shift = motions()[0], (0.5, 0.0, 0.0)
    other_pocket = features(net, graph, [moved(POCKETS[0], turn)], positions, times(1, 2))
    other_center = features(
        net, graph, [moved(POCKETS[0], torch.eye(3), shift)], positions + torch.tensor(shift), times(1, 2)
    )
    for changed in (other_pocket, other_center):
        assert all((changed[ir] - value).abs().max() > 1e-6 for ir, value in before.items())


def test_the_encoding_of_a_pocket_does_not_depend_on_where_it_lies():
    net = network(2)
    graph, _ = centerd(FIRST)
    shifted = moved(POCKETS[0], torch.eye(3), (5.0, -3.0, 8.0))
    with torch.no_grad():
        first, second = (net.encode(graph, batch_pockets([p], torch.float64)) for p in (POCKETS[0], shifted))
    for ir, value in first.pocket.items():
        torch.testing.assert_close(second.pocket[ir], value, atol=1e-9, rtol=0)
    assert first.pocket["1o"].abs().max() > 0.01
    torch.testing.assert_close(second.contact, first.contact, atol=1e-9, rtol=0)


def test_the_handedness_of_the_ligand_matters():
    net = network()
    graph, positions = centerd(FIRST)
    own = features(net, graph, POCKETS[:1], positions, times(1, 2))
    other = features(net, mirror_image(graph), POCKETS[:1], positions, times(1, 2))
    assert (own["0o"] - other["0o"]).abs().max() > 1e-4


def test_a_batch_gives_what_its_complexes_give_alone():
    net = network()
    names = (FIRST, SECOND, "O")
    pockets = [*POCKETS, random_pocket(3, seed=4)]
    graph, positions = centerd(*names)
    t = times(3, 2)
    together = features(net, graph, pockets, positions, t)
    for row, name in enumerate(names):
        single, _ = centerd(name)
        own = positions[row : row + 1, :, : single.atoms.shape[1]]
        alone = features(net, single, pockets[row : row + 1], own, t[row : row + 1])
        for ir, value in alone.items():
            torch.testing.assert_close(together[ir][row : row + 1, :, : own.shape[2]], value, atol=1e-9, rtol=0)


def test_poses_do_not_see_each_other():
    net = network()
    graph, positions = centerd(FIRST, SECOND, count=3)
    t = times(2, 3)
    together = features(net, graph, POCKETS, positions, t)
    for pose in range(3):
        alone = features(net, graph, POCKETS, positions[:, pose : pose + 1], t[:, pose : pose + 1])
        for ir, value in alone.items():
            torch.testing.assert_close(together[ir][:, pose : pose + 1], value, atol=1e-9, rtol=0)


def test_the_order_of_the_pockets_atoms_does_not_matter():
    net = network()
    graph, positions = centerd(FIRST)
    expected = features(net, graph, POCKETS[:1], positions, times(1, 2))
    shuffled = POCKETS[0].pick(np.random.default_rng(0).permutation(len(POCKETS[0])))
    for ir, value in features(net, graph, [shuffled], positions, times(1, 2)).items():
        torch.testing.assert_close(value, expected[ir], atol=1e-9, rtol=0)


def test_a_ligand_outside_and_a_pocket_without_atoms_are_the_same():
    net = network()
    graph, positions = centerd(FIRST)
    empty = POCKETS[0].pick(np.zeros(len(POCKETS[0]), dtype=bool))
    alone = features(net, graph, [empty], positions, times(1, 2))
    away = features(net, graph, [moved(POCKETS[0], torch.eye(3), (60.0, 0.0, 0.0))], positions, times(1, 2))
    for ir, value in alone.items():
        assert value.isfinite().all()
        torch.testing.assert_close(away[ir], value, atol=1e-12, rtol=0)


def test_a_contact_fades_to_nothing_at_its_radius():
    net = network()
    graph, positions = centerd("CCO", count=1)
    radius, one = SIZE.contact_radius, random_pocket(1)
    far = positions[0, 0].norm(dim=-1).argmax()
    way = positions[0, 0, far] / positions[0, 0, far].norm()

    def at(distance: float) -> torch.Tensor:
        place = (positions[0, 0, far] + distance * way).numpy()[None]
        return features(net, graph, [PocketAtoms(one.atoms, place, one.residue)], positions, times(1, 1))["1o"]

    outside, h = at(radius + 0.1), 1e-3
    near, nearer, inside = (float((at(radius - d) - outside).abs().max()) for d in (h, 2 * h, 2.0))
    assert inside > 1e-4
    assert 0 < near < 1e-3 * inside
    assert nearer == pytest.approx(4 * near, rel=0.01)


def test_contacts_are_the_nearest_atoms_of_the_pocket():
    graph, positions = centerd(FIRST, SECOND)
    count, radius = 5, 5.5
    edges = contact_edges(positions, graph.atom_mask, batch_pockets(POCKETS, torch.float64), count, radius)
    size, samples, n, _ = positions.shape
    k = max(map(len, POCKETS))
    expected, counts = [], []
    for b in range(size):
        for s in range(samples):
            for i in range(n):
                away = np.linalg.norm(POCKETS[b].positions - positions[b, s, i].numpy(), axis=1)
                near = [int(j) for j in np.argsort(away)[:count] if away[j] < radius and graph.atom_mask[b, i]]
                counts.append(len(near))
                for j in near:
                    vector = POCKETS[b].positions[j] - positions[b, s, i].numpy()
                    expected.append((b, j, i, size * samples * n + b * k + j, (b * samples + s) * n + i, vector))
    names = ("graph", "sender", "receiver", "flat_sender", "flat_receiver")
    found = list(zip(*(getattr(edges, name).tolist() for name in names), strict=True))
    assert found == [row[:5] for row in expected]
    assert 0 in counts
    assert max(counts) == count
    np.testing.assert_allclose(edges.vector, [row[5] for row in expected], atol=1e-12)
    torch.testing.assert_close(edges.length, edges.vector.norm(dim=-1))
    assert edges.offsets.tolist() == np.cumsum([0, *counts]).tolist()


def test_more_contacts_than_atoms_are_no_error():
    graph, positions = centerd("CCO")
    edges = contact_edges(positions, graph.atom_mask, batch_pockets([random_pocket(3)], torch.float64), 16, 100.0)
    assert len(edges.length) == 2 * 3 * 3


def test_joined_edges_are_sorted_and_none_is_lost():
    graph, positions = centerd(FIRST, SECOND)
    inner = molecule_edges(positions, graph.atom_mask, graph.path_length, 4.0, 2)
    outer = contact_edges(positions, graph.atom_mask, batch_pockets(POCKETS, torch.float64), 8, 8.0)
    edges, order = joined(inner, outer)
    assert (edges.flat_receiver.diff() >= 0).all()
    assert sorted(order.tolist()) == list(range(len(inner.length) + len(outer.length)))
    for field in fields(edges):
        if field.name != "offsets":
            both = torch.cat([getattr(inner, field.name), getattr(outer, field.name)])
            assert torch.equal(getattr(edges, field.name), both[order]), field.name
    counts = torch.bincount(edges.flat_receiver, minlength=graph.atom_mask.numel() * 2)
    assert torch.equal(edges.offsets.diff(), counts)
