"""The errors that molgen raises on purpose: each is one line that names the file, the place in it and the reason."""

from __future__ import annotations

_LONGEST = 1000


class MolgenError(Exception):
    """Base of every error that a user can cause and can mend.

    Args:
        reason: what is wrong, in one line.
        source: the file (or the SMILES) that the input came from.
        place: where in the source, e.g. `line 7` or `record 3`.

    `str(error)` is `source:place: reason`, with the parts that are known. In each of them line breaks, control
    characters and repeated spaces become one space, and what is too long to read is cut.
    """

    def __init__(self, reason: str, *, source: object = None, place: str | None = None) -> None:
        self.reason = readable(reason)
        self.source = None if source is None else readable(source)
        self.place = None if place is None else readable(place)
        super().__init__(self.reason)

    def __str__(self) -> str:
        where = ":".join(part for part in (self.source, self.place) if part)
        return f"{where}: {self.reason}" if where else self.reason

    def __reduce__(self):
        return _rebuild, (type(self), self.reason, self.source, self.place)


class InputError(MolgenError):
    """A file or argument as a whole cannot be used: missing, empty, unreadable, not writable."""


class ParseError(MolgenError):
    """One molecule cannot be read or is outside what molgen handles."""


class EmbeddingError(MolgenError):
    """No 3D structure could be made for a molecule."""


class CheckpointError(MolgenError):
    """Weights are missing, damaged or do not fit the model."""


class WorkerError(MolgenError):
    """A process that worked on a part of the input died, e.g. because memory ran out."""


class TrainingError(MolgenError):
    """Training cannot go on: its loss or gradients stay not finite."""


class ConfigError(MolgenError):
    """A configuration has an unknown key, a wrong type or an impossible value."""


def readable(value: object) -> str:
    """`value` in one line that a terminal can show, with its middle left out where it is very long."""
    text = str(value)
    if len(text) > 2 * _LONGEST:  # before every letter of it is looked at
        text = text[:_LONGEST] + text[-_LONGEST:]
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"


def _rebuild(kind: type[MolgenError], reason: str, source: str | None, place: str | None) -> MolgenError:
    return kind(reason, source=source, place=place)
