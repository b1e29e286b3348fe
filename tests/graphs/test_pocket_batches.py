"""Pockets as padded tensors."""

from dataclasses import replace

import numpy as np
import torch
from small_pockets import motions, moved, random_pocket

from molgen.chem.features.pocket_features import local_directions
from molgen.graphs.pockets import NEIGHBORS, batch_pockets, nearest, shortened

SIZES = (40, 7, 1)
POCKETS = [random_pocket(count, seed) for seed, count in enumerate(SIZES)]


def test_a_batch_holds_every_pocket_in_its_own_rows():
    batch = batch_pockets(POCKETS, torch.float64)
    assert len(batch) == len(POCKETS)
    assert batch.mask.sum(1).tolist() == list(SIZES)
    for row, pocket in enumerate(POCKETS):
        count = len(pocket)
        assert batch.mask[row, :count].all()
        assert np.array_equal(batch.atoms[row, :count], pocket.atoms)
        assert np.array_equal(batch.positions[row, :count], pocket.positions)
        alone = batch_pockets([pocket], torch.float64)
        for name in ("directions", "neighbors"):
            assert torch.equal(getattr(batch, name)[row, :count], getattr(alone, name)[0])


def test_padded_rows_lie_far_from_everything_and_point_nowhere():
    batch = batch_pockets(POCKETS)
    padded = ~batch.mask
    assert padded.sum() == 3 * SIZES[0] - sum(SIZES)
    gaps = torch.cdist(batch.positions, batch.positions)
    assert gaps[(padded[:, :, None] & batch.mask[:, None])].min() > 1000
    assert (batch.directions[padded] == 0).all()
    own = torch.arange(SIZES[0]).expand(3, -1)[padded]
    assert (batch.neighbors[padded] == own[:, None]).all()


def test_neighbors_are_the_nearest_other_atoms():
    pocket = POCKETS[0]
    batch = batch_pockets([pocket])
    for atom, position in enumerate(pocket.positions):
        order = np.argsort(np.linalg.norm(pocket.positions - position, axis=1))
        assert order[0] == atom
        assert batch.neighbors[0, atom].tolist() == order[1 : NEIGHBORS + 1].tolist()


def test_where_there_are_few_atoms_the_missing_neighbors_are_the_atom_itself():
    batch = batch_pockets(POCKETS)
    for atom in range(7):
        found = batch.neighbors[1, atom].tolist()
        assert sorted(found[:6]) == [other for other in range(7) if other != atom]
        assert set(found[6:]) == {atom}
    assert (batch.neighbors[2, 0] == 0).all()


def test_no_more_neighbors_are_found_than_there_are_other_points():
    points = random_pocket(5).positions
    assert nearest(points, 3).shape == (5, 3)
    assert nearest(points, 9).shape == (5, 4)
    assert nearest(points[:2], 9).tolist() == [[1], [0]]
    assert nearest(points[:1], 9).shape == (1, 0)
    assert nearest(points[:0], 9).shape == (0, 0)


def test_directions_turn_with_the_pocket_and_do_not_move_with_it():
    before = batch_pockets(POCKETS, torch.float64)
    assert before.directions[0].norm(dim=-1).max() > 0.5
    for motion in motions():
        after = batch_pockets([moved(pocket, motion, (9.0, -4.0, 2.0)) for pocket in POCKETS], torch.float64)
        torch.testing.assert_close(after.directions, before.directions @ motion.T, atol=1e-9, rtol=0)
        assert torch.equal(after.neighbors[before.mask], before.neighbors[before.mask])


def test_directions_keep_their_way_and_are_shorter_than_one():
    way = local_directions(POCKETS[0].positions)
    short = shortened(way)
    lengths = np.linalg.norm(way, axis=1)
    assert lengths.max() > 0.9
    np.testing.assert_allclose(np.linalg.norm(short, axis=1), lengths / (lengths + 0.3), atol=1e-12)
    np.testing.assert_allclose(np.cross(short, way), 0.0, atol=1e-12)
    assert ((short * way).sum(1) >= 0).all()


def test_a_pocket_without_atoms_is_one_padded_row():
    pocket = POCKETS[0]
    empty = pocket.pick(np.zeros(len(pocket), dtype=bool))
    batch = batch_pockets([empty])
    assert batch.mask.tolist() == [[False]]
    assert batch.positions.abs().min() > 1000
    assert batch_pockets([empty, pocket]).mask.sum(1).tolist() == [0, len(pocket)]


def test_the_residue_numbers_play_no_part():
    other = replace(POCKETS[0], residue=POCKETS[0].residue[::-1].copy())
    first, second = batch_pockets([POCKETS[0]]), batch_pockets([other])
    assert torch.equal(first.atoms, second.atoms)
    assert torch.equal(first.neighbors, second.neighbors)
