"""Files, pipes and everything else that a path can lead to: a stream or an error, and soon."""

import os
import threading
import time

import pytest

from molgen.errors import InputError, MolgenError
from molgen.files import opening
from molgen.files.opening import open_input, read_input


def refused(path) -> str:
    with pytest.raises(InputError) as caught:
        open_input(path)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_a_file_is_opened_and_read_up_to_its_limit(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    with open_input(path) as file:
        assert file.read() == b"12345"
    assert read_input(path, 5) == b"12345"
    with pytest.raises(InputError, match=r"a: larger than"):
        read_input(path, 4)


def test_what_is_no_file_is_named(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_bytes(b"")
    assert refused(tmp_path / "none").endswith("none: no such file")
    assert refused(tmp_path / "file" / "below").endswith("below: no such file")
    assert "is a folder" in refused(tmp_path)
    assert "symbolic links" in refused(tmp_path / "loop")
    assert refused("/dev/zero") == "/dev/zero: is a device, not a file"
    assert "not a usable file name" in refused("a\0b")
    assert "File name too long" in refused("x" * 5000)


def test_a_pipe_is_waited_for_and_its_writer_may_take_its_time(tmp_path, monkeypatch):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    monkeypatch.setattr(opening, "PATIENCE", 2.0)

    def write():
        time.sleep(0.3)
        with path.open("wb") as file:
            time.sleep(0.3)
            file.write(b"late")

    writer = threading.Thread(target=write)
    writer.start()
    assert read_input(path, 100) == b"late"
    writer.join()


def test_a_pipe_that_nobody_writes_to_is_an_error_and_leaves_no_thread(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(opening, "PATIENCE", 0.1)
    before = threading.active_count()
    assert "a pipe that nobody has written to for 0.1 s" in refused(tmp_path / "pipe")
    assert threading.active_count() == before


def test_an_error_is_one_line_that_a_terminal_can_show():
    error = MolgenError("two\nlines \x1b[31m\u202e", source="a\nb\0", place="line\t7")
    assert str(error) == "a b:line 7: two lines [31m"
    long = str(MolgenError("x" * 10**6 + "end", source="s" * 10**6))
    assert len(long) < 2200
    assert long.endswith("end")
