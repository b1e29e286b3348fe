"""Commands of the README and the docs can be pasted in a clone: they parse, and what they read exists by then."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from molgen.cli import root

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "data/README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
READ = re.compile(r"\.(smi|csv|sdf|pdb|cif|mol2|yaml|safetensors|parquet)(\.gz)?$")
WRITTEN = {
    *("-o", "--output", "--report", "--complex", "--receptor-out", "--failures", "--trajectory"),
    *("--summary", "--pymol", "--chimerax"),
}
YOURS = {"library.parquet"}
"""What stands for files of the reader."""
MADE_ON_ITS_PAGE = {"weigh", "directions"}
"""Commands that a page has the reader write."""


def commands(text: str) -> Iterator[list[str]]:
    """The `molgen` commands in the shell blocks of a page, as words; loops and lines that go on are joined."""
    blocks = re.finditer(r"^ *```sh\n(.*?)^ *```|^ {4}(?=\S*molgen )([^\n]*)$", text, flags=re.M | re.S)
    for block in blocks:
        for line in (block[1] or block[2]).replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and Path(words[0]).name == "molgen" and "..." not in words:
                yield words


def arguments(words: list[str]) -> tuple[list[str], list[str]]:
    """The paths that a command reads and those that it writes."""
    written = [words[k + 1] for k, word in enumerate(words[:-1]) if word in WRITTEN]
    given = [word for k, word in enumerate(words) if k > 1 and words[k - 1] not in WRITTEN]
    paths = [word for word in given if READ.search(word) or re.match(r"(data|configs|prepared|runs)/", word)]
    return [path for path in paths if not re.search(r"[{$=*]", path)], written


def is_made(path: str, made: list[str]) -> bool:
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in made)


@cache
def whole_command() -> Any:
    """`molgen` with all commands; making it takes longer than to parse a line."""
    return typer.main.get_command(root)


def parse(words: list[str]) -> None:
    """Parse the words of a command as `molgen` does; an unknown command, option or value raises."""
    command = whole_command()
    with contextlib.suppress(typer.Exit):  # --version, --help
        context = command.make_context("molgen", list(words[1:]))
        while hasattr(command, "resolve_command") and (left := [*context._protected_args, *context.args]):
            name, command, left = command.resolve_command(context, left)
            context = command.make_context(name, left, parent=context)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_one_that_molgen_has(page):
    for words in commands((ROOT / page).read_text(encoding="utf-8")):
        if not MADE_ON_ITS_PAGE & set(words):
            parse(words)


@pytest.mark.parametrize(
    "line", ["dock --no-such-option", "conformer CCO -o x.sdf", "screen statsu run/", "dock -o x.sdf -n few"]
)
def test_a_command_that_molgen_does_not_have_is_seen(line):
    with pytest.raises(Exception, match=r"(?i)no such|invalid|missing|valid integer"):
        parse(["molgen", *line.split()])


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_command_reads_is_in_the_clone_or_was_made_before(page):
    made: list[str] = []
    missing = []
    for words in commands((ROOT / page).read_text(encoding="utf-8")):
        read, written = arguments(words)
        missing += [
            (" ".join(words[:3]), path)
            for path in read
            if path not in YOURS and not (ROOT / path).exists() and not is_made(path, made)
        ]
        made += written
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_programs_of_the_repository_that_a_page_names_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:benchmarks|configs|docs|data|notebooks|tests)/[\w/-]+\.(?:py|yaml|ipynb)\b", text))
    modules = {module.rstrip(".").replace(".", "/") for module in re.findall(r"-m (benchmarks[.\w]+)", text)}
    absent = [name for name in sorted(named) if not (ROOT / name).exists()]
    absent += [name for name in modules if not any((ROOT / f"{name}{end}").exists() for end in (".py", "/__main__.py"))]
    assert absent == []


def test_the_walk_sees_a_file_that_is_not_there():
    (words,) = commands("```sh\nmolgen dock -p nowhere.pdb -l x.smi -o poses.sdf  # poses\n```\n")
    assert arguments(words) == (["nowhere.pdb", "x.smi"], ["poses.sdf"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", ["README.md", "docs/index.md", "docs/tutorial.md", "docs/conformers.md", "docs/analysis.md"]
)
def test_the_commands_of_a_page_work_one_after_the_other(page, tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "data")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    for words in commands((ROOT / page).read_text(encoding="utf-8")):
        command = [sys.executable, "-m", "molgen", *words[1:]]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stderr)
