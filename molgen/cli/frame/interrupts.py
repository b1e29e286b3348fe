"""Ctrl-C and SIGTERM while a command runs.

RDKit listens to SIGINT itself while it searches substructures, and then a Ctrl-C ends that one search, with part of its
matches, instead of the command. So SIGINT is kept from everything but a thread of its own, which hands it to the main
thread as another signal.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_CARRIER = getattr(signal, "SIGUSR2", None)
"""Not there on Windows, where a Ctrl-C comes as Python knows it."""


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Context in which SIGINT reaches Python's handler whatever RDKit does, and SIGTERM raises SystemExit(143).

    So what is half written is cleared away. Outside of the main thread nothing changes.
    """
    main = threading.current_thread()
    if main is not threading.main_thread() or _CARRIER is None:
        yield
        return
    before = {_CARRIER: signal.signal(_CARRIER, _interrupt), signal.SIGTERM: signal.signal(signal.SIGTERM, _leave)}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(main,), daemon=True).start()
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(main: threading.Thread) -> None:
    while main.ident is not None and _CARRIER is not None:
        signal.sigwait({signal.SIGINT})
        signal.pthread_kill(main.ident, _CARRIER)  # also ends a system call that the main thread waits in


def _interrupt(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)
