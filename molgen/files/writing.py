"""Files that are either whole or not there."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from molgen.errors import InputError

_DEVICE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
"""What writing can meet and no program can help: a full or broken disk, a quota, a limit."""


@contextmanager
def write_atomically(path: str | Path, *, binary: bool = False) -> Iterator[IO]:
    """Open a temporary file next to `path` that replaces `path` once the block has ended well.

    On an error nothing is left behind and an old file at `path` stays; after a kill that no program sees (SIGKILL) a
    hidden `.NAME.*.part` may remain, which nothing reads. Text is UTF-8 with plain newlines. Something at `path` that
    is no regular file (a pipe, /dev/stdout) is written to directly.

    Raises:
        InputError: the folder is missing, the file cannot be created, or the disk takes no more.
    """
    target = check_place(path)
    if target.exists() and not target.is_file():
        with _naming_the_file(path), _open(target, binary) as handle:
            yield handle
        return
    temporary = _create_beside(target, path)
    try:
        with _naming_the_file(path), _open(temporary, binary) as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def _naming_the_file(path: str | Path) -> Iterator[None]:
    """A full or broken disk as an error that names the file; other errors pass through."""
    try:
        yield
    except OSError as error:
        if error.errno not in _DEVICE_ERRORS or error.filename is not None:
            raise
        raise InputError(f"cannot be written: {error.strerror}", source=path) from error


def check_place(path: str | Path) -> Path:
    """Where a file is to be written, links followed; before long work, so that it is not in vain.

    Raises:
        InputError: it is a folder, or its folder is missing or read-only.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise InputError("is a folder, not a file", source=path)
    if not target.parent.is_dir():
        raise InputError(f"the folder {target.parent} does not exist", source=path)
    if not os.access(target if target.exists() and not target.is_file() else target.parent, os.W_OK):
        raise InputError("cannot write here: no right to, or a read-only disk", source=path)
    return target


def check_apart(outputs: Iterable[str | Path | None], inputs: Iterable[str | Path | None]) -> None:
    """Refuse to write a file over one that is read, or two into one. Pipes and devices may be named twice.

    Args:
        outputs: to be written; None is none.
        inputs: that are read; texts that are no file may be among them.

    Raises:
        InputError: two names are those of one file, which would be lost.
    """
    read = {_identity(path) for path in inputs if path is not None and _is_regular(path)}
    written: set[object] = set()
    for path in outputs:
        if path is None or (os.path.exists(path) and not _is_regular(path)):
            continue
        own = _identity(path)
        if own in read:
            raise InputError("is read too, and would be lost: write to another file", source=path)
        if own in written:
            raise InputError("two outputs of this name: one would be lost", source=path)
        written.add(own)


def check_folder(folder: str | Path) -> None:
    """Refuse a folder that could not be made, before the work begins.

    Raises:
        InputError: it is a file, or its parent is not there.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise InputError("is a file, not a folder", source=path)
    if not path.exists() and not path.absolute().parent.is_dir():
        raise InputError(f"the folder {path.absolute().parent} does not exist", source=path)


def make_folder(folder: str | Path) -> None:
    """Make a folder if it is not there.

    Raises:
        InputError: it cannot be made.
    """
    try:
        Path(folder).mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make this folder: {error.strerror}", source=folder) from error


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


def _is_regular(path: str | Path) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a text that cannot be a name
        return False


def _identity(path: str | Path) -> object:
    """What two names of one file have in common, be it there or not."""
    if _is_regular(path):
        status = os.stat(path)
        return status.st_dev, status.st_ino
    return os.path.realpath(path)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
