"""Prepared sets made block by block: parallel, resumable, the same for any number of processes."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, Protocol

from molgen.datasets.blocks import check_settings
from molgen.datasets.complexes import ComplexRecord, encode_complexes
from molgen.errors import MolgenError
from molgen.files import write_atomically
from molgen.workers import map_processes

MAX_PART_BYTES = 48 * 2**20

Prepared = Sequence[ComplexRecord]


class Item(Protocol):
    """One input with a name."""

    @property
    def name(self) -> str: ...


def encode_ligands(made: Sequence[Prepared], source: str) -> bytes:
    """A part of a docking set."""
    return encode_complexes([record for records in made for record in records], source)


def count_ligands(made: Prepared) -> int:
    return len(made)


@dataclass(frozen=True)
class PartFormat:
    """How what the inputs became is stored; picklable.

    Attributes:
        encode: what some inputs became, and the name of the source -> the bytes of a part.
        count: what one input became -> its number of examples.
    """

    encode: Callable[[Sequence[Any], str], bytes] = encode_ligands
    count: Callable[[Any], int] = count_ligands


@dataclass(frozen=True)
class PrepareSummary:
    """Counts over the whole input, parts of earlier runs included; `proteins` are the inputs that did not fail."""

    proteins: int
    examples: int
    failures: int


@dataclass(frozen=True)
class Block:
    """A run of inputs."""

    number: int
    items: tuple[Item, ...]


def prepare_blocks(
    items: Sequence[Item],
    make: Callable[[Any], Any],
    output: str | Path,
    *,
    source: str,
    config: object,
    block: int,
    parts: PartFormat | None = None,
    workers: int = 1,
    on_block: Callable[[int], None] | None = None,
) -> PrepareSummary:
    """Turn every input into what is stored of it, and write parts below `output`; finished ones are kept.

    Args:
        items: inputs, in an order that does not change.
        make: what an input becomes (of a docking set: `Prepared`); picklable. Any error becomes one line of
            failures.csv.
        source: name of the input.
        config: dataclass of settings; a folder holds one source prepared with one.
        block: inputs per part; a part of more than 48 MiB is written as several.
        parts: how it is stored; as a docking set by default.
        workers: processes.
        on_block: called with the number of inputs finished so far.

    Raises:
        InputError: the folder was begun with other settings, or cannot be written.
        WorkerError: a process died twice at the same block; what is finished stays.
    """
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = asdict(config) if is_dataclass(config) and not isinstance(config, type) else {}
    check_settings(folder, {"source": source, **chosen}, {})
    blocks = [Block(k, tuple(items[start : start + block])) for k, start in enumerate(range(0, len(items), block))]
    job = _Job(folder, source, make, parts or PartFormat())
    done = 0
    for count in _map(job, [one for one in blocks if not job.has_done(one)], workers):
        done += count
        if on_block:
            on_block(done)
    return _summary(folder)


class _Job:
    """Prepares one block and writes its parts and its log; picklable."""

    def __init__(self, folder: Path, source: str, make: Callable[[Any], Any], parts: PartFormat) -> None:
        self.folder, self.source, self.make, self.parts = folder, source, make, parts

    def name(self, block: Block) -> str:
        """What a block is called in an error."""
        return f"{self.folder}: part {block.number}"

    def has_done(self, block: Block) -> bool:
        """Whether an earlier run finished this block; with another limit the last block may have been shorter."""
        log = self._log(block)
        return log.exists() and json.loads(log.read_text())["inputs"] == [item.name for item in block.items]

    def __call__(self, block: Block) -> int:
        made = []
        failures = []
        for item in block.items:
            try:
                made.append(self.make(item))
            except MolgenError as failure:
                failures.append((item.name, failure.reason))
            except Exception as failure:  # one input must not stop the rest: it ends as a named failure
                failures.append((item.name, f"{type(failure).__name__}: {failure}"))
        for old in self.folder.glob(f"part-{block.number:03d}*.safetensors"):
            old.unlink()
        for place, data in enumerate(self._encoded(made)):
            piece = f"-{place}" if place else ""
            with write_atomically(self.folder / f"part-{block.number:03d}{piece}.safetensors", binary=True) as file:
                file.write(data)
        log = {
            "inputs": [item.name for item in block.items],
            "proteins": len(made),
            "examples": sum(self.parts.count(one) for one in made),
            "failures": failures,
        }
        with write_atomically(self._log(block)) as file:
            json.dump(log, file)
        return len(block.items)

    def _log(self, block: Block) -> Path:
        return self.folder / f"part-{block.number:03d}.json"

    def _encoded(self, made: Sequence[Any]) -> Iterator[bytes]:
        """The bytes of one part, or of several where one would be too large."""
        if not made:
            return
        data = self.parts.encode(made, self.source)
        if len(data) <= MAX_PART_BYTES or len(made) == 1:
            yield data
            return
        half = len(made) // 2
        yield from self._encoded(made[:half])
        yield from self._encoded(made[half:])


def _map(job: _Job, blocks: Sequence[Block], workers: int) -> Iterator[int]:
    if workers > 1:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    yield from map_processes(job, blocks, min(workers, len(blocks)), name=job.name)


def _summary(folder: Path) -> PrepareSummary:
    logs = [json.loads(path.read_text()) for path in sorted(folder.glob("part-*.json"))]
    rows = [row for log in logs for row in log["failures"]]
    with write_atomically(folder / "failures.csv") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "reason"))
        writer.writerows(rows)
    total = Counter()
    for log in logs:
        total.update(proteins=log["proteins"], examples=log["examples"])
    return PrepareSummary(total["proteins"], total["examples"], len(rows))
