"""Files are whole or not there."""

import os

import pytest

from molgen.errors import InputError
from molgen.files import write_atomically


def test_nothing_is_left_behind_when_writing_fails(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")

    def fail():
        with write_atomically(path) as handle:
            handle.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "out.txt"
    with write_atomically(path) as handle:
        handle.write("naïve\n")
        handle.flush()
        assert not path.exists()
    assert path.read_bytes() == "naïve\n".encode()


def test_the_mode_follows_the_umask_or_the_file_that_was_there(tmp_path):
    path = tmp_path / "out.txt"
    old = os.umask(0o027)
    try:
        with write_atomically(path) as handle:
            handle.write("x")
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o600)
        with write_atomically(path) as handle:
            handle.write("y")
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with write_atomically(tmp_path / "link") as handle:
        handle.write("x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"
    with write_atomically("/dev/null", binary=True) as handle:
        handle.write(b"x")
    assert not os.path.isfile("/dev/null")


def test_a_missing_folder_and_a_folder_are_clear_errors(tmp_path):
    path = tmp_path / "missing" / "out.txt"
    with pytest.raises(InputError) as error, write_atomically(path):
        pass
    assert str(error.value) == f"{path}: the folder {path.parent} does not exist"
    with pytest.raises(InputError, match="is a folder"), write_atomically(tmp_path):
        pass
