"""Commands and options by the names that they once had: they still work, and say their new name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

RENAMED = {
    ("rescore", "--minimise"): "--minimize",
    ("conformers", "--pool"): "--samples",
    ("conformers", "--vacuum"): "--gas-phase",
    ("conformers", "--rmsd"): "--min-rmsd",
    ("conformers", "--relax"): "--minimize-with",
}
"""(command, old option) -> new option."""


def with_new_names(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command line with every old option under its new name; each is told on stderr."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    renamed = []
    for argument in arguments:
        option, equals, value = argument.partition("=")
        new = RENAMED.get((command, option))
        if new is not None:
            print(f"warning: {option} is now {new}", file=sys.stderr)
        renamed.append(argument if new is None else f"{new}{equals}{value}")
    return renamed
