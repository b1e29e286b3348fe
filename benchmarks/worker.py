"""One forked process that runs a function on request and can be killed: C++ code ignores alarms."""

import math
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

START_SECONDS = 600.0  # imports and model load
SLICE_SECONDS = 0.25
IDLE_FACTOR = 10.0


@dataclass(frozen=True)
class Reply:
    """What became of one request.

    Args:
        value: the picklable result, None on failure.
        failure: None, or the reason in one line.
        cpu: process CPU seconds of the call, all threads; the limit when it was killed.
    """

    value: Any
    failure: str | None
    cpu: float


class Worker:
    """Runs ``make()(argument)`` in a child that lives across requests and is replaced when it was killed.

    Args:
        make: called once in the child; returns the function to run, loaded and warm.
        timeout: CPU seconds allowed for one request; ``IDLE_FACTOR`` as many seconds of waiting.
    """

    def __init__(self, make: Callable[[], Callable[[Any], Any]], timeout: float) -> None:
        self._make = make
        self._timeout = timeout
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def run(self, argument: Any) -> Reply:
        """The result of one call, or why there is none. Raises RuntimeError when the child cannot start."""
        pipe = self._started()
        try:
            pipe.send(argument)
            if self._answers(pipe):
                return pipe.recv()
            self._stop()
            return Reply(None, f"timeout: {self._timeout:g} CPU s", self._timeout)
        except (EOFError, ConnectionError):
            code = self._exit_code()
            self._stop()
            return Reply(None, f"crash: exit code {code}", 0.0)

    def _answers(self, pipe: Connection) -> bool:
        """Wait in slices: neither a busy machine nor a pause of the whole benchmark is the molecule's fault."""
        assert self._process is not None
        assert self._process.pid is not None
        start = _cpu_seconds(self._process.pid)
        for _ in range(math.ceil(IDLE_FACTOR * self._timeout / SLICE_SECONDS)):
            if pipe.poll(SLICE_SECONDS):
                return True
            if _cpu_seconds(self._process.pid) - start > self._timeout:
                return False
        return False

    def _started(self) -> Connection:
        if self._pipe is not None:
            return self._pipe
        context = multiprocessing.get_context("fork")
        self._pipe, inner = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._make, inner), daemon=True)
        self._process.start()
        inner.close()
        try:
            greeting = self._pipe.recv() if self._pipe.poll(START_SECONDS) else "no answer"
        except EOFError:
            greeting = f"exit code {self._exit_code()}"
        if greeting is not None:
            self._stop()
            raise RuntimeError(f"the worker cannot start: {greeting}")
        return self._pipe

    def _exit_code(self) -> int | None:
        if self._process is None:
            return None
        self._process.join(5.0)
        return self._process.exitcode

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def _cpu_seconds(pid: int) -> float:
    """CPU time that a process has used so far; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime


def _serve(make: Callable[[], Callable[[Any], Any]], pipe: Connection) -> None:
    try:
        function = make()
    except Exception as error:  # the parent raises it
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send(None)
    while True:
        argument = pipe.recv()
        start = time.process_time()
        try:
            value, failure = function(argument), None
        except Exception as error:  # a failed molecule is a row of the result
            value, failure = None, f"{type(error).__name__}: {error}".splitlines()[0]
        pipe.send(Reply(value, failure, time.process_time() - start))
