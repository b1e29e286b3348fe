"""How functions are compiled by numba: without the interpreter's lock, and kept on disk where there is a place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

from numba import njit

from molgen.runtime.stages import stage

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


class Compiled:
    """A function for Python to call, which a machine compiles once, at the first call.

    What was compiled is kept on disk. Where it cannot be kept, or was damaged since, it is compiled for this process.

    Args:
        function: that neither raises nor calls compiled code of another file, whose changes numba would not see.
        options: of numba.
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        wraps(function)(self)
        self._options = options
        try:
            self._call: Any = njit(cache=True, **options)(function)
        except RuntimeError:  # neither the folder of the package nor one of the user can be written
            self._call = njit(**options)(function)

    def __call__(self, *arguments: Any) -> Any:
        if self._call.signatures:  # it is there; what is raised from now on, a time limit say, is the caller's
            return self._call(*arguments)
        if not self._is_kept():
            stage("compiling, once on this machine")
        try:
            return self._call(*arguments)
        except Exception:  # from the disk: pickle raises half a dozen types
            if self._call.signatures:
                raise
            with suppress(Exception):
                self._call._cache.flush()
            self._call = njit(**self._options)(self._call.py_func)
            return self._call(*arguments)

    @property
    def folder(self) -> str | None:
        """Where it is kept; None where nothing can be."""
        return self._call.stats.cache_path

    def _is_kept(self) -> bool:
        """Whether the disk has it, of this version or another."""
        function = self._call.py_func
        name = f"{Path(function.__code__.co_filename).stem}.{function.__qualname__}-*.nbi"
        return self.folder is not None and any(Path(self.folder).glob(name))


def compiled(*fastmath: str) -> Callable[[Callable[..., Any]], Compiled]:
    """A decorator for what Python calls.

    Args:
        fastmath: what the compiler may do to arithmetic, by LLVM's names.
    """
    return lambda function: Compiled(function, {**_OPTIONS, "fastmath": set(fastmath)})


def inner(*fastmath: str, inline: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for what only compiled functions call.

    Args:
        fastmath: as above.
        inline: put its code where it is called, which compiles faster where that is one place.
    """
    more: dict[str, Any] = {"inline": "always"} if inline else {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    every: dict[str, Any] = {**_OPTIONS, "fastmath": set(fastmath), **more}
    return njit(**every)
