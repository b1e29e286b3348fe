"""Opening files that a user names: whatever is there, a stream or an error of one line is the answer, and soon."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

from molgen.errors import InputError

STANDARD_INPUT = "-"
"""What standard input is called; a file of this name is `./-`, or a `Path`."""
PATIENCE = 10.0
"""Seconds for which a named pipe may be without a writer; once it has one there is no hurry."""


def check_input(path: str | Path) -> int:
    """The mode bits of what is to be read: a regular file or a pipe.

    Raises:
        InputError: there is nothing, or a folder or a device, or no file can have this name.
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("no such file", source=path) from error
    except OSError as error:
        raise InputError(error.strerror or str(error), source=path) from error
    except ValueError as error:  # NUL, or half a surrogate pair
        raise InputError(f"not a usable file name: {error}", source=path) from error
    if stat.S_ISDIR(mode):
        raise InputError("is a folder, not a file", source=path)
    if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
        raise InputError("is a device, not a file", source=path)
    return mode


def open_input(path: str | Path) -> io.BufferedReader:
    """A regular file or a pipe, opened for reading; "-" is standard input, which stays open for others.

    Raises:
        InputError: as :func:`check_input`; or it may not be read, or nobody writes to the pipe for `PATIENCE` seconds.
    """
    if path == STANDARD_INPUT:
        return _open_standard_input()
    mode = check_input(path)
    try:
        return _open_pipe(path) if stat.S_ISFIFO(mode) else open(path, "rb")
    except OSError as error:
        raise InputError(error.strerror or str(error), source=path) from error


def read_input(path: str | Path, most: int) -> bytes:
    """All bytes of a file, if there are at most `most` of them.

    Raises:
        InputError: as :func:`open_input`; or the file is larger.
    """
    with open_input(path) as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise InputError(error.strerror or str(error), source=path) from error
    if len(data) > most:
        raise InputError(f"larger than {most / 2**20:g} MiB", source=path)
    return data


def check_standard_input() -> None:
    """Wait until standard input holds something, which stays there to be read.

    Raises:
        InputError: it is closed or empty.
    """
    if not _standard_input().peek(1):
        raise InputError("is empty", source="standard input")


def _standard_input() -> io.BufferedReader:
    stream = getattr(sys.stdin, "buffer", None)
    if not isinstance(stream, io.BufferedReader) or stream.closed:  # closed, or replaced by something that is no file
        raise InputError("cannot be read here", source="standard input")
    return stream


class _StandardInput(io.RawIOBase):
    """Reads standard input, what was looked at included, and leaves it open when it is closed itself."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = _standard_input().read1(len(buffer))
        buffer[: len(read)] = read
        return len(read)


def _open_standard_input() -> io.BufferedReader:
    _standard_input()
    return io.BufferedReader(_StandardInput())


def _open_pipe(path: str | Path) -> io.BufferedReader:
    """Opening a pipe waits for a writer: in a thread, which is let go by a writer of our own when none comes."""
    opened: list[io.BufferedReader | OSError] = []

    def wait() -> None:
        try:
            opened.append(open(path, "rb"))  # noqa: SIM115  # the reader closes it
        except OSError as error:
            opened.append(error)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(PATIENCE)
    if waiting.is_alive():
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        waiting.join()
        for stream in opened:
            if not isinstance(stream, OSError):
                stream.close()
        raise InputError(f"a pipe that nobody has written to for {PATIENCE:g} s", source=path)
    if isinstance(opened[0], OSError):
        raise opened[0]
    return opened[0]
