"""Names of a package that are loaded when they are first used, so that importing the package does no work."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from molgen.former_names import former_attributes


def lazy_exports(
    package: str, homes: Mapping[str, Sequence[str]], former: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package.

    Args:
        package: its ``__name__``.
        homes: module -> the names that the package offers of it; a module that begins with a dot is one of the package.
        former: former name -> present name, with a DeprecationWarning.
    """
    of_former = former_attributes(package, former or {})
    modules = {name: module for module, names in homes.items() for name in names}

    def __getattr__(name: str) -> Any:
        if name not in modules:
            return of_former(name)
        value = getattr(importlib.import_module(modules[name], package), name)
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return __getattr__, __dir__
