"""The preparation of a training set: inputs of one kind, with settings, become a folder of part files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from molgen.config import from_mapping, to_mapping
from molgen.datasets.parts.block_runner import BlockWork, PreparationInput, PrepareSummary, part_digits, run_blocks
from molgen.errors import InputError
from molgen.files import write_atomically


class PreparationConfig(Protocol):
    """Settings of a preparation: a frozen dataclass with at least the number of inputs per part."""

    @property
    def block(self) -> int: ...


C = TypeVar("C", bound=PreparationConfig)


def one_example(record: Any) -> int:
    """One example per record."""
    return 1


def file_name(source: Path) -> str:
    """The name of a source: that of its file or folder."""
    return source.name


def nothing_to_check(config: Any) -> None:
    """No check."""


@dataclass(frozen=True)
class Preparation(Generic[C]):
    """How one kind of training set is made. It is called like a function.

    Attributes:
        config: class of the settings, a frozen dataclass.
        inputs: (source, settings) -> the inputs, in an order that does not change.
        prepare: (value of an input, settings) -> its records; any error becomes a line of failures.csv.
        encode: (records, name of the source) -> the bytes of a part.
        count: record -> the number of examples that it holds.
        label: source -> its name in the parts.
        check: settings -> raises where the work could not be done, before it is begun.
    """

    config: type[C]
    inputs: Callable[[Path, C], Iterable[PreparationInput]]
    prepare: Callable[[Any, C], Sequence[Any]]
    encode: Callable[[Sequence[Any], str], bytes]
    count: Callable[[Any], int] = one_example
    label: Callable[[Path], str] = file_name
    check: Callable[[C], object] = nothing_to_check

    def __call__(
        self,
        source: str | Path,
        output: str | Path,
        config: C | None = None,
        *,
        workers: int = 1,
        limit: int | None = None,
        on_block: Callable[[int], None] | None = None,
    ) -> PrepareSummary:
        """Prepare every input of ``source`` into part files below ``output``; parts of an earlier run are kept.

        Args:
            workers: processes; the result does not depend on them.
            limit: only the first so many inputs.
            on_block: called with the number of inputs finished so far.

        Raises:
            InputError: the source cannot be read, or ``output`` was begun with other settings.
            WorkerError: a process died twice at the same block; what is finished stays.
        """
        settings = self.config() if config is None else config
        self.check(settings)
        inputs, label = self.inputs(Path(source), settings), self.label(Path(source))
        folder = Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        check_settings(folder, Path(source).name, settings)
        prepare = partial(_prepare, self.prepare, settings)
        work = BlockWork(folder, prepare, self.encode, self.count, label, part_digits(folder))
        return run_blocks(islice(inputs, limit), settings.block, work, workers=workers, on_block=on_block)


def check_settings(folder: Path, source: str, config: Any) -> None:
    """Write the settings of a folder, or check that they equal those of the run that began it.

    Raises:
        InputError: they differ.
        ConfigError: the noted ones are not known.
    """
    path = folder / "prepare.json"
    if not path.exists():
        with write_atomically(path) as file:
            json.dump({"source": source, **to_mapping(config)}, file, indent=1)
        return
    noted = json.loads(path.read_text())
    changed = ["source"] if noted.pop("source") != source else []
    earlier = from_mapping(type(config), noted, source=path)  # settings that it did not know had their defaults
    changed += [field.name for field in fields(config) if getattr(earlier, field.name) != getattr(config, field.name)]
    if changed:
        reason = f"was prepared with another {', '.join(changed)}; use the same settings to resume, or a new folder"
        raise InputError(reason, source=folder)


def _prepare(prepare: Callable[[Any, C], Sequence[Any]], config: C, value: Any) -> Sequence[Any]:
    return prepare(value, config)
