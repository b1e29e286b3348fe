"""What the packages export, and where on the site each name is."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
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
"""Whose `__all__` is documented, in this order; a name stands under the first package that has it."""


@dataclass(frozen=True)
class Entry:
    """A function or a class.

    Attributes:
        package, name: under which it is documented.
        value: itself.
    """

    package: str
    name: str
    value: Any

    @property
    def anchor(self) -> str:
        return f"{self.package}.{self.name}"


class Names:
    """Every documented name, to list and to link."""

    def __init__(self, packages: Sequence[str] = PACKAGES) -> None:
        self.packages = tuple(packages)
        self.entries: dict[str, list[Entry]] = {package: [] for package in packages}
        shown: set[int] = set()
        for package in packages:
            module = importlib.import_module(package)
            for name in module.__all__:
                value = getattr(module, name)
                if id(value) not in shown and (inspect.isfunction(value) or inspect.isclass(value)):
                    shown.add(id(value))
                    self.entries[package].append(Entry(package, name, value))

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        """Under the bare name where only one has it, and under every dotted name by which it can be imported."""
        every = [one for entries in self.entries.values() for one in entries]
        bare = {one.name: one for one in every if sum(other.name == one.name for other in every) == 1}
        dotted = {f"{one.package}.{one.name}": one for one in every}
        homes = {f"{one.value.__module__}.{one.name}": one for one in every}
        return {**homes, **dotted, **bare}

    def link(self, text: str, package: str) -> str | None:
        """A Markdown link to what ``text`` names, from the page of ``package``; None for what is not documented."""
        found = self._by_name.get(text.strip("~").removesuffix("()"))
        if found is None:
            return None
        page = "" if found.package == package else f"{found.package}.md"
        return f"[`{text.strip('~').split('.')[-1]}`]({page}#{found.anchor})"

    def related(self, texts: str, entry: Entry) -> Iterator[str]:
        """Links to the documented names that occur in some text, without the entry itself."""
        for word in dict.fromkeys(re.findall(r"\b[A-Z]\w+\b", texts)):
            link = self.link(word, entry.package) if word != entry.name else None
            if link is not None:
                yield link
