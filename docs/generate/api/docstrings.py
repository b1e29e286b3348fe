"""Docstrings of this project as Markdown: sections of arguments and errors become lists, names become links."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

_TITLES = ("Args", "Attributes", "Returns", "Yields", "Raises")
_ENTRY = re.compile(r"(?P<names>\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*(?: \([^)]*\))?): (?P<text>.*)", re.DOTALL)

Link = Callable[[str], str | None]


def markdown(docstring: str, link: Link) -> str:
    """A docstring as Markdown.

    Args:
        docstring: as it is in the code.
        link: a name in backticks -> a link, or None.
    """
    return "\n\n".join(_part(title, text, link) for title, text in _sections(inspect.cleandoc(docstring)))


def first_sentence(docstring: str | None, link: Link) -> str:
    """What a docstring begins with, in one line."""
    text = inspect.cleandoc(docstring or "").split("\n\n")[0].replace("\n", " ")
    return _inline(re.split(r"(?<=[.;])\s", text)[0].rstrip(";"), link)


def _sections(text: str) -> list[tuple[str, str]]:
    """(title, text) of the parts; the title of a paragraph is empty."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        title = line.removesuffix(":")
        if title in _TITLES and line != title:
            parts.append((title, []))
        elif parts[-1][0] and line and not line.startswith(" "):
            parts.append(("", [line]))
        else:
            parts[-1][1].append(line)
    return [(title, "\n".join(lines).strip("\n")) for title, lines in parts if "\n".join(lines).strip()]


def _part(title: str, text: str, link: Link) -> str:
    if not title:
        return _blocks(text, link)
    inner = inspect.cleandoc(f"\n{text}")
    items = re.split(r"\n(?=\S)", inner)
    entries = [_ENTRY.fullmatch(item) for item in items]
    if not all(entries):
        return f"**{title}:** {_inline(' '.join(inner.split()), link)}"
    lines = [
        f"- `{entry['names']}`: {_inline(' '.join(entry['text'].split()), link)}"
        for entry in entries
        if entry is not None
    ]
    return "\n".join([f"**{title}**", "", *lines])


def _blocks(text: str, link: Link) -> str:
    """Paragraphs; what is indented, as formulas and commands are, stays as it is."""
    blocks = []
    for block in re.split(r"\n\s*\n", text):
        if all(line.startswith("    ") for line in block.splitlines()):
            blocks.append(f"```text\n{inspect.cleandoc(block)}\n```")
        else:
            blocks.append(_inline(block, link))
    return "\n\n".join(blocks)


def _inline(text: str, link: Link) -> str:
    """Names as links; outside of code nothing is taken for markup."""
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text).replace("``", "`")
    pieces = re.split(r"(`[^`]*`)", text)
    shown = []
    for piece in pieces:
        if piece.startswith("`") and len(piece) > 2:
            shown.append(link(piece.strip("`")) or f"`{piece.strip('`').lstrip('~')}`")
        else:
            shown.append(re.sub(r"([*_\[\]<])", r"\\\1", piece))
    return "".join(shown)
