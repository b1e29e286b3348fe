"""A lock on a file, which the system takes back when the process that holds it ends, however that comes."""

from __future__ import annotations

from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


def take_lock(file: IO) -> None:
    """Lock an open file until it is closed; another process that has it is not waited for.

    Raises:
        OSError: another process holds the lock.
    """
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
