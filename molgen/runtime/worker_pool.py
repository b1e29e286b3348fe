"""A pool of processes, on pebble: one that dies or takes too long is replaced, and what it was doing is told."""

from __future__ import annotations

import copy
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Literal, NoReturn, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from molgen.errors import WorkerError
from molgen.runtime.cpu_deadline import WALL_FACTOR, cpu_deadline

Item = TypeVar("Item")
Result = TypeVar("Result")

_PR_SET_PDEATHSIG = 1
_ENDED_BY_ITSELF = 1000
"""Stands for exit code 0, which the pool would take for a wanted end."""
_PATIENCE = 1.0
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_CPU_TIME_IS_OVER = getattr(signal, "SIGXCPU", 0)
"""Signals that Windows does not know."""


@dataclass(frozen=True)
class Ended(Generic[Item, Result]):
    """An item whose work has ended.

    Attributes:
        item: which.
        result: of the work; None if its process was lost.
        lost: how the process died, "signal 9"; None otherwise, and if it was stopped.
        late: it took longer than allowed and was stopped.
    """

    item: Item
    result: Result | None = None
    lost: str | None = None
    late: bool = False


class WorkerPool(Generic[Item, Result]):
    """Processes that do one job on items; a process that dies or takes too long is replaced.

    Args:
        job: item -> result; both are pickled.
        workers: processes.
        begin: called first in every process.
        method: "fork": processes are copies of this one, and ``job`` and ``begin`` need not be picklable; "forkserver":
            copies of a server that has imported ``preload`` alone. Where the system cannot copy processes (Windows)
            they are started anew. Other than by "fork" the main module is imported only if ``job`` or ``begin`` are of
            it.
        preload: names of modules.

    Raises:
        WorkerError: the system cannot copy processes, and ``job`` or ``begin`` cannot be pickled.
    """

    def __init__(
        self,
        job: Callable[[Item], Result],
        workers: int,
        *,
        begin: Callable[[], object] | None = None,
        method: Literal["fork", "forkserver"] = "fork",
        preload: Sequence[str] = (),
    ) -> None:
        known = multiprocessing.get_all_start_methods()
        started = method if method in known else "spawn"
        if started == "spawn":
            _check_picklable(job, begin)
        self.workers = workers
        self._processes: list[BaseProcess] = []
        self._context = _context(started, preload, self._processes, needs_script=_is_of_script(job, begin))
        # the parent of a forked process is a thread, which may end before the pool does
        last = _KILL if started == "forkserver" else signal.SIGTERM
        self._begin = partial(_begin, job, begin, os.getpid(), last)
        self._pool = self._started()
        self._items: dict[Future, Item] = {}

    @property
    def running(self) -> int:
        """Items whose work has not ended."""
        return len(self._items)

    def submit(self, item: Item, timeout: float | None = None) -> None:
        """Hand over an item; ``timeout`` is in CPU seconds of its work, which on the wall may take 20 times as long."""
        wall = None if timeout is None else WALL_FACTOR * timeout
        try:
            future = self._pool.schedule(_answer, args=(item, timeout), timeout=wall)
        except RuntimeError:  # all processes died while they had nothing to do
            self._pool = self._started()
            future = self._pool.schedule(_answer, args=(item, timeout), timeout=wall)
        self._items[future] = item

    def ended(self, patience: float = _PATIENCE) -> list[Ended[Item, Result]]:
        """What has ended; waits up to ``patience`` seconds for the first.

        Raises:
            what the job raised.
            RuntimeError: its result cannot be pickled.
        """
        done, _ = wait(self._items, timeout=patience, return_when=FIRST_COMPLETED)
        return [_ended(future, self._items.pop(future)) for future in done]

    def close(self) -> None:
        """Stop the processes, whatever they are doing; what they have half written is cleared away."""
        self._pool.stop()
        for process in self._processes:
            if process.is_alive():
                process.terminate()
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started(self) -> ProcessPool:
        return ProcessPool(self.workers, initializer=self._begin, context=self._context)  # type: ignore[arg-type]


