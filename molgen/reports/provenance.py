"""How a result came about: command, versions, settings, date."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from molgen.version import __version__


def provenance(command: Sequence[str], config: Any, *, viewer: str = "") -> dict[str, str]:
    """Name -> text.

    Args:
        command: the arguments of the command line; empty when there was none.
        config: a dataclass, whose fields are listed; a field `seed` comes first.
        viewer: what draws the 3D view.
    """
    settings = {field.name: getattr(config, field.name) for field in fields(config)}
    return {
        **({"command": command_text(command)} if command else {}),
        **({"seed": str(settings.pop("seed"))} if "seed" in settings else {}),
        "date": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z"),
        "versions": versions(),
        "settings": ", ".join(f"{name} {_plain(value)}" for name, value in settings.items()),
        **({"3D view": f"Mol* (MIT License), from {viewer}"} if viewer else {}),
    }


def file_name(text: str) -> str:
    """A text, or the last part of an absolute path: a page that is sent around tells nothing of the disk."""
    option, equals, value = text.partition("=")
    if equals and option.startswith("--"):
        return f"{option}={file_name(value)}"
    kinds = (PurePosixPath(text), PureWindowsPath(text))
    return next((path.name for path in kinds if path.is_absolute()), text)


def command_text(command: Sequence[str]) -> str:
    """A command line without the folders of absolute paths."""
    return shlex.join(["molgen", *map(file_name, command)])


def versions() -> str:
    """Of molgen and what its numbers depend on."""
    texts = [f"molgen {__version__}", f"Python {platform.python_version()}"]
    for name in ("torch", "rdkit"):
        try:
            texts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(texts)


def _plain(value: object) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else file_name(str(value))
