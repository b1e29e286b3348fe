"""Files that are either whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from molgen.errors import InputError


@contextmanager
def write_atomically(path: str | Path, *, binary: bool = False) -> Iterator[IO]:
    """Open a temporary file next to `path` that replaces `path` once the block has ended well.

    On an error nothing is left behind and an old file at `path` stays. Text is UTF-8 with plain newlines. Something at
    `path` that is no regular file (a pipe, /dev/stdout) is written to directly.

    Raises:
        InputError: the folder is missing, or the file cannot be created.
    """
    target = check_place(path)
    if target.exists() and not target.is_file():
        with _open(target, binary) as handle:
            yield handle
        return
    temporary = _create_beside(target, path)
    try:
        with _open(temporary, binary) as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_place(path: str | Path) -> Path:
    """Where a file is to be written, links followed; before long work, so that it is not in vain.

    Raises:
        InputError: it is a folder, or its folder is missing.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise InputError("is a folder, not a file", source=path)
    if not target.parent.is_dir():
        raise InputError(f"the folder {target.parent} does not exist", source=path)
    return target


def _open(path: Path, binary: bool) -> IO:
    return path.open("wb") if binary else path.open("w", encoding="utf-8", newline="\n")


def _create_beside(target: Path, path: str | Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
        os.close(handle)
        Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror}", source=path) from error
    return Path(name)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
