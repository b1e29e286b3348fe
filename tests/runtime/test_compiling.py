"""Compiled functions and what is kept of them on disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from molgen.runtime import compiling

ROOT = Path(__file__).parents[2]
SOURCE = """
from molgen.runtime.compiling import compiled, inner

@inner("contract")
def double(x):
    return 2 * x

@compiled("contract")
def quadruple(x):
    return double(double(x))

print(quadruple(3), quadruple.__name__, quadruple.folder)
"""


def printed(folder: Path, *, cached: Path) -> list[str]:
    """What a process says that imports the module of a folder."""
    done = subprocess.run(
        [sys.executable, "-c", "import made"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]), "NUMBA_CACHE_DIR": str(cached)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("left", [0, 40], ids=["emptied", "cut"])
def test_what_was_damaged_on_disk_is_compiled_again(tmp_path, suffix, left):
    (tmp_path / "made.py").write_text(SOURCE)
    cached = tmp_path / "kept"
    value, name, folder = printed(tmp_path, cached=cached)
    assert (value, name) == ("12", "quadruple")
    damaged = list(Path(folder).glob(f"*.{suffix}"))
    assert damaged
    for file in damaged:
        file.write_bytes(file.read_bytes()[:left])
    assert printed(tmp_path, cached=cached)[0] == "12"
    assert printed(tmp_path, cached=cached)[0] == "12"


def test_who_waits_for_the_compiler_is_told_and_only_then(tmp_path):
    listened = """
from molgen.runtime.stages import listening
with listening(lambda name: print(name.replace(" ", "_"))):
    quadruple(3)
"""
    (tmp_path / "made.py").write_text(
        SOURCE.replace("print(quadruple(3), quadruple.__name__, quadruple.folder)", "") + listened
    )
    cached = tmp_path / "kept"
    assert printed(tmp_path, cached=cached) == ["compiling,_once_on_this_machine"]
    assert printed(tmp_path, cached=cached) == []


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch):
    kept = compiling.njit

    def no_place(cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return kept(**options)

    monkeypatch.setattr(compiling, "njit", no_place)
    assert compiling.compiled("contract")(lambda x: x + 1)(3) == 4


def test_errors_of_arguments_are_raised():
    with pytest.raises(Exception, match="abc"):
        compiling.compiled("contract")(lambda x: x.abc)(3)


def test_what_is_raised_later_is_not_taken_for_damage():
    class LimitError(Exception):
        pass

    function = compiling.compiled("contract")(lambda x: x + 1)
    assert function(3) == 4
    loaded = function._call

    class Interrupted:
        signatures = loaded.signatures

        def __call__(self, *_):
            raise LimitError

    function._call = Interrupted()
    with pytest.raises(LimitError):
        function(3)
