"""Prepared conformers on disk: what is written comes back, everything else is an InputError."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from small_molecules import entry_of

from molgen.datasets.conformers import FORMAT, ConformerRecord, encode_conformers, load_conformers
from molgen.datasets.part_files import find_parts
from molgen.errors import InputError

RECORDS = [entry_of("CCOC(=O)CN", 3), entry_of("c1ccccc1", 1), entry_of("O", 2), entry_of("CC#CC(F)CO", 2)]


def assert_same(first: ConformerRecord, second: ConformerRecord) -> None:
    for name in ("positions", "weights", "permutations"):
        a, b = getattr(first, name), getattr(second, name)
        assert a.dtype == b.dtype
        assert np.array_equal(a, b)
    for field in fields(first.graph):
        a, b = getattr(first.graph, field.name), getattr(second.graph, field.name)
        assert (a.dtype, a.shape) == (b.dtype, b.shape), field.name
        assert np.array_equal(a, b), field.name


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "part-00000.safetensors"
    path.write_bytes(encode_conformers(RECORDS, "molecules.smi"))
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_conformers([path])
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_records_come_back_as_they_were_written(part):
    found, sources = load_conformers([part])
    assert sources == ["molecules.smi"]
    assert len(found) == len(RECORDS)
    for record, expected in zip(found, RECORDS, strict=True):
        assert_same(record, expected)


@pytest.mark.parametrize("record", RECORDS, ids=["ester", "benzene", "water", "alkyne"])
def test_a_record_alone_comes_back_as_it_was_written(tmp_path, record):
    path = tmp_path / "one.safetensors"
    path.write_bytes(encode_conformers([record], "x"))
    assert_same(load_conformers([path])[0][0], record)


def test_several_symmetries_come_back(tmp_path):
    benzene = RECORDS[1]
    turned = np.array([np.roll(np.arange(6), k) for k in range(6)], dtype=np.uint8)
    path = tmp_path / "one.safetensors"
    path.write_bytes(encode_conformers([replace(benzene, permutations=turned), RECORDS[0]], "x"))
    found, _ = load_conformers([path])
    assert np.array_equal(found[0].permutations, turned)
    assert_same(found[1], RECORDS[0])


def test_every_record_knows_its_source(tmp_path):
    for name, source in (("a", "first.smi"), ("b", "second.sdf"), ("c", "first.smi")):
        (tmp_path / f"{name}.safetensors").write_bytes(encode_conformers(RECORDS[:2], source))
    records, sources = load_conformers(find_parts(tmp_path))
    assert [sources[e.source] for e in records] == ["first.smi"] * 2 + ["second.sdf"] * 2 + ["first.smi"] * 2


def test_part_files_are_sorted_and_a_file_stands_for_itself(part):
    (part.parent / "deeper").mkdir()
    second = part.parent / "deeper" / "part-00001.safetensors"
    second.write_bytes(part.read_bytes())
    (part.parent / "failures.csv").write_text("")
    assert find_parts(part.parent) == sorted([part, second])
    assert find_parts(part) == [part]


def test_an_empty_folder_holds_no_conformers(tmp_path):
    with pytest.raises(InputError, match="no prepared set"):
        find_parts(tmp_path)


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_part_is_refused(part, keep):
    part.write_bytes(part.read_bytes()[:keep])
    assert "cannot be read" in refused(part)


def test_a_missing_part_is_refused(tmp_path):
    assert "no such file" in refused(tmp_path / "none.safetensors")


def test_another_kind_of_file_is_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file({"a": np.ones(2)}, path)
    assert FORMAT.name in refused(path)


def test_a_part_without_one_of_its_arrays_is_refused(part):
    arrays = load_file(part)
    del arrays["torsions"]
    save_file(arrays, part, metadata={"format": FORMAT.name, "source": "x"})
    assert "torsions" in refused(part)


def test_a_part_without_its_source_is_refused(part):
    save_file(load_file(part), part, metadata={"format": FORMAT.name})
    refused(part)
