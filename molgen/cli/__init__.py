"""The command `molgen`: parse, call one task function, print a table.

Every module here that has a `command` (a function, or a typer app of commands) is a command by the name of the module.
Only typer is imported at the top of any of them, so that `molgen --help` answers at once.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from molgen import __version__
from molgen.cli.frame.apps import Commands
from molgen.cli.frame.interrupts import ended_cleanly
from molgen.cli.frame.renamed import with_new_names
from molgen.errors import MolgenError
from molgen.outcomes import debugging

_INTERRUPTED = 130  # typer's exit code after a Ctrl-C
_LIBRARY = "what is finished is in the output folder; the same command with --resume goes on from there"
_LEFT = {
    "prepare": "the parts that are finished stay, and the same command goes on with the rest",
    "train": "weights and state are those of the last checkpoint in the output folder; --resume goes on from there",
    "screen": _LIBRARY,
}

root = Commands(name="molgen", no_args_is_help=True, pretty_exceptions_enable=False)


def add_commands(target: typer.Typer, folders: Iterable[str] = __path__) -> None:
    """Add the commands that the modules in ``folders`` define, by name; groups of commands come last."""
    names = sorted(module.name for module in pkgutil.iter_modules(folders))
    commands = {name: getattr(importlib.import_module(f"{__name__}.{name}"), "command", None) for name in names}
    for name, command in commands.items():
        if command is not None and not isinstance(command, typer.Typer):
            target.command(name)(command)
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            target.add_typer(command, name=name)


add_commands(root)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 done, 1 unexpected error, 2 bad input or usage, 130 interrupted, 143 terminated."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        with ended_cleanly(), debugging(debug):
            current = with_new_names([argument for argument in given if argument != "--debug"])
            root(args=current, prog_name="molgen", obj=given)
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:
            print(f"interrupted: {_left_behind(given)}", file=sys.stderr)
        raise
    except Exception as error:
        if debug:
            raise
        sys.exit(_report(error))
    sys.exit(0)


def _left_behind(arguments: Sequence[str]) -> str:
    """What an interrupted command leaves, in one line."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command == "conformers" and _names_folder(arguments):
        return _LIBRARY
    return _LEFT.get(command, "output files are whole, or as they were before")


def _names_folder(arguments: Sequence[str]) -> bool:
    """Whether the output of `molgen conformers` is the folder of a library."""
    named = [second for first, second in pairwise(arguments) if first in ("-o", "--output")]
    named += [argument.partition("=")[2] for argument in arguments if argument.startswith("--output=")]
    return any(Path(name).is_dir() for name in named)


def _report(error: Exception) -> int:
    """Print one line on stderr; returns the exit code."""
    if isinstance(error, MolgenError):
        print(f"error: {error}", file=sys.stderr)
        return 2
    reason = " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename is not None:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"error: {type(error).__name__}: {reason} (--debug shows where)", file=sys.stderr)
    return 1


def _version(wanted: bool) -> None:
    if wanted:
        print(f"molgen {__version__}")
        raise typer.Exit


@root.callback()
def _options(
    version: Annotated[
        bool, typer.Option("-V", "--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; works anywhere.")] = False,
) -> None:
    """Conformers, docking and side chains: generative 3D structures of molecules.

    Try `molgen example`, then the commands that it prints.
    """
