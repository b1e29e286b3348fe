"""Limits of numbers in configurations; an error begins with the key, to which the reader of a file adds its section."""

from __future__ import annotations

import math
from typing import Any


def at_least(config: Any, least: float, *names: str) -> None:
    """The named fields are finite and not below ``least``.

    Raises:
        ValueError: one is not.
    """
    for name, value in _values(config, names):
        if not least <= value < math.inf:
            raise ValueError(f"{name} must be at least {least}, not {value}")


def above(config: Any, bound: float, *names: str) -> None:
    """The named fields are finite and above ``bound``.

    Raises:
        ValueError: one is not.
    """
    for name, value in _values(config, names):
        if not bound < value < math.inf:
            raise ValueError(f"{name} must be more than {bound}, not {value}")


def shares(config: Any, *names: str) -> None:
    """The named fields are at least 0 and at most 1.

    Raises:
        ValueError: one is not.
    """
    for name, value in _values(config, names):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be between 0 and 1, not {value}")


def below_one(config: Any, *names: str) -> None:
    """The named fields are at least 0 and below 1.

    Raises:
        ValueError: one is not.
    """
    for name, value in _values(config, names):
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be at least 0 and less than 1, not {value}")


def _values(config: Any, names: tuple[str, ...]) -> list[tuple[str, float]]:
    return [(name, getattr(config, name)) for name in names]
