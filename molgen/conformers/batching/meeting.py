"""Cooperative batching: the work on each molecule waits at a kernel until the other molecules reach one, too.

The work on a molecule is written as if it were alone. It runs in its own thread, one thread at a time; where it calls
a kernel (a minimization, a network), it waits. When all threads wait, the requests are batched and answered, and the
threads continue. The result of a molecule is independent of the others if that of the kernel is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from molgen.runtime.time_limit import Clock

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Result = TypeVar("Result")
Kernel = Callable[[Sequence[Request]], Sequence[Answer]]
"""Requests -> their answers, in the same order."""

_LOOK = 0.2
"""Seconds between two checks of the clock of the running job."""
_HERE = threading.local()


def asked(kernel: Kernel[Request, Answer], request: Request) -> Answer:
    """The answer of a kernel to a request: immediate, or batched within :func:`run_together`."""
    meeting: Meeting | None = getattr(_HERE, "meeting", None)
    return kernel([request])[0] if meeting is None else meeting.ask(kernel, request)


def run_together(jobs: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results of jobs, in their order, whose calls of kernels are batched.

    Args:
        jobs: run in threads, one of them at a time. An exception of one ends all. Each may limit its CPU time,
            its share of that of the kernels included (:func:`molgen.runtime.time_limit.cpu_limit`).
    """
    meeting, threads = Meeting(), []
    try:
        for index, job in enumerate(jobs):
            clock = Clock()
            threads.append(threading.Thread(target=meeting.run, args=(index, job, clock), daemon=True))
            meeting.start(threads[-1], clock)
        while meeting.waiting:
            meeting.answer()
    finally:
        meeting.dismiss()
        for thread in filter(threading.Thread.is_alive, threads):
            thread.join()
    return [meeting.results[index] for index in range(len(jobs))]


class _Dismissed(BaseException):
    """Raised in a waiting thread when the run is aborted."""


@dataclass
class _Waiting:
    """A pending request."""

    kernel: Kernel[Any, Any]
    request: Any
    clock: Clock
    answer: Any = None
    error: BaseException | None = None
    go_on: threading.Event = field(default_factory=threading.Event)

    @property
    def cost(self) -> float:
        """The relative cost of the answer."""
        return getattr(self.request, "cost", 1.0)


class Meeting:
    """Where the threads of :func:`run_together` wait for each other."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.results: dict[int, Any] = {}
        self._paused = threading.Event()
        self._failure: BaseException | None = None
        self._is_over = False

    def start(self, thread: threading.Thread, clock: Clock) -> None:
        """Let a thread run until it waits or ends."""
        self._turn(clock, thread.start)

    def run(self, index: int, job: Callable[[], Any], clock: Clock) -> None:
        """The work of a thread."""
        _HERE.meeting, _HERE.clock = self, clock
        clock.attach()
        try:
            self.results[index] = job()
        except _Dismissed:
            pass
        except BaseException as error:
            self._failure = error
        finally:
            self._paused.set()

    def ask(self, kernel: Kernel[Request, Answer], request: Request) -> Answer:
        """Called in a thread: wait for the answer."""
        mine = _Waiting(kernel, request, _HERE.clock)
        self.waiting.append(mine)
        self._paused.set()
        if self._is_over:
            raise _Dismissed
        mine.go_on.wait()
        if mine.error is not None:
            raise mine.error
        mine.clock.check()
        return mine.answer

    def answer(self) -> None:
        """Answer all requests, those of one kernel together, and let their threads run on."""
        asked, self.waiting = self.waiting, []
        try:
            for kernel in dict.fromkeys(request.kernel for request in asked):
                _charged(kernel, [request for request in asked if request.kernel is kernel])
            while asked:
                request = asked.pop(0)
                self._turn(request.clock, request.go_on.set)
        finally:
            self.waiting += asked  # to be dismissed

    def dismiss(self) -> None:
        """End the threads that wait or will wait."""
        self._is_over = True
        for request in self.waiting:
            request.error = _Dismissed()
            request.go_on.set()

    def _turn(self, clock: Clock, begin: Callable[[], object]) -> None:
        """Let the thread of a clock run until it waits or ends."""
        self._paused.clear()
        clock.go_on()
        begin()
        while not self._paused.wait(_LOOK):
            clock.look()
        clock.pause()
        if self._failure is not None:
            raise self._failure


def _charged(kernel: Kernel[Any, Any], asked: Sequence[_Waiting]) -> None:
    """Answer requests together, and charge each with its share of the CPU time."""
    begin = time.process_time()
    _answer(kernel, asked)
    rate = (time.process_time() - begin) / max(1e-9, sum(request.cost for request in asked))
    for request in asked:
        request.clock.charge(rate * request.cost)


def _answer(kernel: Kernel[Any, Any], asked: Sequence[_Waiting]) -> None:
    """Answer requests together; where that fails, one by one, so that only one molecule fails."""
    try:
        for waiting, answer in zip(asked, kernel([waiting.request for waiting in asked]), strict=True):
            waiting.answer = answer
    except Exception as error:
        if len(asked) == 1:
            asked[0].error = error
            return
        for waiting in asked:
            _answer(kernel, [waiting])
