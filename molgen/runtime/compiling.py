"""How functions are compiled by numba: without the interpreter's lock, and kept on disk where there is a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def compiled(*fastmath: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for what Python calls. A machine compiles it once, at the first call.

    numba looks for changes in the file of the function alone, so what it calls has to be there as well.

    Args:
        fastmath: what the compiler may do to arithmetic, by LLVM's names.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        options: dict[str, Any] = {**_OPTIONS, "fastmath": set(fastmath)}
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:  # neither the folder of the package nor one of the user can be written
            return njit(**options)(function)

    return decorate


def inner(*fastmath: str, inline: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for what only compiled functions call.

    Args:
        fastmath: as above.
        inline: put its code where it is called, which compiles faster where that is one place.
    """
    more: dict[str, Any] = {"inline": "always"} if inline else {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    every: dict[str, Any] = {**_OPTIONS, "fastmath": set(fastmath), **more}
    return njit(**every)
