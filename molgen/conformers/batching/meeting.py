"""Work on many molecules, of which each waits at a kernel until the others have come, too.

The work on a molecule is written as if it were alone. It runs in a thread, of which one at a time does; where it asks
for a kernel (a minimization, a network), it waits. When all wait, the requests are done together, as the kernel wants
them; then the threads go on. What a molecule gets does not depend on the others as long as that of the kernel does not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Result = TypeVar("Result")
Kernel = Callable[[Sequence[Request]], Sequence[Answer]]
"""Requests -> their answers, in the same order."""

_HERE = threading.local()


def asked(kernel: Kernel[Request, Answer], request: Request) -> Answer:
    """The answer of a kernel to a request: at once, or in a meeting together with those of other molecules."""
    meeting: Meeting | None = getattr(_HERE, "meeting", None)
    return kernel([request])[0] if meeting is None else meeting.ask(kernel, request)


def run_together(jobs: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results of jobs, in their order, which meet where they ask for a kernel.

    Args:
        jobs: run in threads, one of them at a time. What one of them raises ends all.
    """
    meeting = Meeting()
    threads = [threading.Thread(target=meeting.run, args=(place, job), daemon=True) for place, job in enumerate(jobs)]
    try:
        for thread in threads:
            meeting.start(thread)
        while meeting.waiting:
            meeting.answer()
    finally:
        meeting.dismiss()
        for thread in filter(threading.Thread.is_alive, threads):
            thread.join()
    return [meeting.results[place] for place in range(len(jobs))]


class _Dismissed(BaseException):
    """Raised where a thread waits whose meeting has ended early."""


@dataclass
class _Waiting:
    """A request whose thread waits."""

    kernel: Kernel[Any, Any]
    request: Any
    answer: Any = None
    error: BaseException | None = None
    go_on: threading.Event = field(default_factory=threading.Event)


class Meeting:
    """Where the threads of :func:`run_together` wait for each other."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.results: dict[int, Any] = {}
        self._paused = threading.Event()
        self._failure: BaseException | None = None
        self._is_over = False

    def start(self, thread: threading.Thread) -> None:
        """Let a thread run until it waits or ends."""
        self._paused.clear()
        thread.start()
        self._until_paused()

    def run(self, place: int, job: Callable[[], Any]) -> None:
        """The work of a thread."""
        _HERE.meeting = self
        try:
            self.results[place] = job()
        except _Dismissed:
            pass
        except BaseException as error:
            self._failure = error
        finally:
            self._paused.set()

    def ask(self, kernel: Kernel[Request, Answer], request: Request) -> Answer:
        """Called in a thread: wait for the answer."""
        mine = _Waiting(kernel, request)
        self.waiting.append(mine)
        self._paused.set()
        if self._is_over:
            raise _Dismissed
        mine.go_on.wait()
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def answer(self) -> None:
        """Answer all requests, those of one kernel together, and let their threads run on."""
        asked, self.waiting = self.waiting, []
        try:
            for kernel in dict.fromkeys(one.kernel for one in asked):
                _answer(kernel, [one for one in asked if one.kernel is kernel])
            while asked:
                self._paused.clear()
                asked.pop(0).go_on.set()
                self._until_paused()
        finally:
            self.waiting += asked  # to be dismissed

    def dismiss(self) -> None:
        """End the threads that wait, or come to wait."""
        self._is_over = True
        for one in self.waiting:
            one.error = _Dismissed()
            one.go_on.set()

    def _until_paused(self) -> None:
        self._paused.wait()
        if self._failure is not None:
            raise self._failure


def _answer(kernel: Kernel[Any, Any], asked: Sequence[_Waiting]) -> None:
    """Answer requests together; where that fails, one by one, so that the failure is that of one molecule."""
    try:
        for one, answer in zip(asked, kernel([one.request for one in asked]), strict=True):
            one.answer = answer
    except Exception as error:
        if len(asked) == 1:
            asked[0].error = error
            return
        for one in asked:
            _answer(kernel, [one])
