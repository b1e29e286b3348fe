"""Work on many molecules in blocks: parallel, resumable, one part file and one log per block."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from molgen.errors import InputError, MolgenError
from molgen.files import write_atomically
from molgen.workers import map_processes


@dataclass(frozen=True)
class PrepareSummary:
    """Counts over the whole input, parts of earlier runs included; size: of the parts, bytes."""

    molecules: int
    conformers: int
    failures: int
    size: int = 0


@dataclass(frozen=True)
class Item:
    """One input: its name, its place in the file, and the thing itself or why it could not be read."""

    name: str
    place: str | None
    value: Any = None
    error: str | None = None


@dataclass(frozen=True)
class Block:
    """A run of inputs."""

    number: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Made:
    """What became of one input: the record to store, and how many conformers it holds."""

    record: Any
    conformers: int


@dataclass(frozen=True)
class BlockJob:
    """Works on one block and writes its part and its log; picklable.

    Attributes:
        folder: of the parts.
        make: value of an item -> record.
        encode: records -> bytes of a part.
    """

    folder: Path
    make: Callable[[Any], Made]
    encode: Callable[[list[Any]], bytes]

    def has_done(self, block: Block) -> bool:
        """Whether an earlier run finished this block; with a smaller limit it may have been shorter."""
        path = self.folder / f"part-{block.number:05d}.json"
        if not path.exists():
            return False
        log = json.loads(path.read_text())
        return log["molecules"] + len(log["failures"]) == len(block.items)

    def __call__(self, block: Block) -> int:
        made, rows = [], []
        for item in block.items:
            try:
                if item.value is None:
                    raise MolgenError(item.error or "unreadable")
                made.append(self.make(item.value))
            except MolgenError as failure:
                rows.append((item.name, item.place, failure.reason))
            except Exception as failure:  # one molecule must not stop a library: it ends as a named failure
                rows.append((item.name, item.place, f"{type(failure).__name__}: {failure}"))
        if made:
            with write_atomically(self.folder / f"part-{block.number:05d}.safetensors", binary=True) as file:
                file.write(self.encode([m.record for m in made]))
        log = {"molecules": len(made), "conformers": sum(m.conformers for m in made), "failures": rows}
        with write_atomically(self.folder / f"part-{block.number:05d}.json") as file:
            json.dump(log, file)
        return len(block.items)


def run_blocks(
    items: Iterable[Item], size: int, job: BlockJob, workers: int, on_block: Callable[[int], None] | None
) -> PrepareSummary:
    """Work on all items in blocks of ``size``; blocks finished by an earlier run are kept.

    Args:
        workers: processes.
        on_block: called with the number of items finished so far.
    """
    done = 0
    for count in _map(job, (b for b in _blocks(items, size) if not job.has_done(b)), workers):
        done += count
        if on_block:
            on_block(done)
    return _summary(job.folder)


def check_settings(folder: Path, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Note the settings of a folder, or see that they are those of the run that began it.

    Args:
        defaults: values of settings that the earlier run did not know yet.

    Raises:
        InputError: they differ.
    """
    path = folder / "prepare.json"
    if path.exists():
        before = {**defaults, **json.loads(path.read_text())}
        changed = [k for k in settings if before.get(k) != settings[k]]
        if changed:
            raise InputError(
                f"was prepared with another {', '.join(changed)}; use the same settings to resume, or a new folder",
                source=folder,
            )
        return
    with write_atomically(path) as file:
        json.dump(settings, file, indent=1)


def _blocks(items: Iterable[Item], size: int) -> Iterator[Block]:
    stream = iter(items)
    number = 0
    while chunk := tuple(islice(stream, size)):
        yield Block(number, chunk)
        number += 1


def _map(job: BlockJob, blocks: Iterator[Block], workers: int) -> Iterator[int]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return map_processes(job, blocks, workers, name=_name, begin=_one_thread)


def _name(block: Block) -> str:
    return f"block {block.number} ({block.items[0].name} and what follows)"


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _summary(folder: Path) -> PrepareSummary:
    logs = [json.loads(p.read_text()) for p in sorted(folder.glob("part-*.json"))]
    rows = [row for log in logs for row in log["failures"]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "place", "reason"))
    writer.writerows(rows)
    with write_atomically(folder / "failures.csv") as file:
        file.write(text.getvalue())
    size = sum(path.stat().st_size for path in folder.glob("part-*.safetensors"))
    return PrepareSummary(sum(x["molecules"] for x in logs), sum(x["conformers"] for x in logs), len(rows), size)
