"""Memory that torch frees and at once needs again."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of `mallopt` in glibc."""
_KEPT, _LARGEST = 512 << 20, 32 << 20
"""Bytes that the process keeps when they are freed, and the largest pieces that are kept."""


@cache
def keep_freed_memory() -> None:
    """Have the allocator of this process keep up to 512 MB that are freed, where it is glibc's.

    By default it gives every larger array back to the system, which clears its pages when it hands them out again: a
    quarter of the CPU time of a minimization. Other allocators are left as they are.
    """
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_MMAP_THRESHOLD, _LARGEST)
            mallopt(_TRIM_THRESHOLD, _KEPT)
