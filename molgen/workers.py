"""Work spread over processes: one that dies is noticed and its work done again, and an interrupt ends them all."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn, TypeVar

from molgen.errors import WorkerError

I = TypeVar("I")  # noqa: E741  # an item
R = TypeVar("R")
_PATIENCE = 5.0
"""Seconds that a process has to end by itself."""


def map_processes(
    job: Callable[[I], R],
    items: Iterable[I],
    workers: int,
    *,
    name: Callable[[I], str] = str,
    begin: Callable[[], None] | None = None,
) -> Iterator[R]:
    """Results of ``job(item)`` in the order in which they are finished; with one worker in this process.

    An item whose process dies (the kernel kills a process when memory runs out) is done again, alone, after the others.

    Args:
        job: what it raises ends the whole; its results are pickled.
        items: drawn as they are needed.
        workers: processes, forked from this one.
        name: of an item, for the error.
        begin: called first in every process.

    Raises:
        WorkerError: the process of an item died twice.
    """
    if workers <= 1:
        yield from map(job, items)
        return
    crew: list[_Worker] = []
    lost: list[I] = []
    try:
        yield from _shared(job, iter(items), workers, begin, crew, lost)
        for item in lost:
            last = _Worker(job, begin, crew)
            crew.append(last)
            last.give(item)
            found = last.answer()
            if found is None:
                raise WorkerError(f"its process died twice ({last.end()}); out of memory?", source=name(item))
            yield found[0]
    finally:
        _dismiss(crew)


def _shared(
    job: Callable, items: Iterator, workers: int, begin: Callable | None, crew: list[_Worker], lost: list
) -> Iterator[Any]:
    """All items but those that are lost with their process."""
    exhausted = False
    while True:
        while not exhausted and len(crew) < workers:
            item = next(items, _NOTHING)
            exhausted = item is _NOTHING
            if not exhausted:
                worker = _Worker(job, begin, crew)
                crew.append(worker)
                worker.give(item)
        busy = [worker for worker in crew if worker.is_busy]
        if not busy:
            return
        ready = wait([worker.pipe for worker in busy])
        for worker in [one for one in busy if one.pipe in ready]:
            item, found = worker.item, worker.answer()
            if found is None:
                crew.remove(worker)
                lost.append(item)
                continue
            following = _NOTHING if exhausted else next(items, _NOTHING)
            exhausted = following is _NOTHING
            if not exhausted:
                worker.give(following)
            yield found[0]


class _Worker:
    """A process, this end of the pipe to it, and what it works on."""

    def __init__(self, job: Callable, begin: Callable | None, others: Sequence[_Worker]) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        inherited = [self.pipe, *(other.pipe for other in others)]
        self.process = context.Process(target=_serve, args=(job, begin, theirs, inherited), daemon=True)
        self.process.start()
        theirs.close()
        self.item: Any = None
        self.is_busy = False

    def give(self, item: Any) -> None:
        self.item, self.is_busy = item, True
        with contextlib.suppress(OSError):  # it died while it had nothing to do; `answer` will tell
            self.pipe.send(item)

    def answer(self) -> tuple[Any] | None:
        """The result, or None from a dead process.

        Raises:
            what the job raised.
        """
        self.is_busy = False
        try:
            good, value = self.pipe.recv()
        except (EOFError, OSError):
            self.pipe.close()
            self.process.join()
            return None
        if not good:
            raise value
        return (value,)

    def end(self) -> str:
        """How a dead process ended."""
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def _serve(job: Callable, begin: Callable | None, pipe: Connection, inherited: Sequence[Connection]) -> None:
    """What a process does: items in, results out, until the other end of the pipe is closed."""
    for other in inherited:
        other.close()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a Ctrl-C reaches all; the parent decides
    signal.signal(signal.SIGTERM, _leave)
    if begin is not None:
        begin()
    while True:
        try:
            item = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (True, job(item))
        except Exception as error:
            answer = (False, error)
        try:
            pipe.send(answer)
        except OSError:  # the parent is gone
            return
        except Exception as error:  # pickle raises half a dozen types
            pipe.send((False, RuntimeError(f"{type(answer[1]).__name__} cannot be sent: {error}")))


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)  # not _exit: what is half written is cleared away


def _dismiss(crew: Sequence[_Worker]) -> None:
    for worker in crew:
        worker.pipe.close()
        worker.process.terminate()
    for worker in crew:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


_NOTHING: Any = object()
