"""Prepared conformers on disk: what is written comes back, everything else is an InputError."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from small_molecules import entry_of

from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.conformers import ConformerRecord, encode_conformers, load_conformers

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
