"""Batches of ligands in pockets: a stream that can go on anywhere, and what is drawn anew."""

from dataclasses import fields, replace
from itertools import islice, pairwise

import numpy as np
import pytest
import torch
from small_pockets import placed, prepared_set

from molgen.chem.features.pocket_features import POCKET_COLUMNS
from molgen.datasets.complexes import DockingSet, pocket_of
from molgen.errors import InputError
from molgen.models.pose_flow.data import POOL, Augmentation, PoseBatch, PoseDataset, cluster_weights, collate

ELEMENT = list(POCKET_COLUMNS).index("element")
STILL = Augmentation(draws=2, jitter=0.0, protein_noise=0.0, ligand_noise=0.05, pocket_radius=30.0)
NOISY = Augmentation(draws=2, jitter=2.0, protein_noise=0.1, ligand_noise=0.05, pocket_radius=9.0)
SPHERE = 4.0  # Angstrom; the nearest that an atom of these pockets is to the centroid of its ligand


@pytest.fixture(scope="module")
def data() -> DockingSet:
    names = ("CCOC(=O)CN", "CCO", "C[C@H](O)CCl", "c1ccccc1", "CC(C)CO")
    rng = np.random.default_rng(0)
    return prepared_set([placed(name, 50 * rng.normal(size=3), f"c{k % 3}") for k, name in enumerate(names)])


def taken(stream: PoseDataset, count: int) -> list[PoseBatch]:
    return list(islice(stream, count))


def same(first: PoseBatch, second: PoseBatch) -> bool:
    return all(
        torch.equal(getattr(a, field.name), getattr(b, field.name))
        for a, b in ((first.graph, second.graph), (first.pocket, second.pocket))
        for field in fields(a)
    ) and torch.equal(first.positions, second.positions)


def test_the_seed_decides_the_stream(data):
    first, again, other = (taken(PoseDataset([data], [1.0], 3, NOISY, seed), 3) for seed in (1, 1, 2))
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not any(same(a, b) for a, b in zip(first, other, strict=True))
    assert not same(first[0], first[1])


@pytest.mark.parametrize("start", [1, POOL - 1, POOL, POOL + 3])
def test_a_stream_can_begin_anywhere(data, start):
    whole = taken(PoseDataset([data], [1.0], 2, NOISY, 7), start + 3)
    part = taken(PoseDataset([data], [1.0], 2, NOISY, 7, start=start), 3)
    assert all(same(a, b) for a, b in zip(whole[start:], part, strict=True))


def test_sources_are_drawn_by_their_shares(data):
    marked = replace(data, proteins=tuple(replace(p, atoms=np.full_like(p.atoms, 1)) for p in data.proteins))
    batches = taken(PoseDataset([data, marked], [1.0, 3.0], 8, NOISY, 0), 2 * POOL)
    from_marked = [bool((b.pocket.atoms[row][b.pocket.mask[row]] == 1).all()) for b in batches for row in range(8)]
    assert np.mean(from_marked) == pytest.approx(0.75, abs=0.12)
    only = taken(PoseDataset([data, marked], [1.0, 0.0], 8, NOISY, 0), POOL)
    assert not any((b.pocket.atoms[row][b.pocket.mask[row]] == 1).all() for b in only for row in range(8))


def test_clusters_count_by_the_root_of_their_members(data):
    weights = cluster_weights(data)  # c0 and c1 have two members, c2 has one
    assert weights.sum() == pytest.approx(1.0)
    assert weights[[0, 1, 3, 4]] == pytest.approx(weights[2] / np.sqrt(2))


def test_a_batch_holds_ligands_of_similar_size(data):
    batches = taken(PoseDataset([data], [1.0], 4, NOISY, 0), POOL)
    ranges = sorted((int(b.graph.atom_mask.sum(1).min()), int(b.graph.atom_mask.sum(1).max())) for b in batches)
    assert all(first[1] <= second[0] for first, second in pairwise(ranges))
    assert ranges[0][0] < ranges[-1][1]
    sizes = [b.graph.atoms.shape[1] for b in batches]
    assert sizes != sorted(sizes)


def test_a_batch_is_the_complex_turned_about_its_center(data):
    """All distances within and between ligand and pocket are those that were stored; so is the handedness."""
    batch = collate([(data, 0), (data, 2)], STILL, np.random.default_rng(3))
    turns = []
    for row, index in enumerate((0, 2)):
        example = data.examples[index]
        stored = np.concatenate([example.positions * 0.01, pocket_of(data.proteins[example.protein]).positions])
        n = len(example.positions)
        made = np.concatenate([batch.positions[row, :n], batch.pocket.positions[row][batch.pocket.mask[row]]])
        stored = stored - stored[:n].mean(0)
        turn, *_ = np.linalg.lstsq(stored, made, rcond=None)
        np.testing.assert_allclose(stored @ turn, made, atol=1e-4)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-5)
        assert np.linalg.det(turn) == pytest.approx(1.0, abs=1e-5)
        turns.append(turn)
        assert batch.graph.atom_mask[row].sum() == n
        assert (batch.positions[row, n:] == 0).all()
    assert np.abs(turns[0] - turns[1]).max() > 0.1
    assert (batch.draws, batch.ligand_noise) == (2, 0.05)


