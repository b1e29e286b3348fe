"""Views in 3D of results: they stand on a higher floor, and are loaded when a result is asked for its view."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def viewer(name: str) -> Callable[..., Any]:
    """A function of :mod:`molgen.reports.notebook`."""
    return getattr(import_module("molgen.reports.notebook"), name)
