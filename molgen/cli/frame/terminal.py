"""What the commands share: the console, and how values are printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS = 50
"""A longer table is cut; the files hold everything."""


def percent(value: float | None) -> str:
    """A share as text; nothing for None."""
    return "" if value is None else f"{100 * value:.0f} %"


class Failed(Protocol):
    """An input that failed."""

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str | None: ...

    @property
    def error(self) -> str | None: ...


def print_failure(row: Failed, source: str) -> None:
    """The one line of a lone input that failed: `a.sdf:record 1: reason`, or by its name where it is of no file."""
    print(f"error: {f'{source}:{row.place}' if row.place else row.name}: {row.error}", file=sys.stderr)


def yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def console() -> Console:
    from rich.console import Console

    terminal = Console(markup=False, emoji=False, highlight=False)  # `:A:` of a residue label is the name of an emoji
    return terminal if terminal.is_terminal else Console(markup=False, emoji=False, highlight=False, width=120)
