"""The pages: an overview, and for each package its functions and classes with signatures and docstrings."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from api.docstrings import first_sentence, markdown
from api.names import Entry, Names

_PAGES = {
    "molgen.conformers": "conformers.md",
    "molgen.docking": "docking.md",
    "molgen.packing": "side-chains.md",
    "molgen.screening": "libraries.md",
    "molgen.metrics": "analysis.md",
    "molgen.reports": "reports.md",
    "molgen.manifolds": "new-manifold.md",
    "molgen.nets": "new-network.md",
    "molgen.training": "training.md",
}
"""Of a package, the page that says how it is used."""


def api_pages() -> dict[str, str]:
    """Path of the page -> Markdown."""
    names = Names()
    pages = {f"api/{package}.md": _package_page(package, names) for package in names.packages}
    return {"api.md": _overview(names), **pages}


def _overview(names: Names) -> str:
    rows = []
    for package, entries in names.entries.items():
        told = importlib.import_module(package).__doc__ or ""
        shown = ", ".join(f"[`{one.name}`](api/{package}.md#{one.anchor})" for one in entries[:6])
        rows.append(f"| [`{package}`](api/{package}.md) | {first_sentence(told, lambda _: None)} {shown} ... |")
    return "\n".join(
        [
            "# Python interface",
            "",
            "Lengths are in Å, angles in radian, energies in kcal/mol; time runs from 1 (noise) to 0 (data).",
            "Randomness is an argument: the same seed and input give the same output.",
            "Bad input raises a `MolgenError` that names the file, the place and the reason.",
            "",
            "The tasks in one program, to run in a clone:",
            "",
            '```python\n--8<-- "docs/examples/tour.py"\n```',
            "",
            "| package | what it is for |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def _package_page(package: str, names: Names) -> str:
    link = partial(names.link, package=package)
    told = markdown(importlib.import_module(package).__doc__ or "", link)
    how = f"How it is used: [{_PAGES[package].removesuffix('.md')}](../{_PAGES[package]})." if package in _PAGES else ""
    parts = [f"# {package}", told, how, *(_entry(one, names) for one in names.entries[package])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _entry(entry: Entry, names: Names) -> str:
    link = partial(names.link, package=entry.package)
    signature = _signature(entry.name, entry.value)
    parts = [
        f"## {entry.name} {{: #{entry.anchor} }}",
        f"```python\n{signature}\n```",
        markdown(entry.value.__doc__ or "", link),
        *(_methods(entry, names) if inspect.isclass(entry.value) else ()),
    ]
    related = list(names.related(signature, entry))
    parts += [f"Related: {', '.join(related)}."] if related else []
    parts.append(f"<small>Defined in `{entry.value.__module__}`.</small>")
    return "\n\n".join(part for part in parts if part)


def _methods(entry: Entry, names: Names) -> Iterator[str]:
    """Own public methods and properties, each with its first sentence."""
    lines = []
    link = partial(names.link, package=entry.package)
    for name, value in vars(entry.value).items():
        told = value.fget.__doc__ if isinstance(value, property) else getattr(value, "__doc__", None)
        function = getattr(value, "__func__", value)
        if name.startswith("_") or not told or not (inspect.isfunction(function) or isinstance(value, property)):
            continue
        shown = name if isinstance(value, property) else f"{name}({_arguments(function)})"
        lines.append(f"- `{shown}`: {first_sentence(told, link)}")
    if lines:
        yield "\n".join(["**Methods and properties**", "", *lines])


def _arguments(function: Any) -> str:
    """Names of the arguments, without the object itself."""
    given = list(inspect.signature(function).parameters)
    return ", ".join(name for name in given if name not in ("self", "cls"))


def _signature(name: str, value: Any) -> str:
    """`name(arguments)`, one argument a line where they are many."""
    try:
        given = inspect.signature(value)
    except ValueError:  # e.g. a class that C made
        return name
    arguments = _with_star(given, [str(one).replace("'", "") for one in given.parameters.values()])
    result = given.return_annotation
    returned = "" if result is given.empty or inspect.isclass(value) else f" -> {str(result).strip(chr(39))}"
    flat = f"{name}({', '.join(arguments)}){returned}"
    if len(flat) <= 88:
        return flat
    return f"{name}(\n" + "".join(f"    {one},\n" for one in arguments) + f"){returned}"


def _with_star(given: inspect.Signature, arguments: Sequence[str]) -> list[str]:
    """A bare `*` before the first keyword-only argument, unless there is *args."""
    kinds = [one.kind for one in given.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.KEYWORD_ONLY not in kinds:
        return list(arguments)
    first = kinds.index(inspect.Parameter.KEYWORD_ONLY)
    return [*arguments[:first], "*", *arguments[first:]]
