"""What the commands share: a progress counter and a console."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS = 50
"""A longer table is cut; the files hold everything."""
_PATIENCE = 2.0  # seconds before progress shows


@contextmanager
def progress(task: str) -> Iterator[Callable[[Any], None]]:
    """A counter on stderr, only on a terminal and only after a while.

    Yields what to call after each piece of work: with the number done so far, or with anything else to count one up.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    terminal = Console(stderr=True)
    if not terminal.is_terminal:
        yield lambda done: None
        return
    count = TextColumn("{task.completed:.0f} {task.description}")
    bar = Progress(SpinnerColumn(), count, TimeElapsedColumn(), console=terminal, transient=True)
    number = bar.add_task(task, total=None)
    timer = threading.Timer(_PATIENCE, bar.start)
    timer.daemon = True
    timer.start()

    def tick(done: Any) -> None:
        if isinstance(done, int):
            bar.update(number, completed=done)
        else:
            bar.advance(number)

    try:
        yield tick
    finally:
        timer.cancel()
        bar.stop()


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

    found = Console(markup=False, emoji=False, highlight=False)  # `:A:` of a residue label is the name of an emoji
    return found if found.is_terminal else Console(markup=False, emoji=False, highlight=False, width=120)
