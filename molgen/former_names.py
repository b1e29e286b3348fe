"""Names that have changed: the former ones still work for a while, with a warning."""

from __future__ import annotations

import dataclasses
import functools
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from molgen.errors import ConfigError

Kind = TypeVar("Kind", bound=type)
Function = TypeVar("Function", bound=Callable[..., Any])
_PACKAGE = str(Path(__file__).parent)


def warn_former(former: str, name: str) -> None:
    """A DeprecationWarning that points to the first caller outside of molgen."""
    frame, level = sys._getframe(1), 2
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(f"{former} is now called {name}", DeprecationWarning, stacklevel=level)


def former_attributes(module: str, former: Mapping[str, str]) -> Callable[[str], Any]:
    """``__getattr__`` of a module some of whose names have changed: former name -> present name."""

    def __getattr__(name: str) -> Any:
        if name not in former:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        warn_former(f"{module}.{name}", former[name])
        return getattr(sys.modules[module], former[name])

    return __getattr__


def current_names(arguments: Mapping[str, Any], former: Mapping[str, str]) -> dict[str, Any]:
    """The arguments under their present names.

    Args:
        arguments: name -> value, as given.
        former: former name -> present name.

    Raises:
        ConfigError: an argument is given under both names.
    """
    current = {}
    for given, value in arguments.items():
        name = former.get(given, given)
        if name != given:
            warn_former(given, name)
        if name in current or (name != given and name in arguments):
            raise ConfigError(f"{name} is given twice, also under its former name")
        current[name] = value
    return current


def takes_former_names(**former: str) -> Callable[[Function], Function]:
    """Decorator of a function some of whose keyword arguments have changed their names: former name = present name."""

    def decorated(function: Function) -> Function:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **current_names(kwargs, former))

        return call  # type: ignore[return-value]

    return decorated


def renamed(formerly: str, default: Any) -> Any:
    """A dataclass field that files of earlier versions, checkpoints among them, name ``formerly``."""
    return dataclasses.field(default=default, metadata={"formerly": formerly})


def former_names(kind: type) -> dict[str, str]:
    """Former name -> present name of the fields that :func:`renamed` marks."""
    fields = dataclasses.fields(kind)
    return {field.metadata["formerly"]: field.name for field in fields if "formerly" in field.metadata}


def with_former_names(kind: Kind) -> Kind:
    """Class decorator of a dataclass: its renamed fields are taken, and can be read, under their former names too."""
    former = former_names(kind)
    initialize = kind.__init__

    @functools.wraps(initialize)
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initialize(self, *args, **current_names(kwargs, former))

    kind.__init__ = __init__
    for formerly, name in former.items():
        setattr(kind, formerly, _alias(formerly, name))
    return kind


def _alias(former: str, name: str) -> property:
    def read(self: Any) -> Any:
        warn_former(former, name)
        return getattr(self, name)

    return property(read, doc=f"Former name of `{name}`.")
