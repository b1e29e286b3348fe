"""Compressed files read like plain ones, and damaged ones are named in one line."""

import bz2
import gzip
import lzma

import pyarrow
import pytest

from molgen.chem.formats.compression import plain_name
from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError

TEXT = b"CCO ethanol\nCN methylamine\n"
PACKED = {
    ".gz": gzip.compress(TEXT),
    ".bz2": bz2.compress(TEXT),
    ".xz": lzma.compress(TEXT),
    ".zst": pyarrow.compress(TEXT, codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("suffix", PACKED)
def test_a_compressed_file_reads_like_a_plain_one(tmp_path, suffix):
    path = tmp_path / f"a.smi{suffix.upper()}"
    path.write_bytes(PACKED[suffix])
    assert [record.name for record in read_molecules(path)] == ["ethanol", "methylamine"]
    assert plain_name(path) == "a.smi"


@pytest.mark.parametrize("suffix", PACKED)
def test_a_compressed_file_with_a_plain_name_is_told_by_its_first_bytes(tmp_path, suffix):
    path = tmp_path / "a.smi"
    path.write_bytes(PACKED[suffix])
    assert [record.name for record in read_molecules(path)] == ["ethanol", "methylamine"]


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: TEXT])
def test_a_damaged_file_is_one_clear_error(tmp_path, suffix, damage):
    path = tmp_path / f"a.smi{suffix}"
    path.write_bytes(damage(PACKED[suffix]))
    try:
        records = list(read_molecules(path))
    except InputError as error:
        reason = str(error)
    else:
        reason = records[-1].error or ""
    assert "damaged" in reason
    assert len(reason.splitlines()) == 1
