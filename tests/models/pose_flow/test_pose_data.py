"""Batches of ligands in pockets: what is drawn anew each time."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_pockets import placed, prepared_set

from molgen.chem.features.pocket_features import POCKET_COLUMNS
from molgen.datasets.records.complexes import ComplexRecord
from molgen.models.pose_flow.data import Augmentation, PoseBatch, collate_poses

ELEMENT = list(POCKET_COLUMNS).index("element")
STILL = Augmentation(draws=2, jitter=0.0, protein_noise=0.0, ligand_noise=0.05, pocket_radius=30.0)
NOISY = Augmentation(draws=2, jitter=2.0, protein_noise=0.1, ligand_noise=0.05, pocket_radius=9.0)
SPHERE = 4.0  # Angstrom; the nearest that an atom of these pockets is to the centroid of its ligand


@pytest.fixture(scope="module")
def data() -> list[ComplexRecord]:
    names = ("CCOC(=O)CN", "CCO", "C[C@H](O)CCl", "c1ccccc1", "CC(C)CO")
    rng = np.random.default_rng(0)
    return prepared_set([placed(name, 50 * rng.normal(size=3), f"c{k % 3}") for k, name in enumerate(names)])


def collate(records: list[ComplexRecord], augmentation: Augmentation, rng: np.random.Generator) -> PoseBatch:
    drawn = collate_poses(records, rng, augmentation)
    return PoseBatch.padded(drawn, augmentation.draws, augmentation.ligand_noise)


def test_a_batch_is_the_complex_turned_about_its_center(data):
    """All distances within and between ligand and pocket are those that were stored; so is the handedness."""
    batch = collate([data[0], data[2]], STILL, np.random.default_rng(3))
    turns = []
    for row, index in enumerate((0, 2)):
        record = data[index]
        stored = np.concatenate([record.positions, record.pocket.positions])
        n = record.graph.n_atoms
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


def test_turns_are_proper_and_spread_over_all_orientations(data):
    rng = np.random.default_rng(0)
    ways = []
    for _ in range(400):
        positions = collate([data[2]], STILL, rng).positions[0].double().numpy()
        frame = positions[[1, 2, 3]] - positions[0]
        ways.append((frame[0] / np.linalg.norm(frame[0]), np.linalg.det(frame)))
    assert len({np.sign(hand) for _, hand in ways}) == 1
    axes = np.array([way for way, _ in ways])
    assert np.abs(axes.mean(0)).max() < 0.15
    assert np.abs(axes.T @ axes / len(axes) - np.eye(3) / 3).max() < 0.08


def test_jitter_moves_the_center_of_the_pocket_off_the_ligand(data):
    rng = np.random.default_rng(0)
    centered = collate([data[0]], STILL, rng)
    assert centered.positions[0].mean(0).abs().max() < 1e-4
    jittered = replace(STILL, jitter=2.0)
    batches = [collate([data[0]], jittered, rng) for _ in range(300)]
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
        near = collate([data[0]], cut, np.random.default_rng(seed)).pocket
        whole = collate([data[0]], replace(cut, pocket_radius=30.0), np.random.default_rng(seed)).pocket
        inside = whole.positions[0].norm(dim=-1) < 7.0
        assert torch.equal(near.positions[near.mask], whole.positions[0][inside])
        counts.add(int(inside.sum()))
    assert len(counts) > 3


def test_protein_noise_moves_the_pocket_and_not_the_ligand(data):
    shaken = replace(STILL, protein_noise=0.3)
    quiet, noisy = (collate([data[0]], chosen, np.random.default_rng(1)) for chosen in (STILL, shaken))
    assert torch.equal(quiet.positions, noisy.positions)
    assert float((quiet.pocket.positions - noisy.pocket.positions).std()) == pytest.approx(0.3, rel=0.2)


def test_excluded_residues_are_never_in_the_pocket():
    ligands = [placed("CCOC", (30.0, 0, 0), "a", (2, 4)), placed("CCO", (0, 9.0, 0), "b", (0, 0))]
    marked = []
    for record, (first, last) in zip(prepared_set(ligands), ((2, 4), (0, 0)), strict=True):
        protein, atoms = record.protein, record.protein.atoms.copy()
        inside = (protein.residue >= first) & (protein.residue <= last)
        assert inside.sum() == 5 * (last - first + 1)
        atoms[:, ELEMENT] = np.where(inside, 7, 1)
        marked.append(replace(record, protein=replace(protein, atoms=atoms)))
    kept_in = [replace(record, excluded=(-1, -1)) for record in marked]

    def seen(records: list[ComplexRecord]) -> set[int]:
        rng = np.random.default_rng(0)
        batches = [collate(records, replace(NOISY, pocket_radius=30.0), rng) for _ in range(6)]
        return {int(k) for b in batches for k in b.pocket.atoms[..., ELEMENT][b.pocket.mask]}

    assert seen(marked) == {1}
    assert seen(kept_in) == {1, 7}


def test_a_ligand_without_an_atom_of_the_receptor_near_is_no_error(data):
    batch = collate([data[0]], replace(STILL, pocket_radius=1.0), np.random.default_rng(0))
    assert not batch.pocket.mask.any()
