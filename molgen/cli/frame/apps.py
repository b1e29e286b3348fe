"""Typer apps whose commands all have `-h`, `-q`, `-v` and `--json`, and a help in groups."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer
import typer.core

from molgen.cli.frame.help_text import usage_words, write_commands, write_options
from molgen.cli.frame.voice import Voice, speaking

TERMINAL = "Terminal"
"""The group of the options that every command has."""
_Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print errors only.", rich_help_panel=TERMINAL, show_default=False)
]
_Verbose = Annotated[
    bool,
    typer.Option("-v", "--verbose", help="Print a line for every stage.", rich_help_panel=TERMINAL, show_default=False),
]
_Json = Annotated[
    bool,
    typer.Option("--json", help="Results as JSON on stdout.", rich_help_panel=TERMINAL, show_default=False),
]
_COMMON = {"quiet": _Quiet, "verbose": _Verbose, "as_json": _Json}


class Command(typer.core.TyperCommand):
    """A command of molgen, its options in the groups that they name."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return usage_words(super().collect_usage_pieces(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        write_options(self, ctx, formatter)


class Group(typer.core.TyperGroup):
    """A group of commands of molgen."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        write_options(self, ctx, formatter)
        write_commands(self, ctx, formatter)


class Commands(typer.Typer):
    """A typer app whose commands have the options that all have.

    Args:
        options: of :class:`typer.Typer`.
    """

    def __init__(self, **options: Any) -> None:
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
        super().__init__(cls=Group, context_settings=settings, rich_markup_mode=None, **options)

    def command(self, name: str | None = None, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """As that of typer; without any argument a command that needs some shows its help."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            needs = any(
                parameter.default is parameter.empty for parameter in inspect.signature(function).parameters.values()
            )
            chosen = {"cls": Command, "no_args_is_help": needs, **options}
            super(Commands, self).command(name, **chosen)(with_voice(function))
            return function

        return add


def with_voice(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with `--quiet`, `--verbose` and `--json` after its own options, which it need not know of."""
    hints = get_type_hints(function, include_extras=True)

    @functools.wraps(function)
    def run(*arguments: Any, quiet: bool = False, verbose: bool = False, as_json: bool = False, **options: Any) -> Any:
        with speaking(Voice(quiet, verbose, as_json)):
            return function(*arguments, **options)

    given = inspect.signature(function)
    own = [
        parameter.replace(annotation=hints.get(name, parameter.annotation))
        for name, parameter in given.parameters.items()
    ]
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=hint)
        for name, hint in _COMMON.items()
    ]
    run.__signature__ = given.replace(parameters=[*own, *common])  # pyright: ignore[reportAttributeAccessIssue]
    run.__annotations__ = {**hints, **_COMMON}
    return run
