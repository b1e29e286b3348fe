"""The folder of a run: its files, and a guard against replacing a run by accident."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from molgen.config import to_mapping, to_yaml
from molgen.errors import ConfigError, InputError
from molgen.files.weights import STATE, WEIGHTS

Changes = dict[str, tuple[Any, Any]]
"""Key -> its value before and now."""


@dataclass(frozen=True)
class RunFolder:
    """A folder with `weights.safetensors`, `state.ckpt`, `config.yaml` and, for each piece of a run, `log/from-N`."""

    path: Path

    @property
    def weights(self) -> Path:
        return self.path / WEIGHTS

    @property
    def state(self) -> Path:
        return self.path / STATE

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    def check_free(self, resume: str | Path | None, force: bool) -> None:
        """Check that a run may be written here: there is none yet, it is resumed, or it may be replaced.

        Raises:
            InputError: there is a run.
        """
        goes_on = resume is not None and Path(resume).resolve() == self.state.resolve()
        files = [path.name for path in (self.weights, self.state) if path.exists()]
        if files and not force and not goes_on:
            reason = f"holds a run ({', '.join(files)}): --resume goes on with it, --force begins anew in its place"
            raise InputError(reason, source=self.path)

    def begin(self, config: Any, *, anew: bool) -> None:
        """Write the settings of the run; ``anew`` removes what an earlier run has left."""
        if anew:
            for path in (self.weights, self.state, self.config):
                path.unlink(missing_ok=True)
            shutil.rmtree(self.path / "log", ignore_errors=True)
        try:
            to_yaml(config, self.config)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", source=self.config) from error


def changed_settings(path: Path, config: Any) -> Changes:
    """The settings that differ from those in the `config.yaml` of an earlier run.

    Keys that the earlier version did not have are left out; nothing where there is no such file.

    Raises:
        ConfigError: the file cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        before = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError("the settings of the run cannot be read", source=path) from error
    return difference(before if isinstance(before, Mapping) else {}, to_mapping(config))


def difference(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> Changes:
    """The keys whose values differ, those of nested mappings with dots."""
    changes: Changes = {}
    for key in [key for key in now if key in before]:
        old, new = before[key], now[key]
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            changes |= difference(old, new, f"{prefix}{key}.")
        elif old != new:
            changes[f"{prefix}{key}"] = (old, new)
    return changes


def changes_text(changes: Changes) -> str:
    """Changes in one line."""
    return ", ".join(f"{key} {old} -> {new}" for key, (old, new) in changes.items())
