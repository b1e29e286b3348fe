"""The Python interface as a page: names, signatures and docstrings of what the packages export."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

PACKAGES = (
    "molgen",
    "molgen.metrics",
    "molgen.reports.figures",
    "molgen.manifolds",
    "molgen.processes",
    "molgen.sampling",
    "molgen.training",
)
"""Whose `__all__` is the page, in this order."""
MODULES = {
    "molgen.reports.analysis.run": ("analyze", "analyze_to_folder"),
    "molgen.reports.pages.docking_report": ("docking_report", "write_docking_report"),
    "molgen.reports.pages.conformer_report": ("conformer_report", "write_conformer_report"),
    "molgen.reports.notebook": ("notebook_view",),
    "molgen.docking.records": ("DockConfig", "Pose"),
    "molgen.conformers.config": ("GenerateConfig",),
    "molgen.errors": ("MolgenError",),
}
"""Single names from modules that export nothing as a package."""


def api_page(packages: Sequence[str] = PACKAGES) -> str:
    """Markdown; docstrings stand as they are in the code."""
    parts = [
        "# Python interface",
        "Made from the docstrings. Lengths are in Å, angles in radian, energies in kcal/mol; time runs from 1 (noise) "
        "to 0 (data). Randomness is an argument: the same seed and input give the same output.",
    ]
    for package in packages:
        module = importlib.import_module(package)
        parts += [f"## {package}", *_entries(module, module.__all__)]
    for name, members in MODULES.items():
        parts += [f"## {name}", *_entries(importlib.import_module(name), members)]
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
