"""What a pocket does to the features of a ligand, and what it must not do."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from equivariance import mirror_image
from field_tests import FIRST, TOLERANCE, Scene, precisions, scene_of
from small_pockets import SIZE, motions, moved, random_pocket

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.graphs.pockets import batch_pockets
from molgen.nets.backbone import Backbone
from molgen.nets.convolution import Features

EMPTY = random_pocket(3).pick(np.zeros(3, dtype=bool))


def network(l_max: int = 1) -> Backbone:
    torch.manual_seed(l_max)
    size = replace(SIZE, ligand=replace(SIZE.ligand, l_max=l_max))
    return Backbone(size.ligand, pocket=size).double()


@torch.no_grad()
def features(net: Backbone, scene: Scene) -> Features:
    """irrep -> [B, S, n, 2l+1, channels], zero in padded rows."""
    net = net.to(scene.positions.dtype)
    found = net(scene.graph, net.encode(scene.graph, scene.pocket), scene.positions, scene.t)
    return {ir: value * scene.real()[..., None, None] for ir, value in found.items()}


def test_the_pocket_and_its_center_matter_to_every_irrep():
    net, scene = network(2), scene_of(FIRST)
    before = features(net, scene)
    turn, shift = motions()[0], (0.5, 0.0, 0.0)
    other_pocket = replace(scene, pockets=[moved(scene.pockets[0], turn)])
    other_center = replace(
        scene,
        pockets=[moved(scene.pockets[0], torch.eye(3), shift)],
        positions=scene.positions + torch.tensor(shift, dtype=torch.float64),
    )
    for changed in (features(net, other_pocket), features(net, other_center)):
        assert all((changed[ir] - value).abs().max() > 1e-6 for ir, value in before.items())


def test_the_encoding_of_a_pocket_does_not_depend_on_where_it_lies():
    net, scene = network(2), scene_of(FIRST)
    shifted = moved(scene.pockets[0], torch.eye(3), (5.0, -3.0, 8.0))
    with torch.no_grad():
        first, second = (
            net.encode(scene.graph, batch_pockets([pocket], torch.float64)).pocket
            for pocket in (scene.pockets[0], shifted)
        )
    assert first is not None
    assert second is not None
    for ir, value in first.features.items():
        torch.testing.assert_close(second.features[ir], value, atol=1e-9, rtol=0)
    assert first.features["1o"].abs().max() > 0.01
    torch.testing.assert_close(second.contact, first.contact, atol=1e-9, rtol=0)


def test_the_handedness_of_the_ligand_matters():
    net, scene = network(), scene_of(FIRST)
    own, other = (features(net, replace(scene, graph=g)) for g in (scene.graph, mirror_image(scene.graph)))
    assert (own["0o"] - other["0o"]).abs().max() > 1e-4


def test_a_ligand_outside_and_a_pocket_without_atoms_are_the_same():
    net, scene = network(), scene_of(FIRST)
    alone = features(net, replace(scene, pockets=[EMPTY]))
    away = features(net, replace(scene, pockets=[moved(scene.pockets[0], torch.eye(3), (60.0, 0.0, 0.0))]))
    for ir, value in alone.items():
        assert value.isfinite().all()
        torch.testing.assert_close(away[ir], value, atol=1e-12, rtol=0)


def with_one_atom(scene: Scene, distance: float) -> Scene:
    """The pocket is one atom, so far outside from the ligand's outermost atom."""
    far = scene.positions[0, 0, scene.positions[0, 0].norm(dim=-1).argmax()].double()
    one = random_pocket(1)
    place = (far + distance * far / far.norm()).numpy()[None]
    return replace(scene, pockets=[PocketAtoms(one.atoms, place, one.residue)])


def test_a_contact_fades_to_nothing_at_its_radius():
    net, scene = network(), scene_of("CCO", count=1)
    radius, h = SIZE.contact_radius, 1e-3
    outside = features(net, with_one_atom(scene, radius + 0.1))["1o"]
    near, nearer, inside = (
        float((features(net, with_one_atom(scene, radius - d))["1o"] - outside).abs().max()) for d in (h, 2 * h, 2.0)
    )
    assert inside > 1e-4
    assert 0 < near < 1e-3 * inside
    assert nearer == pytest.approx(4 * near, rel=0.01)


@precisions
def test_an_atom_of_the_pocket_that_crosses_the_radius_makes_no_jump(dtype):
    net, scene = network(), scene_of("CCO", count=1, dtype=dtype)
    inside, outside = (features(net, with_one_atom(scene, SIZE.contact_radius + d)) for d in (-1e-3, 1e-3))
    near = features(net, with_one_atom(scene, SIZE.contact_radius - 2.0))
    for ir, value in outside.items():
        assert (inside[ir] - value).abs().max() <= max(1e-4, TOLERANCE[dtype]) * value.abs().max()
    assert (near["1o"] - outside["1o"]).abs().max() > 1e-4
