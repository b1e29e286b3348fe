"""Part files of every format: damaged, of another format or with arrays that disagree, they are an InputError."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from molgen.datasets.parts.part_files import find_parts, join_rows, pack_texts, source_names, split_rows, unpack_texts
from molgen.datasets.records import complexes, conformers, decoys, trajectories
from molgen.errors import InputError

EARLIER = Path(__file__).parents[1] / "records" / "earlier"
FORMATS = {
    "conformers": (conformers.FORMAT, conformers.load_conformers),
    "trajectories": (trajectories.FORMAT, trajectories.load_trajectories),
    "complexes": (complexes.FORMAT, complexes.load_complexes),
    "decoys": (decoys.FORMAT, decoys.load_decoys),
}
ARRAYS = [(kind, name) for kind in FORMATS for name in sorted(load_file(EARLIER / f"{kind}.safetensors"))]


def refused(kind: str, path: Path) -> str:
    """Why a file is refused, in one line that names it."""
    with pytest.raises(InputError) as caught:
        FORMATS[kind][1]([path])
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def with_arrays(kind: str, path: Path, arrays: dict[str, np.ndarray], **metadata: str) -> Path:
    """A part of a format with other arrays."""
    save_file(arrays, path, metadata={"format": FORMATS[kind][0].name, "source": "x"} | metadata)
    return path


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_part_is_refused(kind, keep, tmp_path):
    path = tmp_path / "part.safetensors"
    path.write_bytes((EARLIER / f"{kind}.safetensors").read_bytes()[:keep])
    assert "cannot be read" in refused(kind, path)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_no_file_of_the_format_is_refused(kind, tmp_path):
    assert "no such file" in refused(kind, tmp_path / "none.safetensors")
    other = next(name for name in FORMATS if name != kind)
    assert FORMATS[kind][0].name in refused(kind, EARLIER / f"{other}.safetensors")
    arrays = load_file(EARLIER / f"{kind}.safetensors")
    path = tmp_path / "part.safetensors"
    save_file(arrays, path, metadata={"format": FORMATS[kind][0].name})
    assert "does not state its source" in refused(kind, path)
    os.mkfifo(tmp_path / "pipe")
    assert "is a pipe" in refused(kind, tmp_path / "pipe")


@pytest.mark.parametrize(("kind", "name"), ARRAYS)
def test_a_part_without_one_of_its_arrays_is_refused(kind, name, tmp_path):
    arrays = load_file(EARLIER / f"{kind}.safetensors")
    del arrays[name]
    assert "lacks arrays" in refused(kind, with_arrays(kind, tmp_path / "part.safetensors", arrays))


@pytest.mark.parametrize(("kind", "name"), ARRAYS)
def test_a_part_whose_arrays_disagree_is_refused(kind, name, tmp_path):
    arrays = load_file(EARLIER / f"{kind}.safetensors")
    path = tmp_path / "part.safetensors"
    assert "sizes disagree" in refused(kind, with_arrays(kind, path, arrays | {name: arrays[name][:-1]}))
    if name.endswith("_rows"):
        moved = arrays[name].copy()
        moved[0] += 1
        assert "sizes disagree" in refused(kind, with_arrays(kind, path, arrays | {name: moved}))
        moved[0], moved[-1] = -1, moved[-1] + moved[0] + 1
        assert "sizes disagree" in refused(kind, with_arrays(kind, path, arrays | {name: moved}))


@pytest.mark.parametrize("kind", FORMATS)
def test_parts_are_read_without_rdkit_and_biopython(kind):
    module, load = FORMATS[kind][1].__module__, FORMATS[kind][1].__name__
    program = f"""
import sys
from pathlib import Path
for name in ("rdkit", "Bio"):
    sys.modules[name] = None
from {module} import {load}
print(len({load}([Path({str(EARLIER / f"{kind}.safetensors")!r})])[0]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert int(done.stdout or -1) > 0, done.stderr


def test_parts_are_sorted_and_a_file_stands_for_itself(tmp_path):
    (tmp_path / "deeper").mkdir()
    paths = [tmp_path / name for name in ("part-1.safetensors", "deeper/part-0.safetensors", "a.safetensors")]
    for path in (*paths, tmp_path / "failures.csv"):
        path.write_bytes(b"")
    assert find_parts(tmp_path) == sorted(paths)
    assert find_parts(str(paths[0])) == [paths[0]]


def test_a_folder_without_parts_is_refused(tmp_path):
    with pytest.raises(InputError, match="no prepared set"):
        find_parts(tmp_path)


def test_the_sources_of_parts_are_known_without_reading_them(tmp_path):
    arrays = {"a": np.ones(1)}
    paths = [tmp_path / name for name in "abc"]
    for path, source in zip(paths, ("first", "second", "first"), strict=True):
        save_file(arrays, path, metadata={"format": "any", "source": source})
    assert source_names(paths) == ["first", "second"]


def test_rows_that_are_joined_come_apart_again():
    records = [{"a": np.arange(6).reshape(3, 2), "b": np.ones(0)}, {"a": np.zeros((0, 2), int), "b": np.ones(2)}]
    arrays = join_rows(records, ("a", "b"), "x.")
    assert set(arrays) == {"x.a", "x.a_rows", "x.b", "x.b_rows"}
    found = split_rows(arrays, ("a", "b"), "x.")
    assert all(
        np.array_equal(one[name], other[name]) for one, other in zip(found, records, strict=True) for name in "ab"
    )
    assert split_rows(join_rows([], ("a",)), ("a",)) == []


def test_texts_come_back_and_what_is_no_list_is_refused():
    assert unpack_texts(pack_texts(["é", "", 'a"b'])) == ["é", "", 'a"b']
    with pytest.raises(ValueError, match="not a list"):
        unpack_texts(np.frombuffer(b'{"a": 1}', dtype=np.uint8))
