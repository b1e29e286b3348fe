"""Frozen dataclasses <-> YAML: nested, types checked, unknown keys answered with the nearest valid one."""

from __future__ import annotations

import dataclasses
import difflib
import reprlib
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from molgen.errors import ConfigError, InputError
from molgen.files.opening import read_input
from molgen.former_names import former_names
from molgen.former_names import renamed as renamed  # it is part of the configurations

Config = TypeVar("Config")

_MOST_BYTES = 2**20
# besides its own errors, PyYAML lets through what dates, numbers and deep nesting raise
_YAML_ERRORS = (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


def from_yaml(kind: type[Config], path: str | Path) -> Config:
    """Read a YAML file into the dataclass `kind`.

    Raises:
        ConfigError: missing file, broken YAML, unknown key (with the nearest valid key), wrong type.
    """
    try:
        tree = yaml.safe_load(read_input(path, _MOST_BYTES).decode("utf-8"))
    except InputError as error:
        raise ConfigError(error.reason, source=path) from error
    except _YAML_ERRORS as error:
        mark = getattr(error, "problem_mark", None)
        location = f"line {mark.line + 1}" if mark else None
        raise ConfigError(f"not valid YAML: {getattr(error, 'problem', error)}", source=path, place=location) from error
    return from_mapping(kind, {} if tree is None else tree, source=path)


def from_mapping(kind: type[Config], tree: object, *, source: object = None) -> Config:
    """Build the dataclass `kind` from nested mappings; `source` is the file named in errors.

    Raises:
        ConfigError: as in `from_yaml`.
    """
    return _build(kind, tree, source, "")


def to_mapping(config: Any) -> dict[str, Any]:
    """The plain nested dict of a config: only str, numbers, bool, None, list and dict."""
    return {field.name: _plain(getattr(config, field.name)) for field in dataclasses.fields(config) if field.init}


def to_yaml(config: Any, path: str | Path | None = None) -> str:
    """Serialize a config in field order; written to `path` as well when one is given."""
    text = yaml.safe_dump(to_mapping(config), sort_keys=False, allow_unicode=True)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def override(config: Config, assignments: Iterable[str]) -> Config:
    """A copy of `config` with assignments like `model.layers=3` applied; values are read as YAML.

    Raises:
        ConfigError: an assignment without `=`, an unknown key, a wrong type.
    """
    tree = to_mapping(config)
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"expected key=value, got {assignment!r}")
        try:
            parsed = yaml.safe_load(value)
        except _YAML_ERRORS as error:
            raise ConfigError(f"{key}: {value!r} is not a YAML value") from error
        _assign(tree, type(config), key.strip().split("."), parsed)
    return from_mapping(type(config), tree)


def _assign(tree: dict[str, Any], kind: Any, path: list[str], value: object) -> None:
    for depth, key in enumerate(path[:-1], start=1):
        kind = _hints(kind).get(key) if dataclasses.is_dataclass(kind) else None
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):
            raise ConfigError(f"{'.'.join(path[:depth])} has no keys of its own")
        tree = branch
    tree[path[-1]] = value


def _build(kind: Any, tree: object, source: object, prefix: str) -> Any:
    if not isinstance(tree, Mapping):
        raise ConfigError(f"{prefix.rstrip('.') or 'configuration'} must be a mapping of keys", source=source)
    hints = _hints(kind)
    former = former_names(kind)
    values = {}
    for given, value in tree.items():
        key = former.get(given, given)
        if key not in hints:
            raise ConfigError(f"unknown key {prefix}{key}{_nearest(key, hints, prefix)}", source=source)
        values[key] = _convert(hints[key], value, source, f"{prefix}{key}")
    missing = [name for name in _required(kind) if name not in values]
    if missing:
        raise ConfigError(f"missing key {prefix}{missing[0]}", source=source)
    try:
        return kind(**values)
    except (ValueError, TypeError, OverflowError) as error:  # a __post_init__ that rejects a value
        reason = str(error)
        names_a_key = reason.split(" ", 1)[0] in hints
        raise ConfigError(f"{prefix}{reason}" if names_a_key else reason, source=source) from error


def _convert(hint: Any, value: object, source: object, key: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, source, f"{key}.")
    if origin in (typing.Union, types.UnionType):
        return _convert_union(arguments, value, source, key)
    if origin is typing.Literal:
        if value in arguments:
            return value
        raise ConfigError(f"{key} must be one of {', '.join(map(str, arguments))}, got {_shown(value)}", source=source)
    if origin in (tuple, list) and isinstance(value, list | tuple):
        return _convert_sequence(origin, arguments, value, source, key)
    if origin is dict and isinstance(value, Mapping):
        return {name: _convert(arguments[1], item, source, f"{key}.{name}") for name, item in value.items()}
    if hint is float and isinstance(value, int | float | str) and not isinstance(value, bool):
        return _number(value, source, key)
    if hint is Path and isinstance(value, str):
        return Path(value)
    if isinstance(hint, type) and isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise ConfigError(f"{key} must be {_name(hint)}, got {_shown(value)}", source=source)


def _convert_union(arguments: tuple[Any, ...], value: object, source: object, key: str) -> Any:
    if value is None and type(None) in arguments:
        return None
    kinds = [kind for kind in arguments if kind is not type(None)]
    kinds.sort(key=lambda kind: type(value) is not kind)  # an exact match first: 3 stays an int in `float | int`
    for kind in kinds[:-1]:
        try:
            return _convert(kind, value, source, key)
        except ConfigError:
            continue
    return _convert(kinds[-1], value, source, key)


def _convert_sequence(origin: type, arguments: tuple[Any, ...], value: Any, source: object, key: str) -> Any:
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        if len(value) != len(arguments):
            raise ConfigError(f"{key} must have {len(arguments)} values, got {len(value)}", source=source)
        kinds = list(arguments)
    else:
        kinds = [arguments[0]] * len(value)
    return origin(
        _convert(kind, item, source, f"{key}[{index}]")
        for index, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )


def _number(value: int | float | str, source: object, key: str) -> float:
    try:  # YAML 1.1 reads 1e-3 (no dot) as text
        return float(value)
    except (ValueError, OverflowError):
        raise ConfigError(f"{key} must be a number, got {_shown(value)}", source=source) from None


def _shown(value: object) -> str:
    """`value` for an error; of nested and long ones only the beginning, as aliases in YAML can make them endless."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother = 2, 100, 100
    return short.repr(value)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return to_mapping(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind) if field.init}


def _required(kind: Any) -> list[str]:
    no_default = dataclasses.MISSING
    return [
        field.name
        for field in dataclasses.fields(kind)
        if field.init and field.default is no_default and field.default_factory is no_default
    ]


def _nearest(key: object, valid: Iterable[str], prefix: str) -> str:
    close = difflib.get_close_matches(str(key)[:100], list(valid), n=1, cutoff=0.5)
    return f", did you mean {prefix}{close[0]}?" if close else f"; valid keys: {', '.join(sorted(valid))}"


def _name(hint: Any) -> str:
    names = {int: "an integer", float: "a number", str: "text", bool: "true or false", Path: "a path"}
    return names.get(hint, getattr(hint, "__name__", None) or str(hint))
