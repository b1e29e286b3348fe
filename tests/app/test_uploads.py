"""Uploads are kept under ids of ours; names that lead elsewhere, bombs and other kinds of files are refused."""

import gzip

import pytest

from molgen.app.uploads import Uploads, safe_name
from molgen.errors import InputError


@pytest.fixture
def uploads(tmp_path):
    return Uploads(tmp_path / "uploads", limit=1000)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.sdf", "passwd.sdf"),
        ("C:\\Users\\me\\1ia1.cif", "1ia1.cif"),
        (".hidden.sdf", "hidden.sdf"),
        ('a"b<c>; rm -rf.sdf', "a_b_c_rm_-rf.sdf"),
        ("--help.sdf", "help.sdf"),
        ("..", "file"),
        ("x" * 300 + ".sdf", "x" * 76 + ".sdf"),
    ],
)
def test_names_hold_nothing_that_leads_elsewhere(name, kept):
    assert safe_name(name) == kept


def test_a_file_is_found_by_its_id_alone(uploads, tmp_path):
    kept = uploads.add("../x.smi", [b"CC", b"O\n"])
    assert uploads.get(kept.id) == kept
    assert kept.path.read_bytes() == b"CCO\n"
    assert kept.path.is_relative_to(tmp_path / "uploads")
    for wrong in ("", "..", f"../uploads/{kept.id}", kept.id.upper() + "0", "0" * 24):
        with pytest.raises(InputError):
            uploads.get(wrong)


def test_packed_files_are_unpacked_joined_and_padded_ones_too(uploads):
    packed = gzip.compress(b"CCO\n") + gzip.compress(b"CCN\n") + b"\0" * 20
    kept = uploads.add("x.smi.gz", [packed[k : k + 7] for k in range(0, len(packed), 7)])
    assert (kept.name, kept.path.read_bytes()) == ("x.smi", b"CCO\nCCN\n")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.smi", b"C" * 1001, "larger than"),
        ("x.smi.gz", gzip.compress(b"C" * 10_000_000, mtime=0), "larger than"),
        ("x.smi.gz", gzip.compress(b"CCO", mtime=0)[:-4], "breaks off"),
        ("x.smi.gz", b"no gzip at all", "damaged"),
        ("x.smi", b"", "empty"),
        ("x.exe", b"MZ", "cannot read such files"),
        ("x.sdf.exe.gz", b"MZ", "cannot read such files"),
    ],
)
def test_what_is_no_use_is_refused_and_leaves_nothing(uploads, name, content, reason):
    with pytest.raises(InputError, match=reason):
        uploads.add(name, [content])
    assert list(uploads.folder.iterdir()) == []
