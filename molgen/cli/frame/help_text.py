"""The help of a command: its options in groups, with colors where a terminal is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer

_TITLES = {"argument": "Arguments", "option": "Options"}
_LAST = ("Advanced", "Terminal")
"""Groups that stand at the end."""


def write_options(command: Any, ctx: Any, formatter: Any) -> None:
    """The arguments and options of a command, group by group, in the order in which the groups come up.

    Args:
        command: whose help it is.
        ctx, formatter: of click; the formatter is written to, and leaves out colors where no terminal is.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            title = getattr(param, "rich_help_panel", None) or _TITLES[param.param_type_name]
            if param.name == "help" and _LAST[-1] in groups:
                title = _LAST[-1]
            names = param.metavar or param.name.upper() if param.param_type_name == "argument" else _names(record[0])
            groups.setdefault(title, []).append((names, _explained(record[1])))
    order = ("Arguments", *(title for title in groups if title not in ("Arguments", *_LAST)), *_LAST)
    for title in (title for title in order if title in groups):
        with formatter.section(typer.style(title, bold=True)):
            formatter.write_dl(groups[title], col_max=34)


def usage_words(words: Sequence[str]) -> list[str]:
    """The words of a usage line without the braces that typer puts around arguments: `INPUT` for `{INPUT}`."""
    return [word if "|" in word else re.sub(r"^\{(.*?)(\.\.\.)?\}", r"\1", word) for word in words]


def write_commands(group: Any, ctx: Any, formatter: Any) -> None:
    """The commands of a group, each with its first sentence."""
    commands = [(name, group.get_command(ctx, name)) for name in group.list_commands(ctx)]
    rows = [
        (typer.style(name, fg="cyan"), command.get_short_help_str(200))
        for name, command in commands
        if not command.hidden
    ]
    with formatter.section(typer.style("Commands", bold=True)):
        formatter.write_dl(rows)


def _names(text: str) -> str:
    """Names of an option in color, and what its value looks like in capitals: `--seed N` for `--seed <int range>`."""
    text = re.sub(r" +<bool>$", "", text)
    for written, shown in (("int range|int", "N"), ("float range|float", "X"), ("path", "PATH"), ("str", "TEXT")):
        text = re.sub(rf"<({written})>", shown, text)
    text = re.sub(r"<list\[(\w+)\]>", lambda match: f"{'PATH' if match[1] == 'Path' else 'TEXT'} ...", text)
    text = re.sub(r"<([\w|-]+)>$", r"\1", text)
    return re.sub(r"(?<![\w-])--?[a-zA-Z][\w-]*", lambda match: typer.style(match[0], fg="cyan"), text)


def _explained(text: str) -> str:
    """The help of an option, without lower bounds, which the error tells."""
    return re.sub(r" *\[\]$", "", re.sub(r"(; )?x>=[\d.]+\]$", "]", text))
