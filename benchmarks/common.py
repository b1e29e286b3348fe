"""What the benchmarks share: a subset to run on, lines of JSON that a rerun goes on with, and tables."""

import argparse
import json
import random
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

Row = dict[str, Any]
Key = tuple[Any, ...]
Item = TypeVar("Item")


HALVES = ("choose", "report")


def chosen(
    items: Iterable[Item], name: Callable[[Item], str], limit: int | None, seed: int, half: str | None = None
) -> list[Item]:
    """The first ``limit`` of a seeded shuffle, so that a smaller subset is a part of a larger one.

    Args:
        half: "choose" or "report" for the first or the second half of the shuffle, so that what was chosen on one half
            can be reported on the other; None: all.
    """
    ordered = sorted(items, key=name)
    random.Random(seed).shuffle(ordered)
    middle = len(ordered) // 2
    part = {None: ordered, "choose": ordered[:middle], "report": ordered[middle:]}[half]
    return part[:limit]


def read_rows(paths: Iterable[Path], key: Callable[[Row], Key]) -> list[Row]:
    """All complete lines; a line cut short by an interruption is left out, the last row of a key wins."""
    rows: dict[Key, Row] = {}
    for path in paths:
        for line in path.read_text().splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            rows[key(row)] = row
    return list(rows.values())


class Results:
    """A file of JSON lines that rows are appended to, each at once; use it in a ``with`` statement.

    Args:
        path: made with its folder if it is not there.
        key: what makes a row unique, from the fields that are known before it is measured.
    """

    def __init__(self, path: Path, key: Callable[[Row], Key]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._key = key
        self._done = {key(row) for row in read_rows([path], key)} if path.exists() else set()
        self._file = path.open("a")
        self._file.write("\n" if path.stat().st_size else "")  # a line cut short ends here

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, row: Row) -> bool:
        """Whether the file held this row before the run."""
        return self._key(row) in self._done

    def add(self, row: Row, line: str) -> None:
        """Append a row, and print a line about it on stderr."""
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
        print(line, file=sys.stderr)


def reason(error: Exception) -> str:
    """A failure in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


def markdown_table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    rows = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def names_among(known: Collection[str]) -> Callable[[str], list[str]]:
    """The type of an option that takes some of these names, with commas."""

    def parse(text: str) -> list[str]:
        names = text.split(",")
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown {', '.join(unknown)}; choose from {', '.join(known)}")
        return names

    return parse


def benchmark_parser(
    description: str | None, *, things: str, count: int, what: str, timeout: float
) -> argparse.ArgumentParser:
    """The options that the benchmarks have in common.

    Args:
        description: docstring of the benchmark.
        things: that it runs on, e.g. "molecules".
        count: of results asked for of each, by default.
        what: these results are.
        timeout: CPU seconds, by default.
    """
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("-n", type=int, default=count, help=what)
    options.add_argument("--limit", type=int, help=f"only the first {things} of a seeded shuffle")
    options.add_argument("--half", choices=HALVES, help=f"of the shuffled {things}: to choose by, or to report")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--timeout", type=float, default=timeout, help=f"CPU seconds for each of the {things}")
    options.add_argument("--out", type=Path, help="JSON lines, appended to")
    options.add_argument("--report", type=Path, nargs="+", help="print the tables of these files and stop")
    return options
