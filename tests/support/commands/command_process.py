"""The command in a process of its own, as a user runs it: to its end, or until it has begun and is interrupted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import molgen

ROOT = Path(molgen.__file__).parents[1]
TIMEOUT = 120.0


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "120", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **extra}


def python(program: str, *, prefix: tuple[str, ...] = (), **options) -> subprocess.CompletedProcess:
    """A program in a new Python, behind another command if wanted."""
    command = [*prefix, sys.executable, "-c", program]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(), timeout=TIMEOUT, **options
    )


def run(
    *arguments: object, prefix: tuple[str, ...] = (), cwd: Path | None = None, **extra: str
) -> subprocess.CompletedProcess:
    """`molgen ...` to its end, with more in its environment."""
    command = [*prefix, sys.executable, "-m", "molgen", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env=environment(**extra), timeout=TIMEOUT
    )


def _listen() -> None:
    """A shell starts background commands deaf to SIGINT, and what they start is deaf too; a terminal's are not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(
    *arguments: object, when: Callable[[], bool], sent: int = signal.SIGINT, to_all: bool = True
) -> tuple[int, str, tuple[int, ...]]:
    """`molgen ...` in a process group of its own, which gets a signal once `when()` holds.

    Args:
        to_all: all processes of the group get it, as from a terminal; otherwise the first one alone.

    Returns:
        exit code, standard error, and the processes of the group that are left.
    """
    command = [sys.executable, "-m", "molgen", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment(),
        start_new_session=True,
        preexec_fn=_listen,
    )
    try:
        end = time.monotonic() + TIMEOUT
        while not when():
            assert process.poll() is None, f"it ended by itself: {process.stderr.read()}"  # type: ignore[union-attr]
            assert time.monotonic() < end, "it never began"
            time.sleep(0.02)
        (os.killpg if to_all else os.kill)(process.pid, sent)
        _, told = process.communicate(timeout=TIMEOUT)
        time.sleep(0.1 if to_all else 1.0)
        return process.returncode, told, members(process.pid)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def members(group: int) -> tuple[int, ...]:
    """Living processes of a group (zombies aside)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(path.parent.name))
    return tuple(found)


def leftovers(folder: Path) -> list[str]:
    """Half-written files anywhere below a folder."""
    return sorted(str(path) for path in folder.rglob("*") if path.suffix in (".part", ".tmp"))