def test_turns_are_proper_and_spread_over_all_orientations(data):
    rng = np.random.default_rng(0)
    ways = []
    for _ in range(400):
        positions = collate([(data, 2)], STILL, rng).positions[0].double().numpy()
        frame = positions[[1, 2, 3]] - positions[0]
        ways.append((frame[0] / np.linalg.norm(frame[0]), np.linalg.det(frame)))
    assert len({np.sign(hand) for _, hand in ways}) == 1
    axes = np.array([way for way, _ in ways])
    assert np.abs(axes.mean(0)).max() < 0.15
    assert np.abs(axes.T @ axes / len(axes) - np.eye(3) / 3).max() < 0.08


def test_jitter_moves_the_center_of_the_pocket_off_the_ligand(data):
    rng = np.random.default_rng(0)
    centerd = collate([(data, 0)], STILL, rng)
    assert centerd.positions[0].mean(0).abs().max() < 1e-4
    jittered = replace(STILL, jitter=2.0)
    batches = [collate([(data, 0)], jittered, rng) for _ in range(300)]
    centers = np.array([b.positions[0].mean(0).numpy() for b in batches])
    assert centers.std() == pytest.approx(2.0, rel=0.12)
    for batch, center in zip(batches[:20], centers, strict=False):  # the pocket moves along
        away = np.linalg.norm(batch.pocket.positions[0].numpy() - center, axis=1)
        assert away.min() > SPHERE - 0.02


def test_the_pocket_is_cut_around_the_jittered_center(data):
    """Whole complexes lie within 30 Angstrom; the cut keeps what is near the origin of the batch."""
    rng = np.random.default_rng(5)
    counts = set()
    for _ in range(20):
        seed = int(rng.integers(1 << 30))
        cut = replace(STILL, jitter=2.0, pocket_radius=7.0)
        near = collate([(data, 0)], cut, np.random.default_rng(seed)).pocket
        whole = collate([(data, 0)], replace(cut, pocket_radius=30.0), np.random.default_rng(seed)).pocket
        inside = whole.positions[0].norm(dim=-1) < 7.0
        assert torch.equal(near.positions[near.mask], whole.positions[0][inside])
        counts.add(int(inside.sum()))
    assert len(counts) > 3


def test_protein_noise_moves_the_pocket_and_not_the_ligand(data):
    shaken = replace(STILL, protein_noise=0.3)
    quiet, noisy = (collate([(data, 0)], chosen, np.random.default_rng(1)) for chosen in (STILL, shaken))
    assert torch.equal(quiet.positions, noisy.positions)
    assert float((quiet.pocket.positions - noisy.pocket.positions).std()) == pytest.approx(0.3, rel=0.2)


def test_excluded_residues_are_never_in_the_pocket():
    ligands = [placed("CCOC", (30.0, 0, 0), "a", (2, 4)), placed("CCO", (0, 9.0, 0), "b", (0, 0))]
    data = prepared_set(ligands)
    proteins = []
    for protein, (first, last) in zip(data.proteins, ((2, 4), (0, 0)), strict=True):
        atoms = protein.atoms.copy()
        inside = (protein.residue >= first) & (protein.residue <= last)
        assert inside.sum() == 5 * (last - first + 1)
        atoms[:, ELEMENT] = np.where(inside, 7, 1)
        proteins.append(replace(protein, atoms=atoms))
    marked = replace(data, proteins=tuple(proteins))
    kept_in = replace(marked, examples=tuple(replace(e, excluded=(-1, -1)) for e in marked.examples))

    def seen(source: DockingSet) -> set[int]:
        batches = taken(PoseDataset([source], [1.0], 4, replace(NOISY, pocket_radius=30.0), 0), 6)
        return {int(k) for b in batches for k in b.pocket.atoms[..., ELEMENT][b.pocket.mask]}

    assert seen(marked) == {1}
    assert seen(kept_in) == {1, 7}


def test_a_ligand_without_an_atom_of_the_receptor_near_is_no_error(data):
    batch = collate([(data, 0)], replace(STILL, pocket_radius=1.0), np.random.default_rng(0))
    assert not batch.pocket.mask.any()


def test_a_source_without_examples_is_refused(data):
    with pytest.raises(InputError, match="no example"):
        PoseDataset([data, replace(data, examples=())], [1.0, 1.0], 2, NOISY, 0)
