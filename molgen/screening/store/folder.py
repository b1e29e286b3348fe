"""The folder of a run: its settings, its lock, its files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from molgen.errors import InputError
from molgen.files import write_atomically
from molgen.files.locks import take_lock
from molgen.screening.store.shards import FOLDER

SETTINGS = "run.json"
STATE = "state.sqlite"
LOCK = "lock"
PROGRESS = "progress.json"
SUMMARY = "summary.json"


def prepare_folder(
    folder: Path, settings: Mapping[str, Any], resume: bool, former: Mapping[str, str] | None = None
) -> None:
    """Make the folder of a new run, or check that an old one was begun with the same settings.

    Args:
        folder: of the run.
        settings: nested; what they are is for the caller to know.
        resume: go on with an old run.
        former: name of a setting in runs of earlier versions, with dots -> its present name.

    Raises:
        InputError: the folder holds something else, or a run that must not go on here.
    """
    path = folder / SETTINGS
    if path.exists():
        _check_same(path, settings, resume, former or {})
    else:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError("is in use and holds no run; name a new folder", source=folder)
        if resume:
            raise InputError("holds no run to go on with", source=folder)
        try:
            (folder / FOLDER).mkdir(parents=True)
        except OSError as error:
            raise InputError(f"cannot be made: {error.strerror}", source=folder) from error
        with write_atomically(path) as file:
            json.dump(settings, file, indent=1)
            file.write("\n")
    (folder / FOLDER).mkdir(exist_ok=True)


def read_settings(folder: Path) -> dict[str, Any]:
    """What a run was begun with.

    Raises:
        InputError: the folder holds no run.
    """
    return _read(folder / SETTINGS, "holds no run", folder)


def read_json(path: Path) -> dict[str, Any] | None:
    """A file of the run, or None before it is there."""
    return _read(path, "", path) if path.exists() else None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of the folder as long as the block runs.

    Raises:
        InputError: another one is in it.
    """
    with (folder / LOCK).open("a") as file:
        try:
            take_lock(file)
        except OSError:
            raise InputError("another process is working in this folder", source=folder) from None
        yield


def is_locked(folder: Path) -> bool:
    """A process is working in the folder."""
    if not (folder / LOCK).exists():
        return False
    with (folder / LOCK).open("a") as file:
        try:
            take_lock(file)
        except OSError:
            return True
    return False


def write_quickly(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a small file whose loss would not matter; a reader sees the old one or the new one."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(content, indent=1) + "\n")
    os.replace(temporary, path)


def _check_same(path: Path, settings: Mapping[str, Any], resume: bool, former: Mapping[str, str]) -> None:
    before = _flat(_read(path, "cannot be read", path))
    before = {former.get(key, key): value for key, value in before.items()}
    now = _flat(json.loads(json.dumps(settings)))
    changed = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    if changed:
        changes = ", ".join(f"{key} ({_short(before.get(key))} before, {_short(now.get(key))} now)" for key in changed)
        raise InputError(f"holds a run with other settings: {changes}", source=path.parent)
    if not resume:
        raise InputError("holds a run; --resume goes on with it", source=path.parent)


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings with dots in their names."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value})
    return flat


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _read(path: Path, reason: str, named: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(reason, source=named) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", source=path) from error
    if not isinstance(content, dict):
        raise InputError("is no settings file of a run", source=path)
    return content
