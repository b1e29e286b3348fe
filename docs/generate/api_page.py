"""The Python interface as a page: names, signatures and docstrings of what the packages export."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

PACKAGES = (
    "molgen",
    "molgen.conformers",
    "molgen.docking",
    "molgen.packing",
    "molgen.screening",
    "molgen.metrics",
    "molgen.reports",
    "molgen.reports.figures",
    "molgen.chem",
    "molgen.geometry",
    "molgen.manifolds",
    "molgen.processes",
    "molgen.sampling",
    "molgen.graphs",
    "molgen.nets",
    "molgen.physics",
    "molgen.datasets",
    "molgen.training",
)
"""Whose `__all__` is the page, in this order; a name stands under the first package that has it."""


def api_page(packages: Sequence[str] = PACKAGES) -> str:
    """Markdown; docstrings stand as they are in the code."""
    parts = [
        "# Python interface",
        "Made from the docstrings. Lengths are in Å, angles in radian, energies in kcal/mol; time runs from 1 (noise) "
        "to 0 (data). Randomness is an argument: the same seed and input give the same output.",
    ]
    shown: set[int] = set()
    for package in packages:
        module = importlib.import_module(package)
        names = [name for name in module.__all__ if id(getattr(module, name)) not in shown]
        shown |= {id(getattr(module, name)) for name in names}
        parts += [f"## {package}", *_entries(module, names)]
    return "\n\n".join(parts) + "\n"


def _entries(module: Any, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            yield f"### {name}"
            yield f"```python\n{_signature(name, value)}\n```"
            yield _docstring(value)


def _signature(name: str, value: Any) -> str:
    """`name(arguments)`, one argument a line where they are many."""
    try:
        given = inspect.signature(value)
    except ValueError:  # e.g. a class that C made
        return name
    arguments = [str(one).replace("'", "") for one in given.parameters.values()]
    flat = f"{name}({', '.join(_with_star(given, arguments))})"
    if len(flat) <= 100:
        return flat
    return f"{name}(\n" + "".join(f"    {one},\n" for one in _with_star(given, arguments)) + ")"


def _with_star(given: inspect.Signature, arguments: list[str]) -> list[str]:
    """A bare `*` before the first keyword-only argument, unless there is *args."""
    kinds = [one.kind for one in given.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.KEYWORD_ONLY not in kinds:
        return arguments
    first = kinds.index(inspect.Parameter.KEYWORD_ONLY)
    return [*arguments[:first], "*", *arguments[first:]]


def _docstring(value: Any) -> str:
    text = inspect.cleandoc(value.__doc__ or "")
    return f"```text\n{text}\n```" if text else ""
