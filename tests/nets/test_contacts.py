"""The contact network: what its output must not depend on, and how contacts fade."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
import torch
from field_tests import FIRST, SECOND, Fields, Scene, SymmetryTests, scene_of
from small_molecules import batch_of
from small_pockets import CONTACT_SIZE, motions, random_pocket

from molgen.chem.features.pocket_features import PocketAtoms, local_directions
from molgen.graphs.batch import GraphBatch
from molgen.graphs.edges import contact_edges
from molgen.graphs.pockets import batch_pockets, shortened
from molgen.nets.contacts import ContactNet, contact_angles, contacts_of, ligand_directions

POCKETS = [random_pocket(40, seed=1), random_pocket(25, seed=2)]


def network() -> ContactNet:
    torch.manual_seed(0)
    return ContactNet(CONTACT_SIZE).double()


@pytest.fixture
def net() -> ContactNet:
    return network()


class TestContactNet(SymmetryTests):
    kinds: ClassVar[dict[str, str]] = {"features": "0e"}

    def fields(self, scene: Scene) -> Fields:
        net = network().to(scene.positions.dtype)
        with torch.no_grad():
            contacts = contacts_of(scene.graph, scene.pocket, scene.positions, net.config)
            features = net(net.encode(scene.graph, scene.pocket), contacts)
        return {"features": features * scene.real()[..., None]}

    def test_the_pose_matters(self):
        scene = scene_of(FIRST)
        turned = replace(scene, positions=scene.positions @ motions()[0].T)
        assert (self.fields(turned)["features"] - self.fields(scene)["features"]).abs().max() > 1e-3


def centered(*smiles: str, count: int = 1) -> tuple[GraphBatch, torch.Tensor]:
    """Ligands with their centroids at the origin, where the pockets are."""
    graph, positions = batch_of(*smiles, count=count)
    real = graph.atom_mask[:, None, :, None]
    middle = (positions * real).sum(2, keepdim=True) / real.sum(2, keepdim=True)
    return graph, torch.where(real, positions - middle, 0.0)


@torch.no_grad()
def features(net: ContactNet, graph: GraphBatch, pockets: list[PocketAtoms], positions: torch.Tensor) -> torch.Tensor:
    pocket = batch_pockets(pockets, torch.float64)
    return net(net.encode(graph, pocket), contacts_of(graph, pocket, positions, net.config))


def test_the_contribution_of_an_atom_fades_to_nothing_at_the_radius(net):
    graph, positions = centered("CCO")
    far = positions[0, 0].norm(dim=-1).argmax()
    way = positions[0, 0, far] / positions[0, 0, far].norm()
    one = random_pocket(1)
    radius = CONTACT_SIZE.radius

    def at(distance: float) -> torch.Tensor:
        place = (positions[0, 0, far] + distance * way).numpy()[None]
        return features(net, graph, [PocketAtoms(one.atoms, place, one.residue)], positions)

    outside, h = at(radius + 0.1), 1e-3
    gaps = {distance: float((at(distance) - outside).abs().max()) for distance in (radius - h, radius - 2 * h, 4.0)}
    assert gaps[4.0] > 1e-3
    assert gaps[radius - 2 * h] == pytest.approx(4 * gaps[radius - h], rel=0.01)  # the slope is zero as well
    assert 0 < gaps[radius - h] < 1e-4 * gaps[4.0]
    assert torch.equal(at(radius + h), outside)


def test_atoms_without_contacts_have_the_features_of_the_ligand_alone(net):
    graph, positions = centered(FIRST)
    away = features(net, graph, POCKETS[:1], positions + 100.0)
    assert away.isfinite().all()
    empty = POCKETS[0].pick(np.zeros(len(POCKETS[0]), dtype=bool))
    torch.testing.assert_close(away, features(net, graph, [empty], positions), atol=1e-12, rtol=0)
    assert (away - features(net, graph, POCKETS[:1], positions)).abs().max() > 1e-3


def test_a_pocket_without_atoms_in_a_batch_changes_nothing_for_the_others(net):
    graph, positions = centered(FIRST, SECOND)
    empty = POCKETS[0].pick(np.zeros(len(POCKETS[0]), dtype=bool))
    found = features(net, graph, [empty, POCKETS[1]], positions)
    assert found.isfinite().all()
    torch.testing.assert_close(found[1], features(net, graph, POCKETS, positions)[1], atol=1e-9, rtol=0)


def test_a_straight_hydrogen_bond_has_the_angles_of_one():
    """A pocket's C=O that points at the oxygen of methanol, which points back."""
    graph, positions = centered("CO")
    carbon, oxygen = positions[0, 0]
    way = ((oxygen - carbon) / (oxygen - carbon).norm()).numpy()
    place = np.stack([oxygen.numpy() + 2.8 * way, oxygen.numpy() + 4.0 * way])
    pocket = PocketAtoms(np.zeros((2, 6), np.uint8), place, np.zeros(2, np.int32))
    batch = batch_pockets([pocket], torch.float64)
    edges = contact_edges(positions, graph.atom_mask, batch.positions, 3.0)
    assert edges.length.tolist() == pytest.approx([2.8])
    found = contact_angles(graph, batch, positions, edges)
    short = 1 / 1.3  # of a direction of length 1
    torch.testing.assert_close(
        found[0], torch.tensor([short, short, -(short**2), short**2, short**2, short**2], dtype=torch.float64)
    )


def test_ligand_atoms_point_as_atoms_of_a_pocket_do():
    graph, positions = centered("CC(=O)O", count=2)  # no two atoms are near without a bond
    found = ligand_directions(graph, positions)
    for pose in range(2):
        expected = shortened(local_directions(positions[0, pose].numpy()))
        np.testing.assert_allclose(found[0, pose], expected, atol=1e-6)


def test_a_pose_may_be_differentiated(net):
    graph, positions = centered(FIRST)
    pocket = batch_pockets(POCKETS[:1], torch.float64)
    positions.requires_grad_()
    net(net.encode(graph, pocket), contacts_of(graph, pocket, positions, net.config)).square().sum().backward()
    assert positions.grad is not None
    assert positions.grad.isfinite().all()
    assert positions.grad.abs().max() > 1e-4
