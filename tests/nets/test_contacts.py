"""The contact network: what its output must not depend on, and how contacts fade."""

import numpy as np
import pytest
import torch
from equivariance import mirror_image
from small_molecules import batch_of
from small_pockets import CONTACT_SIZE, motions, moved, random_pocket

from molgen.chem.features.pocket_features import PocketAtoms, local_directions
from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import batch_pockets, shortened
from molgen.nets.contacts import ContactNet, contacts_of, ligand_directions

FIRST, SECOND = "C[C@H](N)C(=O)OCC#CCF", "CC[C@@H](O)CN"
POCKETS = [random_pocket(40, seed=1), random_pocket(25, seed=2)]
SHIFT = (31.0, -12.0, 7.0)


@pytest.fixture(scope="module")
def net() -> ContactNet:
    torch.manual_seed(0)
    return ContactNet(CONTACT_SIZE).double()


def centerd(*smiles: str, count: int = 1) -> tuple[GraphBatch, torch.Tensor]:
    """Ligands with their centroids at the origin, where the pockets are."""
    graph, positions = batch_of(*smiles, count=count)
    real = graph.atom_mask[:, None, :, None]
    middle = (positions * real).sum(2, keepdim=True) / real.sum(2, keepdim=True)
    return graph, torch.where(real, positions - middle, 0.0)


@torch.no_grad()
def features(net: ContactNet, graph: GraphBatch, pockets: list[PocketAtoms], positions: torch.Tensor) -> torch.Tensor:
    pocket = batch_pockets(pockets, torch.float64)
    return net(graph, pocket, net.encode(graph, pocket), positions)


def test_moving_turning_and_mirroring_a_complex_changes_nothing(net):
    graph, positions = centerd(FIRST, SECOND, count=2)
    before = features(net, graph, POCKETS, positions)
    for motion in motions():
        mirrored = mirror_image(graph) if torch.linalg.det(motion) < 0 else graph
        pockets = [moved(pocket, motion, SHIFT) for pocket in POCKETS]
        after = features(net, mirrored, pockets, positions @ motion.T + torch.tensor(SHIFT, dtype=torch.float64))
        real = graph.atom_mask[:, None].expand(before.shape[:3])
        torch.testing.assert_close(after[real], before[real], atol=1e-9, rtol=0)
    only_ligand = features(net, graph, POCKETS, positions @ motion.T)
    assert (only_ligand - before).abs().max() > 1e-3, "the pose does not matter: nothing was tested"


def test_the_order_of_the_pockets_atoms_does_not_matter(net):
    graph, positions = centerd(FIRST)
    order = np.random.default_rng(0).permutation(len(POCKETS[0]))
    expected = features(net, graph, POCKETS[:1], positions)
    torch.testing.assert_close(features(net, graph, [POCKETS[0].pick(order)], positions), expected, atol=1e-9, rtol=0)


def test_a_batch_gives_what_its_complexes_give_alone(net):
    graph, positions = centerd(FIRST, SECOND, count=3)
    positions = positions + 3.0 * (~graph.atom_mask)[:, None, :, None]  # whatever padded atoms hold
    together = features(net, graph, POCKETS, positions)
    for row, name in enumerate((FIRST, SECOND)):
        single, own = centerd(name, count=3)
        alone = features(net, single, [POCKETS[row]], own)
        torch.testing.assert_close(together[row : row + 1, :, : own.shape[2]], alone, atol=1e-9, rtol=0)


def test_poses_do_not_see_each_other(net):
    graph, positions = centerd(FIRST, count=3)
    together = features(net, graph, POCKETS[:1], positions)
    for pose in range(3):
        alone = features(net, graph, POCKETS[:1], positions[:, pose : pose + 1])
        torch.testing.assert_close(together[:, pose : pose + 1], alone, atol=1e-9, rtol=0)


def test_the_contribution_of_an_atom_fades_to_nothing_at_the_radius(net):
    graph, positions = centerd("CCO")
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
    graph, positions = centerd(FIRST)
    away = features(net, graph, POCKETS[:1], positions + 100.0)
    assert away.isfinite().all()
    empty = POCKETS[0].pick(np.zeros(len(POCKETS[0]), dtype=bool))
    torch.testing.assert_close(away, features(net, graph, [empty], positions), atol=1e-12, rtol=0)
    assert (away - features(net, graph, POCKETS[:1], positions)).abs().max() > 1e-3


def test_a_pocket_without_atoms_in_a_batch_changes_nothing_for_the_others(net):
    graph, positions = centerd(FIRST, SECOND)
    empty = POCKETS[0].pick(np.zeros(len(POCKETS[0]), dtype=bool))
    found = features(net, graph, [empty, POCKETS[1]], positions)
    assert found.isfinite().all()
    torch.testing.assert_close(found[1], features(net, graph, POCKETS, positions)[1], atol=1e-9, rtol=0)


def test_contacts_are_those_of_a_double_loop():
    graph, positions = centerd(FIRST, SECOND, count=2)
    found = contacts_of(graph, batch_pockets(POCKETS, torch.float64), positions, 5.0)
    n, k = positions.shape[2], max(map(len, POCKETS))
    expected = {}
    for row, pocket in enumerate(POCKETS):
        for pose in range(2):
            for atom in range(int(graph.atom_mask[row].sum())):
                for other, place in enumerate(pocket.positions):
                    length = float(np.linalg.norm(positions[row, pose, atom].numpy() - place))
                    if length < 5.0:
                        expected[(row * 2 + pose) * n + atom, row * k + other] = length
    pairs = zip(found.ligand.tolist(), found.pocket.tolist(), strict=True)
    assert dict(zip(pairs, found.length.tolist(), strict=True)) == pytest.approx(expected, abs=1e-9)
    assert len(expected) == len(found.length) > 10
    assert (found.ligand.diff() >= 0).all()


def test_a_straight_hydrogen_bond_has_the_angles_of_one():
    """A pocket's C=O that points at the oxygen of methanol, which points back."""
    graph, positions = centerd("CO")
    carbon, oxygen = positions[0, 0]
    way = ((oxygen - carbon) / (oxygen - carbon).norm()).numpy()
    place = np.stack([oxygen.numpy() + 2.8 * way, oxygen.numpy() + 4.0 * way])
    pocket = PocketAtoms(np.zeros((2, 6), np.uint8), place, np.zeros(2, np.int32))
    found = contacts_of(graph, batch_pockets([pocket], torch.float64), positions, 3.0)
    assert found.length.tolist() == pytest.approx([2.8])
    short = 1 / 1.3  # of a direction of length 1
    torch.testing.assert_close(
        found.angles[0], torch.tensor([short, short, -(short**2), short**2, short**2, short**2], dtype=torch.float64)
    )


def test_ligand_atoms_point_as_atoms_of_a_pocket_do():
    graph, positions = centerd("CC(=O)O", count=2)  # no two atoms are near without a bond
    found = ligand_directions(graph, positions)
    for pose in range(2):
        expected = shortened(local_directions(positions[0, pose].numpy()))
        np.testing.assert_allclose(found[0, pose], expected, atol=1e-6)


def test_a_pose_may_be_differentiated(net):
    graph, positions = centerd(FIRST)
    pocket = batch_pockets(POCKETS[:1], torch.float64)
    positions.requires_grad_()
    net(graph, pocket, net.encode(graph, pocket), positions).square().sum().backward()
    assert positions.grad is not None
    assert positions.grad.isfinite().all()
    assert positions.grad.abs().max() > 1e-4
