"""Inputs to part files, block by block: parallel, resumable, one part and one log per block, failures named."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from molgen.errors import MolgenError
from molgen.files import write_atomically
from molgen.outcomes import reason_of
from molgen.runtime.threads import one_thread
from molgen.runtime.workers import map_processes

MAX_PART_BYTES = 48 * 2**20
_DIGITS = 5
_FORMERLY = {"molecules": "prepared", "proteins": "prepared", "conformers": "examples"}
"""Keys in the logs of earlier versions."""


@dataclass(frozen=True)
class PreparationInput:
    """One input of a preparation.

    Attributes:
        name: in the log and in failures.csv.
        value: what is prepared; None if it could not be read.
        place: in its file, "line 7".
        error: why it could not be read.
    """

    name: str
    value: Any = None
    place: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class InputBlock:
    """A run of inputs."""

    number: int
    inputs: tuple[PreparationInput, ...]

    def __str__(self) -> str:
        return f"block {self.number} ({self.inputs[0].name} and what follows)"


@dataclass(frozen=True)
class BlockLog:
    """The outcome of the inputs of a block.

    Attributes:
        prepared: inputs that did not fail.
        examples: number of training examples in them.
        failures: (name, place, reason) of the others.
        inputs: names of all; earlier versions did not note them for conformers.
    """

    prepared: int
    examples: int
    failures: list[tuple[str, str | None, str]]
    inputs: list[str] | None = None

    @classmethod
    def read(cls, path: Path) -> BlockLog:
        """The log in a file, also in one of an earlier version."""
        log = {_FORMERLY.get(key, key): value for key, value in json.loads(path.read_text()).items()}
        failures = [(row[0], row[1] if len(row) > 2 else None, row[-1]) for row in log["failures"]]
        return cls(log["prepared"], log["examples"], failures, log.get("inputs"))

    def covers(self, block: InputBlock) -> bool:
        """Whether the log is of these inputs; a run with a limit may have ended within the block."""
        names = [item.name for item in block.inputs]
        return self.inputs == names if self.inputs else self.prepared + len(self.failures) == len(names)


@dataclass(frozen=True)
class PrepareSummary:
    """Counts over the whole input, parts of earlier runs included.

    Attributes:
        prepared: inputs that did not fail.
        examples: what they hold to train on: conformers, trajectories, ligands or poses.
        failures: inputs that did.
        size: of the parts, bytes.
    """

    prepared: int
    examples: int
    failures: int
    size: int


@dataclass(frozen=True)
class BlockWork:
    """Works on one block, and writes its parts and its log.

    Attributes:
        folder: of the parts.
        prepare: value of an input -> its records. Any error becomes a line of failures.csv.
        encode: (records, label) -> bytes of a part; a part of more than 48 MiB is written as several.
        count: record -> number of examples.
        label: name of the source.
        digits: of the numbers in the names of the files.
    """

    folder: Path
    prepare: Callable[[Any], Sequence[Any]]
    encode: Callable[[Sequence[Any], str], bytes]
    count: Callable[[Any], int]
    label: str
    digits: int = _DIGITS

    def has_done(self, block: InputBlock) -> bool:
        """Whether an earlier run finished this block."""
        path = self._path(block)
        return path.exists() and BlockLog.read(path).covers(block)

    def __call__(self, block: InputBlock) -> int:
        prepared: list[Sequence[Any]] = []
        failures = []
        for item in block.inputs:
            try:
                if item.value is None:
                    raise MolgenError(item.error or "unreadable")
                prepared.append(self.prepare(item.value))
            except Exception as error:  # one input must not stop the rest
                failures.append((item.name, item.place, reason_of(error, item.name)))
        self._write_parts(block, prepared)
        examples = sum(self.count(record) for records in prepared for record in records)
        log = BlockLog(len(prepared), examples, failures, [item.name for item in block.inputs])
        with write_atomically(self._path(block)) as file:
            json.dump(asdict(log), file)
        return len(block.inputs)

    def _write_parts(self, block: InputBlock, prepared: Sequence[Sequence[Any]]) -> None:
        stem = self._path(block).stem
        for pattern in (f"{stem}.safetensors", f"{stem}-*.safetensors"):  # of a run that was interrupted or cut short
            for path in self.folder.glob(pattern):
                path.unlink()
        for number, data in enumerate(self._encoded(prepared)):
            name = f"{stem}-{number}.safetensors" if number else f"{stem}.safetensors"
            with write_atomically(self.folder / name, binary=True) as file:
                file.write(data)

    def _encoded(self, prepared: Sequence[Sequence[Any]]) -> Iterator[bytes]:
        """The bytes of one part, or of several where one would be too large; what one input became stays together."""
        if not prepared:
            return
        data = self.encode([record for records in prepared for record in records], self.label)
        if len(data) <= MAX_PART_BYTES or len(prepared) == 1:
            yield data
            return
        half = len(prepared) // 2
        yield from self._encoded(prepared[:half])
        yield from self._encoded(prepared[half:])

    def _path(self, block: InputBlock) -> Path:
        return self.folder / f"part-{block.number:0{self.digits}d}.json"


def run_blocks(
    inputs: Iterable[PreparationInput],
    size: int,
    work: BlockWork,
    *,
    workers: int = 1,
    on_block: Callable[[int], None] | None = None,
) -> PrepareSummary:
    """Work on all inputs in blocks; blocks finished by an earlier run are kept. What is made is the same for any number
    of processes, each of which has one thread.

    Args:
        inputs: in an order that does not change.
        size: inputs per block.
        workers: processes.
        on_block: called with the number of inputs finished so far.

    Raises:
        InputError: the folder cannot be written.
        WorkerError: a process died twice at the same block; what is finished stays.
    """
    done = 0
    todo = (block for block in _blocks(inputs, size) if not work.has_done(block))
    with one_thread():
        for count in map_processes(work, todo, workers, begin=_begin):
            done += count
            if on_block:
                on_block(done)
    return summarize(work.folder)


def part_digits(folder: Path) -> int:
    """Digits of the numbers in the names of a folder's files; earlier versions had three for docking sets."""
    names = [path.stem.removeprefix("part-") for path in folder.glob("part-*.json")]
    return min(map(len, names), default=_DIGITS)


def summarize(folder: Path) -> PrepareSummary:
    """What the logs of a folder say; its failures.csv is written."""
    logs = [BlockLog.read(path) for path in sorted(folder.glob("part-*.json"))]
    failures = [row for log in logs for row in log.failures]
    with write_atomically(folder / "failures.csv") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "place", "reason"))
        writer.writerows(failures)
    size = sum(path.stat().st_size for path in folder.glob("part-*.safetensors"))
    return PrepareSummary(sum(log.prepared for log in logs), sum(log.examples for log in logs), len(failures), size)


def _blocks(inputs: Iterable[PreparationInput], size: int) -> Iterator[InputBlock]:
    stream = iter(inputs)
    chunks = iter(lambda: tuple(islice(stream, size)), ())
    return (InputBlock(number, chunk) for number, chunk in enumerate(chunks))


def _begin() -> None:
    import torch

    torch.set_num_threads(1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # for libraries that are loaded later
