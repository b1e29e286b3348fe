"""A limit on the CPU time of one piece of work; a busy machine does not use it up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from molgen.errors import MolgenError


class TimeLimitError(MolgenError):
    """A molecule took more CPU time than it was given."""


@contextmanager
def cpu_limit(seconds: float | None) -> Iterator[None]:
    """Raise a `TimeLimitError` within the block once this process has used so many seconds of CPU time.

    A call into a compiled library is not interrupted but followed by the error. It holds in the main thread of a
    process, where signals arrive; elsewhere, and on a system without such a timer (Windows), nothing is limited.
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> NoReturn:
        raise TimeLimitError(f"took longer than {seconds:g} s of CPU time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
