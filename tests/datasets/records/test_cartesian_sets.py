"""Prepared coordinates on disk: what is written comes back, everything else is an InputError."""

from dataclasses import replace

import numpy as np
import pytest
from small_cartesian import cartesian_entry_of

from molgen.datasets.records.cartesian import encode_cartesian, load_cartesian
from molgen.errors import InputError

RECORDS = [cartesian_entry_of("C[C@H](O)C(=O)O", 3), cartesian_entry_of("C/C=C/Cl", 1), cartesian_entry_of("O", 2)]


def stored(tmp_path, records):
    path = tmp_path / "part-00000.safetensors"
    path.write_bytes(encode_cartesian(records, "structures.sdf"))
    return path


def test_records_come_back_as_they_were_written(tmp_path):
    found, sources = load_cartesian([stored(tmp_path, RECORDS)])
    assert sources == ["structures.sdf"]
    for record, expected in zip(found, RECORDS, strict=True):
        assert np.array_equal(record.positions, expected.positions)
        assert np.array_equal(record.placed, expected.placed)
        assert np.array_equal(record.graph.atoms, expected.graph.atoms)
        assert np.array_equal(record.marks.chiral, expected.marks.chiral)
        assert np.array_equal(record.marks.double_bonds, expected.marks.double_bonds)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, marks=replace(r.marks, chiral=r.marks.chiral + 40)),
        lambda r: replace(r, marks=replace(r.marks, chiral=r.marks.chiral - 40)),
        lambda r: replace(r, placed=r.placed[:-1]),
        lambda r: replace(r, positions=r.positions[:0]),
        lambda r: replace(r, graph=replace(r.graph, bond_index=r.graph.bond_index + 40)),
    ],
    ids=["a center outside", "a negative center", "placed of other atoms", "no structure", "a bond outside"],
)
def test_a_damaged_part_is_refused_by_name(tmp_path, change):
    path = stored(tmp_path, [change(RECORDS[0])])
    with pytest.raises(InputError, match=path.name):
        load_cartesian([path])
