"""Labeled decoys on disk: what is written comes back, everything else is an InputError that names the file."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from small_molecules import graph_of

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.records.complexes import PlacedLigand
from molgen.datasets.records.decoys import LabeledPoses, encode_decoys, load_decoys
from molgen.datasets.records.stored_proteins import stored_protein

MIDDLE = np.array([40.0, -20.0, 300.0])


def item(smiles: str, count: int, seed: int) -> LabeledPoses:
    """Random poses near a random pocket of 50 atoms."""
    rng = np.random.default_rng(seed)
    graph = graph_of(smiles)
    positions = MIDDLE + 2 * rng.normal(size=(count, graph.n_atoms, 3))
    place = MIDDLE + 4 * rng.normal(size=(50, 3))
    pocket = PocketAtoms(rng.integers(0, 2, (50, 6)).astype(np.uint8), place, np.arange(50, dtype=np.int32))
    order = np.arange(graph.n_atoms, dtype=np.uint8)[None]
    ligand = PlacedLigand(graph, order, positions[0], (-1, -1), f"cluster {seed}", f"é {smiles}")
    protein = stored_protein(pocket, positions.reshape(-1, 3), 20.0)
    energies, rmsds = rng.normal(size=count) - 5, rng.uniform(0, 9, size=count)
    return LabeledPoses(protein, ligand, positions, energies, rmsds, count - 1)


ITEMS = [item("CCOC(=O)CN", 5, 1), item("O", 1, 2), item("CCOC(=O)CN", 3, 3)]


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "part-000.safetensors"
    path.write_bytes(encode_decoys(ITEMS, "somewhere"))
    return path


def test_poses_come_back_as_they_were_written(part):
    found, sources = load_decoys([part])
    assert sources == ["somewhere"]
    assert [len(entry.energies) for entry in found] == [5, 1, 3]
    for entry, poses in zip(found, ITEMS, strict=True):
        ligand = poses.ligand
        assert (entry.cluster, entry.name) == (ligand.cluster, ligand.name)
        for field in fields(ligand.graph):
            assert np.array_equal(getattr(entry.graph, field.name), getattr(ligand.graph, field.name))
        assert np.abs(entry.positions + poses.protein.origin - poses.positions).max() < 0.00502
        assert np.allclose(entry.energies, poses.energies, atol=1e-6)
        assert np.allclose(entry.rmsds, poses.rmsds, atol=1e-6)
        assert entry.positions.dtype == entry.energies.dtype == entry.rmsds.dtype == np.float32


def test_poses_and_pocket_share_a_frame(part):
    for entry, poses in zip(load_decoys([part])[0], ITEMS, strict=True):
        place = poses.protein.positions * 0.01 + poses.protein.origin
        expected = np.linalg.norm(place[:, None] - poses.positions[0], axis=-1)
        found = np.linalg.norm(entry.pocket.positions[:, None] - entry.positions[0], axis=-1)
        assert np.abs(found - expected).max() < 0.02
        assert np.array_equal(entry.pocket.atoms, poses.protein.atoms)


def test_what_the_pose_model_says_comes_back_for_the_poses_it_was_asked_about(tmp_path):
    said = np.arange(15.0).reshape(5, 3)
    said[4] = np.nan
    path = tmp_path / "part-000.safetensors"
    path.write_bytes(encode_decoys([replace(ITEMS[0], support=said), ITEMS[1]], "somewhere"))
    asked, other = load_decoys([path])[0]
    assert np.array_equal(asked.support, said.astype(np.float32), equal_nan=True)
    assert np.array_equal(asked.found().pick(np.array([2, 0])).support, said[[2, 0]])
    assert other.support is None


def test_overlaps_with_known_ligands_come_back_where_there_are_any(tmp_path):
    overlap = np.array([0.5, 0.25, 0.0, 1.5, 0.125])
    path = tmp_path / "part-000.safetensors"
    path.write_bytes(encode_decoys([replace(ITEMS[0], known=overlap), ITEMS[1]], "somewhere"))
    with_known, other = load_decoys([path])[0]
    assert np.array_equal(with_known.known, overlap)
    assert np.array_equal(with_known.found().pick(np.array([3, 0])).known, [1.5, 0.5])
    assert other.known is None


def test_gaps_are_measured_from_the_best_pose(part):
    gaps = load_decoys([part])[0][0].gaps
    assert gaps.min() == 0
    assert np.allclose(np.diff(gaps), np.diff(ITEMS[0].energies), atol=1e-5)


def test_several_parts_are_read_one_after_the_other(part):
    other = part.with_name("part-001.safetensors")
    other.write_bytes(encode_decoys(ITEMS[1:2], "elsewhere"))
    names = [item.ligand.name for item in ITEMS]
    records, sources = load_decoys([other, part])
    assert [record.name for record in records] == [names[1], *names]
    assert [sources[record.source] for record in records] == ["elsewhere", *["somewhere"] * 3]
