"""A limit on the CPU time of a process, kept by the kernel: a busy machine does not use it up, compiled code does."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import resource
except ImportError:  # Windows keeps no such limit
    resource = None

WALL_FACTOR = 20.0
"""A process that waits without working is ended after so many times the limit on the clock on the wall."""


@contextmanager
def cpu_deadline(seconds: float | None) -> Iterator[None]:
    """End this process by SIGXCPU once it has used so many seconds of CPU time, rounded up, within the block.

    Where the system keeps no such limit (Windows), only that of the wall clock is left, which the pool keeps.
    """
    if seconds is None or resource is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    end = math.ceil(time.process_time() + seconds)
    allowed = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (min([end, *allowed]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
