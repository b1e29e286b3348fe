"""A limit on the CPU time of one piece of work; a busy machine does not use it up."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from molgen.errors import MolgenError

_THREAD = threading.local()


class TimeLimitError(MolgenError):
    """A molecule took more CPU time than it was given."""


class _TimeIsUpError(BaseException):
    """Raised in the thread of a job wherever it is."""


@contextmanager
def cpu_limit(seconds: float | None) -> Iterator[None]:
    """Raise a `TimeLimitError` within the block once it has used so many seconds of CPU time.

    A call into a compiled library is not interrupted but followed by the error. It holds in the main thread of a
    process, where signals arrive, and in jobs whose :class:`Clock` is watched; elsewhere, and in the main thread on a
    system without such a timer (Windows), nothing is limited.
    """
    clock: Clock | None = getattr(_THREAD, "clock", None)
    if seconds is not None and clock is not None:
        with clock.limited(seconds):
            yield
        return
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> NoReturn:
        raise _too_long(seconds)

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


class Clock:
    """The CPU time of a job in a thread of its own, which takes turns with others and with what is done for all.

    Another thread watches it: it calls all methods but :meth:`attach`, :meth:`check` and :meth:`limited`.
    """

    def __init__(self) -> None:
        self._left: float | None = None
        self._since = 0.0
        self._thread = 0

    def attach(self) -> None:
        """The job is that of this thread."""
        self._thread, _THREAD.clock = threading.get_ident(), self

    def go_on(self) -> None:
        """The turn of the job begins."""
        self._since = time.process_time()

    def pause(self) -> None:
        """Its turn ends."""
        self.charge(time.process_time() - self._since)

    def charge(self, seconds: float) -> None:
        """Seconds that were spent for the job."""
        if self._left is not None:
            self._left -= seconds

    def look(self) -> None:
        """End the job, whose turn it is, if its time is up."""
        left = self._left
        if left is not None and time.process_time() - self._since > left:
            self._left = None  # once is enough
            _raise_in(self._thread, _TimeIsUpError)

    def check(self) -> None:
        """End the job if its time is up."""
        if self._left is not None and self._left <= 0:
            raise _TimeIsUpError

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Within, the job has so many seconds."""
        self._since = time.process_time()
        self._left = seconds
        try:
            yield
        except _TimeIsUpError:
            raise _too_long(seconds) from None
        finally:
            self._left = None
            _raise_in(self._thread, None)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have a thread raise an error at its next instruction; None takes it back."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def _too_long(seconds: float) -> TimeLimitError:
    return TimeLimitError(f"took longer than {seconds:g} s of CPU time")
