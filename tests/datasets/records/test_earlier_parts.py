"""Parts that the first version wrote are read, and what is read is written the same again."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from molgen.datasets.records.complexes import encode_complexes, load_complexes
from molgen.datasets.records.conformers import encode_conformers, load_conformers
from molgen.datasets.records.decoys import load_decoys
from molgen.datasets.records.trajectories import encode_trajectories, load_trajectories

EARLIER = Path(__file__).parent / "earlier"
FORMATS = {
    "conformers": (load_conformers, encode_conformers, "molecules.smi", 4),
    "trajectories": (load_trajectories, encode_trajectories, "molecules.smi", 3),
    "complexes": (load_complexes, encode_complexes, "somewhere", 4),
}


def metadata(path: Path) -> dict[str, str]:
    with safe_open(path, framework="numpy") as file:
        return file.metadata()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_part_is_written_again_as_it_was(kind, tmp_path):
    load, encode, source, count = FORMATS[kind]
    earlier, again = EARLIER / f"{kind}.safetensors", tmp_path / "again.safetensors"
    records, sources = load([earlier])
    assert (sources, len(records)) == ([source], count)
    again.write_bytes(encode(records, source))
    assert metadata(again) == metadata(earlier)
    old, new = load_file(earlier), load_file(again)
    assert old.keys() == new.keys()
    for name, array in old.items():
        assert (array.dtype, array.shape, array.tobytes()) == (new[name].dtype, new[name].shape, new[name].tobytes())


def test_decoys_are_read():
    records, sources = load_decoys([EARLIER / "decoys.safetensors"])
    assert sources == ["somewhere"]
    assert [(record.name, len(record.positions), record.searched) for record in records] == [
        ("é CCOC(=O)CN", 5, 4),
        ("é O", 1, 0),
        ("é CCOC(=O)CN", 3, 2),
    ]
    assert all(np.isfinite(record.energies).all() and len(record.pocket) == 50 for record in records)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_bytes_of_a_part_do_not_vary(kind):
    load, encode, source, _ = FORMATS[kind]
    records, _ = load([EARLIER / f"{kind}.safetensors"])
    data = encode(records, source)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert list(header["__metadata__"]) == ["count", "format", "source"]
    assert all(encode(records, source) == data for _ in range(5))
