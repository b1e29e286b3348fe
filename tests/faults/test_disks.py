"""Full, read-only and broken disks: one line that names the file, and files that are whole or as they were."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_process import environment, leftovers, run

from molgen.chem.molecules.writing import write_sdf
from molgen.errors import InputError
from molgen.files import check_place, write_atomically


def mounting() -> bool:
    """Whether a file system of its own can be mounted for a process."""
    try:
        done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


needs_mount = pytest.mark.skipif(not mounting(), reason="no file system can be mounted here")


def on_small_disk(folder: Path, size: str, *, then: str = "") -> tuple[str, ...]:
    """A command prefix: what follows sees a disk of this size at `folder`, which no other process sees."""
    return "unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o size={size} none {folder}; {then} "$@"', "sh"


@needs_mount
def test_a_full_disk_is_one_line_and_leaves_the_old_file(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    output = folder / "out.sdf"
    after = f'echo old > {output}; trap "cat {output}; ls -A {folder}" EXIT;'
    prefix = on_small_disk(folder, "16k", then=after)
    done = run("conformers", "CCCCCCO", "-o", output, "-n", 30, "--model", "uniform", prefix=prefix)
    assert done.returncode == 2
    assert done.stderr.strip() == f"error: {output}: cannot be written: No space left on device"
    assert done.stdout.split() == ["old", "out.sdf"]


@pytest.mark.slow
@needs_mount
def test_a_full_disk_while_preparing_is_one_line(tmp_path):
    (tmp_path / "in.smi").write_text("CCO\nCCCO\n")
    folder = tmp_path / "disk"
    folder.mkdir()
    prefix = on_small_disk(folder, "8k", then=f'trap "ls -A {folder}" EXIT;')
    for workers in (1, 2):
        done = run(
            *("prepare", "conformers", tmp_path / "in.smi", "-o", folder, "-j", workers, "--set", "block=1"),
            prefix=prefix,
        )
        assert done.returncode == 2, done.stderr
        assert done.stderr.count("\n") == 1
        assert "cannot" in done.stderr
        assert "No space left on device" in done.stderr
        if workers == 1:  # of two, the other is ended while it writes
            assert ".part" not in done.stdout


@needs_mount
def test_a_read_only_disk_is_refused_before_the_work(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    prefix = on_small_disk(folder, "1m", then=f"mount -o remount,ro {folder};")
    begun = time.monotonic()
    done = run("conformers", "CCO", "-o", folder / "out.sdf", "--model", "no-such-model", prefix=prefix)
    assert time.monotonic() - begun < 60
    assert done.returncode == 2
    assert done.stderr == f"error: {folder / 'out.sdf'}: cannot write here: no right to, or a read-only disk\n"


def test_a_device_that_takes_nothing_is_named():
    with pytest.raises(InputError) as error, write_atomically("/dev/full", binary=True) as file:
        file.write(b"x" * 100000)
    assert str(error.value) == "/dev/full: cannot be written: No space left on device"


@pytest.mark.parametrize("name", ["out.sdf", "out.sdf.gz"])
def test_a_limit_on_file_sizes_is_named(tmp_path, name):
    """RLIMIT_FSIZE, in a process of its own: it cannot be lifted again."""
    path = tmp_path / name
    path.write_text("old")
    program = f"""
import resource
from rdkit import Chem
from molgen.chem.molecules.writing import SdfRecord, write_sdf
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
mol = Chem.MolFromSmiles("CCO")
names = (str(hash(("a", k)) ** 9) for k in range(20000))
try:
    write_sdf({str(path)!r}, (SdfRecord(mol, name=name) for name in names))
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert done.stdout.strip() == f"InputError {path}: cannot be written: File too large"
    assert path.read_text() == "old"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_fails_at_the_last_moment_leaves_nothing(tmp_path, monkeypatch, code):
    def fail(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("molgen.files.writing.os.fsync", fail)
    with pytest.raises(InputError, match="cannot be written") as error, write_atomically(tmp_path / "x") as file:
        file.write("x")
    assert os.strerror(code) in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path):
    """A reader that fails inside the block has its own error."""
    with pytest.raises(FileNotFoundError), write_atomically(tmp_path / "x"):
        (tmp_path / "missing").read_text()
    with pytest.raises(PermissionError), write_atomically(tmp_path / "x"):
        raise PermissionError(errno.EACCES, "no")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("molgen.files.writing.os.access", lambda path, mode: False)
    with pytest.raises(InputError, match="cannot write here"):
        check_place(tmp_path / "x")
    monkeypatch.undo()
    if Path("/proc/self").is_dir():
        with pytest.raises(InputError, match="cannot write here"):
            write_sdf("/proc/self/out.sdf", [])


def test_a_killed_writer_leaves_the_old_file_whole(tmp_path):
    """SIGKILL in the middle: a hidden file may stay, which nothing reads and the next writer does not mind."""
    path = tmp_path / "part-00000.safetensors"
    path.write_text("old")
    program = f"""
import sys, time
from molgen.files import write_atomically
with write_atomically({str(path)!r}) as file:
    file.write("half" * 10000)
    file.flush()
    print("half", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment())
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert path.read_text() == "old"
    assert sorted(tmp_path.rglob("*.safetensors")) == [path]
    assert len(leftovers(tmp_path)) == 1
    with write_atomically(path) as file:
        file.write("new")
    assert path.read_text() == "new"