def _ended(future: Future, item: Any) -> Ended:
    try:
        answer = future.result()
    except TimeoutError:
        return Ended(item, late=True)
    except ProcessExpired as error:
        code = error.exitcode % _ENDED_BY_ITSELF if error.exitcode > 0 else error.exitcode
        if code == -_CPU_TIME_IS_OVER:
            return Ended(item, late=True)
        return Ended(item, lost=f"signal {-code}" if code < 0 else f"exit code {code}")
    except BrokenProcessPool as error:
        return Ended(item, lost=str(error))
    good, value = pickle.loads(answer)
    if not good:
        raise value
    return Ended(item, value)


class _Watched:
    """Before a kind of process: no exit code takes it out of the pool unnoticed."""

    @property
    def exitcode(self) -> int | None:
        code = super().exitcode  # type: ignore[misc]
        return _ENDED_BY_ITSELF if code == 0 else code


class _Apart(_Watched):
    """Before a kind of process that imports what it needs: the script of the user is not run again for it."""

    needs_script = False

    def start(self) -> None:
        with nullcontext() if self.needs_script else _script_hidden():
            super().start()  # type: ignore[misc]


@contextmanager
def _script_hidden() -> Iterator[None]:
    """Let a new process not find the main module, which it would import.

    A script without ``if __name__ == "__main__":`` would begin anew in every process, and start processes of its own.
    """
    main = sys.modules["__main__"]
    known = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
    main.__spec__ = None
    main.__file__ = None
    try:
        yield
    finally:
        for name in ("__spec__", "__file__"):
            if name in known:
                setattr(main, name, known[name])
            else:
                delattr(main, name)


class _SpawnedProcess(_Apart, multiprocessing.get_context("spawn").Process):
    pass


_KINDS: dict[str, type] = {"spawn": _SpawnedProcess}
if "fork" in multiprocessing.get_all_start_methods():

    class _ForkedProcess(_Watched, multiprocessing.get_context("fork").Process):
        pass

    class _ServedProcess(_Apart, multiprocessing.get_context("forkserver").Process):
        pass

    _KINDS |= {"fork": _ForkedProcess, "forkserver": _ServedProcess}


def _check_picklable(*work: Callable | None) -> None:
    try:
        pickle.dumps(work)
    except Exception as error:  # pickle raises half a dozen types
        raise WorkerError("this work cannot be spread over processes on this system; use one worker (-j 1)") from error


def _is_of_script(*work: Callable | None) -> bool:
    """Whether what is done, or what belongs to it, is defined in the main module."""
    try:
        return b"__main__" in pickle.dumps(work)
    except Exception:  # what cannot be pickled is only for processes that are copies
        return False


def _context(method: str, preload: Sequence[str], processes: list[BaseProcess], *, needs_script: bool) -> BaseContext:
    """A context of multiprocessing that notes the processes that it starts."""
    context: Any = copy.copy(multiprocessing.get_context(method))
    if preload and method == "forkserver":
        context.set_forkserver_preload(list(preload))

    def noted(**settings: Any) -> BaseProcess:
        process = _KINDS[method](**settings)
        process.needs_script = needs_script
        processes.append(process)
        return process

    context.Process = noted
    return context


_job: Callable[[Any], Any] = str
"""Of this process, once `_begin` has set it."""
_is_working = False
"""Whether this process is at an item."""


def _begin(job: Callable, begin: Callable | None, parent: int, last: signal.Signals) -> None:
    """Set up a process of a pool. On Linux it gets the signal ``last`` when its parent is gone, however that came."""
    global _job
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, last)
        if not os.path.exists(f"/proc/{parent}"):
            os._exit(1)
    _job = job
    if begin is not None:
        begin()


def _answer(item: Any, timeout: float | None) -> bytes:
    """What comes of an item, pickled here: a pool that fails to do so loses the process, or the answer."""
    global _is_working
    _is_working = True
    try:
        with cpu_deadline(timeout):
            answer = True, _job(item)
    except Exception as error:
        answer = False, error
    except SystemExit:  # stopped: what was half written has been cleared away on the way here
        os._exit(1)
    finally:
        _is_working = False
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:  # pickle raises half a dozen types
        return pickle.dumps((False, RuntimeError(f"{type(answer[1]).__name__} cannot be sent: {error}")))
    return data


def _leave(*_: object) -> NoReturn:
    """End the process: what an item has half written is cleared away, and where there is none nobody hears of it."""
    if _is_working:
        raise SystemExit(1)
    os._exit(1)
