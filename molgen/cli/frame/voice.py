"""The output of commands: results on stdout, notes on stderr, all of it as JSON, or nothing."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from molgen.files import json_value

_LONGEST = 100
"""Letters of a line of file names."""


@dataclass(frozen=True)
class Voice:
    """The verbosity of a command.

    Attributes:
        quiet: nothing but errors.
        verbose: every stage as a line on stderr.
        json: one JSON document on stdout in place of tables and sentences.
    """

    quiet: bool = False
    verbose: bool = False
    json: bool = False


_DEFAULT = Voice()
_voice: ContextVar[Voice] = ContextVar("voice", default=_DEFAULT)


@contextmanager
def speaking(voice: Voice) -> Iterator[None]:
    """Context in which the functions of this module follow ``voice``."""
    token = _voice.set(voice)
    try:
        yield
    finally:
        _voice.reset(token)


def voice() -> Voice:
    """The verbosity of the running command."""
    return _voice.get()


def note(text: str) -> None:
    """A line on stderr: a note, a warning, a decision for the user."""
    if not voice().quiet:
        clear = "\r\x1b[K" if sys.stderr.isatty() else ""  # a line of progress may stand there
        print(f"{clear}{text}", file=sys.stderr)


def say(text: object) -> None:
    """A line of the results on stdout, for people: not with `--quiet` or `--json`."""
    if not (voice().quiet or voice().json):
        print(text)


def show(table: Any) -> None:
    """A table of rich on stdout, for people."""
    if not (voice().quiet or voice().json):
        from molgen.cli.frame.terminal import console

        console().print(table)


def conclude(document: Mapping[str, Any], files: Sequence[Path | None] = (), then: Sequence[object] = ()) -> None:
    """The end of a command: which files it wrote and what one may do next; with `--json` its results as well.

    Args:
        document: the results; records, arrays and paths become plain JSON.
        files: that were written; None and what does not exist are left out.
        then: words of a command that goes on from here.
    """
    written = [str(path) for path in files if path is not None and Path(path).exists()]
    command = shlex.join(str(word) for word in then) if written else ""
    if voice().json:
        ending = {"files": written, **({"next": command} if command else {})}
        print(json.dumps(json_value({**document, **ending}), indent=1))
        return
    if written:
        say(_wrapped("written: ", written))
    if command:
        say(f"next: {command}")


def _wrapped(title: str, names: Sequence[str]) -> str:
    """Names with commas, in lines that are not too long."""
    lines = [title]
    for name in names:
        if len(lines[-1]) + len(name) > _LONGEST and lines[-1].strip() != title.strip():
            lines.append(" " * len(title))
        lines[-1] += f"{name}, "
    return "\n".join(lines).rstrip(", ")
