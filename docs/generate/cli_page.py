"""The command line as a page: every command, argument and option, from the typer app itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import typer
import typer.core

from molgen.cli.frame.apps import TERMINAL

EVERYWHERE = """| Every command | |
| --- | --- |
| `-h`, `--help` | what it does, and its options |
| `-q`, `--quiet` | nothing but errors |
| `-v`, `--verbose` | every stage as a line |
| `--json` | results as one JSON document on stdout, with the files that were written |
| `--debug` | the traceback of an error, also of a molecule that failed |

`molgen -V` prints the version; `molgen --install-completion` makes the shell complete commands, options and files.

Results go to stdout, notes and progress to stderr. Exit codes: 0 done, 1 an unexpected error, 2 wrong usage or
nothing came out, 130 interrupted."""
KINDS = {bool: "", int: "INTEGER", float: "NUMBER", str: "TEXT", Path: "PATH"}


def cli_page(app: typer.Typer) -> str:
    """Markdown with one section per command, in the order of `--help`."""
    root = typer.main.get_command(app)
    parts = ["# Command line", root.help or "", EVERYWHERE]
    for path, command in commands(root):
        parts += [f"## {' '.join(('molgen', *path))}", inspect.cleandoc(command.help or ""), _usage(path, command)]
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option"]
        hints = get_type_hints(command.callback, include_extras=True)
        parts += [_table("Argument", arguments, hints)] if arguments else []
        parts += [_table(title, group, hints) for title, group in _groups(options).items()]
    return "\n\n".join(part for part in parts if part) + "\n"


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The words that call each command that is not hidden, and the command."""
    shown = {name: command for name, command in group.commands.items() if not command.hidden}
    for name, command in shown.items():
        if isinstance(command, typer.core.TyperGroup):
            if command.invoke_without_command:  # a command that has commands below it
                yield (*path, name), command
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def _usage(path: tuple[str, ...], command: Any) -> str:
    if isinstance(command, typer.core.TyperGroup):
        return f"```text\n{' '.join(('molgen', *path, '[OPTIONS]'))}\n```"
    needed = [f"{one.opts[0]} {one.name.upper()}" for one in command.params if one.required and one.opts[0][0] == "-"]
    arguments = [one.metavar or one.name.upper() for one in command.params if one.param_type_name == "argument"]
    return f"```text\n{' '.join(('molgen', *path, *arguments, *needed, '[OPTIONS]'))}\n```"


def _groups(options: list[Any]) -> dict[str, list[Any]]:
    """Options by the group of the help that they are in, without those that every command has."""
    groups: dict[str, list[Any]] = {}
    for one in options:
        groups.setdefault(one.rich_help_panel or "Option", []).append(one)
    return {title: group for title, group in groups.items() if title != TERMINAL}


def _table(title: str, params: list[Any], hints: dict[str, Any]) -> str:
    shown = [one for one in params if one.name in hints and not one.hidden]
    rows = [f"| {_names(one)} | {_kind(hints[one.name], one)} | {_default(one)} | {_cell(one.help)} |" for one in shown]
    return "\n".join([f"| {title} | Value | Default | |", "| --- | --- | --- | --- |", *rows])


def _names(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{param.metavar or param.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))


def _kind(hint: Any, param: Any) -> str:
    """What a value looks like: its choices, its metavar, or its type with the least allowed value."""
    annotated, info = get_args(hint)[0], get_args(hint)[1]
    kinds = [one for one in get_args(annotated) if one is not NoneType]
    many = get_origin(annotated) is list or any(get_origin(one) is list for one in kinds)
    kind = kinds[0] if kinds else annotated
    kind = get_args(kind)[0] if get_origin(kind) is list else kind
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{one.value}`" for one in kind)
    text = param.metavar if param.metavar and param.param_type_name == "option" else KINDS[kind]
    least = f" ≥ {info.min:g}" if info.min is not None else ""
    return _cell(f"{text}{least}{', repeatable' if many else ''}")


def _default(param: Any) -> str:
    if param.required:
        return "required"
    if param.default in (None, "", False):
        return ""
    if param.default is True:
        return f"`{param.opts[0]}`"
    value = param.default.value if isinstance(param.default, Enum) else param.default
    return f"`{value}`"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("<", "&lt;")
