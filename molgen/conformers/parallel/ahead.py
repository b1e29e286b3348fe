"""Template conformers of the next block of a library, made by CPU processes while a GPU works on this one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rdkit import Chem, rdBase

from molgen.chem.molecules.inputs.records import InputRecord
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.config import GenerateConfig
from molgen.conformers.samples import ReadyTemplates, prepare_templates
from molgen.errors import MolgenError
from molgen.runtime.threads import one_thread
from molgen.sampling.guards import warnings_as_notes

Made = Sequence[ReadyTemplates | None]
"""Template conformers of every stereoisomer of an input; None: still to be made."""


@dataclass(frozen=True)
class PreparedInput:
    """An input with its template conformers, or some of them."""

    record: InputRecord
    made: Made


def isomers_of(
    record: InputRecord, largest_fragment: bool, stereo: Literal["one", "enumerate"]
) -> list[tuple[Chem.Mol, str]]:
    """The molecule with explicit hydrogens, in every stereoisomer that is wanted, each with a note on open stereo."""
    return enumerate_stereo(prepare_molecule(record.molecule(), largest_fragment=largest_fragment), stereo)


@one_thread()
def templates_of(
    record: InputRecord, config: GenerateConfig, largest_fragment: bool, stereo: Literal["one", "enumerate"]
) -> Made:
    """The template conformers of an input, on the CPU; failures are repeated and reported where they are used."""
    on_cpu = replace(config, device="cpu")
    with rdBase.BlockLogs():
        try:
            isomers = isomers_of(record, largest_fragment, stereo)
        except MolgenError:
            return []
        return [_made(mol, on_cpu) for mol, _ in isomers]


def _made(mol: Chem.Mol, config: GenerateConfig) -> ReadyTemplates | None:
    notes: list[str] = []
    try:
        with warnings_as_notes(notes):
            prepared = prepare_templates(mol, config)
    except MolgenError:
        return None
    return ReadyTemplates(prepared.templates, prepared.method, tuple(notes))


def with_templates(
    blocks: Iterable[list[InputRecord]], prepare: Callable[[InputRecord], Made], workers: int
) -> Iterator[list[PreparedInput]]:
    """The blocks with their template conformers, while processes make those of the next block.

    Args:
        blocks: drawn one ahead.
        prepare: :func:`templates_of` with its options; pickled. Where its process dies nothing is made.
        workers: processes.
    """
    from molgen.runtime.worker_pool import WorkerPool  # which needs pebble

    preload = ("molgen.conformers.generate",)
    with WorkerPool(_Preparing(prepare), workers, method="forkserver", preload=preload) as pool:
        waiting: deque[tuple[int, list[InputRecord]]] = deque()
        finished: dict[tuple[int, int], Made] = {}

        def collected() -> list[PreparedInput]:
            number, block = waiting.popleft()
            keys = [(number, index) for index in range(len(block))]
            while not all(key in finished for key in keys):
                finished.update((ended.item.key, ended.result or []) for ended in pool.ended())
            return [PreparedInput(record, finished.pop(key)) for record, key in zip(block, keys, strict=True)]

        for number, block in enumerate(blocks):
            for index, record in enumerate(block):
                pool.submit(_Asked((number, index), record))
            waiting.append((number, block))
            if len(waiting) > 1:
                yield collected()
        while waiting:
            yield collected()


@dataclass(frozen=True)
class _Asked:
    """An input of a block, by the numbers of both."""

    key: tuple[int, int]
    record: InputRecord


@dataclass(frozen=True)
class _Preparing:
    """The work of a process."""

    prepare: Callable[[InputRecord], Made]

    def __call__(self, asked: _Asked) -> Made:
        return self.prepare(asked.record)
