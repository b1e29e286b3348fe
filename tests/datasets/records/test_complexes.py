"""Prepared docking sets on disk: what is written comes back, everything else is an InputError."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from small_molecules import graph_of

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.records.complexes import (
    ComplexRecord,
    PlacedLigand,
    complex_record,
    encode_complexes,
    load_complexes,
)
from molgen.datasets.records.stored_proteins import pocket_of, stored_protein
from molgen.errors import InputError


def pocket(count: int, seed: int) -> PocketAtoms:
    rng = np.random.default_rng(seed)
    atoms = rng.integers(0, 2, size=(count, 6)).astype(np.uint8)
    return PocketAtoms(atoms, 10 * rng.normal(size=(count, 3)) + 40, np.arange(count, dtype=np.int32) // 5)


def placed(smiles: str, seed: int, excluded=(-1, -1), cluster="c1") -> PlacedLigand:
    graph = graph_of(smiles)
    positions = np.random.default_rng(seed).normal(size=(graph.n_atoms, 3)) + 40
    order = np.arange(graph.n_atoms, dtype=np.uint8)
    return PlacedLigand(graph, np.stack([order, order[::-1]]), positions, excluded, cluster, f"é {smiles}:{seed}")


def example_records() -> list[ComplexRecord]:
    first = [placed("CCOC(=O)CN", 1), placed("O", 2, (2, 4)), placed("CCOC(=O)CN", 3, cluster="c2")]
    second = [placed("CC#CC(F)CO", 4, (0, 0))]
    records = []
    for seed, ligands in enumerate((first, second)):
        points = np.concatenate([ligand.positions for ligand in ligands])
        protein = stored_protein(pocket(60, seed), points, 30.0)
        records += [complex_record(protein, ligand) for ligand in ligands]
    return records


def assert_same(first, second) -> None:
    """Records that are equal array by array, with shapes and types."""
    for field in fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        if isinstance(a, np.ndarray):
            assert (a.dtype, a.shape) == (b.dtype, b.shape), field.name
            assert np.array_equal(a, b), field.name
        elif is_dataclass(a):
            assert_same(a, b)
        else:
            assert a == b, field.name


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "part-000.safetensors"
    path.write_bytes(encode_complexes(example_records(), "somewhere"))
    return path


def test_a_set_comes_back_as_it_was_written(part):
    (records, sources), expected = load_complexes([part]), example_records()
    assert sources == ["somewhere"]
    assert len(records) == len(expected) == 4
    for a, b in zip(records, expected, strict=True):
        assert_same(a, b)


def test_proteins_and_equal_graphs_are_stored_once(part):
    arrays = load_file(part)
    assert len(arrays["graph.atoms_rows"]) == 3
    assert arrays["example.numbers"][:, :2].tolist() == [[0, 0], [0, 1], [0, 0], [1, 2]]
    first, _, third, other = load_complexes([part])[0]
    assert first.graph is third.graph
    assert first.protein is third.protein
    assert other.protein is not first.protein


def test_positions_are_kept_to_a_hundredth_of_an_angstrom():
    record, ligand = example_records()[1], placed("O", 2)
    protein = record.protein
    assert np.abs(record.positions + protein.origin - ligand.positions).max() < 0.00501
    whole = pocket(60, 0)
    kept = pocket_of(protein)
    near = [np.abs(whole.positions - point).max(1).min() for point in kept.positions + protein.origin]
    assert max(near) < 0.00501
    assert kept.positions.dtype == np.float64


def test_several_parts_are_one_set(part):
    other = part.with_name("part-001.safetensors")
    other.write_bytes(encode_complexes(example_records(), "elsewhere"))
    records, sources = load_complexes([part, other])
    assert sources == ["somewhere", "elsewhere"]
    for old, new in zip(records[:4], records[4:], strict=True):
        assert_same(replace(new, source=0), old)
        assert (old.source, new.source) == (0, 1)


def test_excluded_residues_are_not_in_the_pocket():
    protein = example_records()[0].protein
    everything, rest = pocket_of(protein), pocket_of(protein, (2, 4))
    assert set(everything.residue) - set(rest.residue) == {2, 3, 4}
    assert len(everything) - len(rest) == np.isin(protein.residue, (2, 3, 4)).sum()
    outside = ~np.isin(everything.residue, (2, 3, 4))
    assert np.array_equal(everything.positions[outside], rest.positions)
    assert np.array_equal(everything.atoms[outside], rest.atoms)


def test_the_first_residue_can_be_excluded():
    protein = example_records()[3].protein
    assert 0 in pocket_of(protein).residue
    assert 0 not in pocket_of(protein, (0, 0)).residue


def test_atoms_far_from_all_ligands_are_not_stored():
    whole, points = pocket(200, 5), np.array([[40.0, 40, 40], [50, 40, 40]])
    kept = stored_protein(whole, points, 9.0)
    distance = np.linalg.norm(whole.positions[:, None] - points, axis=-1).min(1)
    assert len(kept.atoms) == (distance < 9).sum() < 200
    assert np.array_equal(kept.residue, whole.residue[distance < 9])


def test_what_sixteen_bits_do_not_hold_is_refused_or_cropped():
    ends = np.array([[0.0, 0, 0], [700, 0, 0]])
    far = replace(placed("CC", 1), positions=ends)
    protein = stored_protein(PocketAtoms(np.zeros((2, 6), np.uint8), ends, np.zeros(2, np.int32)), ends, 20.0)
    assert len(protein.atoms) == 0
    with pytest.raises(InputError, match="328 Angstrom"):
        complex_record(protein, far)


def test_a_part_without_records_comes_back(tmp_path):
    path = tmp_path / "none.safetensors"
    path.write_bytes(encode_complexes([], "x"))
    assert load_complexes([path]) == ([], ["x"])
