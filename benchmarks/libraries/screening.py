"""Throughput and memory of library runs: ligands per hour by workers and engine, and the driver over a long library.

    python -m benchmarks.libraries.screening throughput --library lib.smi --engines local,ray
    python -m benchmarks.libraries.screening throughput --library lib.smi --protein p.pdb --pocket box:...
    python -m benchmarks.libraries.screening memory --lines 10000,1000000
    python -m benchmarks.libraries.screening cost --cpu-seconds 4.0

Rates leave out the start: the clock runs from the first result to the last. CPU seconds are those of the workers.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from molgen.conformers.config import GenerateConfig
from molgen.docking.records import DockConfig
from molgen.screening import Progress, RunConfig, conformer_library, screen
from molgen.screening.driver import Driver
from molgen.screening.engines.engine import Finished
from molgen.screening.library import read_library
from molgen.screening.store.folder import prepare_folder
from molgen.screening.store.progress import ProgressFile
from molgen.screening.store.state import State
from molgen.screening.work import MoleculeResult, MoleculeTask

MIB = 2**20


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    rates = commands.add_parser("throughput")
    rates.add_argument("--library", type=Path, required=True)
    rates.add_argument("--protein", type=Path)
    rates.add_argument("--pocket", default="auto")
    rates.add_argument("--conformers", type=int, default=50)
    rates.add_argument("--engines", default="local,ray")
    rates.add_argument("--workers", default="1,2")
    memory = commands.add_parser("memory")
    memory.add_argument("--lines", default="10000,1000000")
    one = commands.add_parser("memory-one")
    one.add_argument("lines", type=int)
    cost = commands.add_parser("cost")
    cost.add_argument("--cpu-seconds", type=float, required=True)
    options = parser.parse_args(arguments)
    if options.command == "throughput":
        throughput(options)
    elif options.command == "memory":
        print("| lines | seconds | peak memory of the driver / MiB |\n| --- | --- | --- |")
        for lines in options.lines.split(","):
            command = [sys.executable, "-m", "benchmarks.libraries.screening", "memory-one", lines]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(), flush=True)
    elif options.command == "memory-one":
        print(driver_memory(options.lines))
    else:
        print(million(options.cpu_seconds))


def throughput(options: argparse.Namespace) -> None:
    """One row per engine and number of workers; each is compared with one worker of the same engine."""
    print("| engine | workers | molecules/h | x one worker | CPU s a molecule | MiB a worker | MiB driver |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for engine in options.engines.split(","):
        single = None
        for workers in map(int, options.workers.split(",")):
            found = _measured(options, RunConfig(engine, workers))
            single = single or found.rate
            told = [f"{found.rate * 3600:.0f}", f"{found.rate / single:.2f}", f"{found.cpu:.2f}"]
            told += [f"{found.worker / MIB:.0f}", f"{found.driver / MIB:.0f}"]
            print(f"| {engine} | {workers} | {' | '.join(told)} |", flush=True)


@dataclass
class Measured:
    """What a run took.

    Attributes:
        rate: molecules a second between the first and the last result.
        cpu: CPU seconds a molecule, by the workers' own clocks.
        worker, driver: bytes of memory that no other process shares (USS), the largest seen.
    """

    rate: float = 0.0
    cpu: float = 0.0
    worker: int = 0
    driver: int = 0
    times: list[tuple[float, int]] = field(default_factory=list)


def _measured(options: argparse.Namespace, run: RunConfig) -> Measured:
    found = Measured()

    def listen(progress: Progress) -> None:
        found.times.append((time.monotonic(), progress.done))

    with tempfile.TemporaryDirectory() as folder, _watched(found):
        output = Path(folder) / "run"
        if options.protein is None:
            config = GenerateConfig(n=options.conformers)
            conformer_library(options.library, output, config=config, run=run, on_progress=listen)
        else:
            config = DockConfig(n=1, effort="quick")
            screen(options.library, options.protein, output, options.pocket, config=config, run=run, on_progress=listen)
    results = [one for one in found.times if one[1] > found.times[0][1]]
    (begin, first), (end, last) = results[0], results[-1]
    found.rate = (last - first) / (end - begin)
    return found


@contextmanager
def _watched(found: Measured) -> Iterator[None]:
    """Look at the memory and the CPU time of all processes below this one, twice a second."""
    stop = threading.Event()
    spent: dict[int, float] = {}

    def watch() -> None:
        own = psutil.Process()
        while not stop.wait(0.5):
            found.driver = max(found.driver, own.memory_full_info().uss)
            for child in own.children(recursive=True):
                try:
                    times = child.cpu_times()
                    spent[child.pid] = times.user + times.system
                    if spent[child.pid] > 2.0:
                        found.worker = max(found.worker, child.memory_full_info().uss)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        found.cpu = sum(spent.values()) / max(1, found.times[-1][1] if found.times else 1)


class NothingWork:
    """Takes no time and gives a pose-sized record, so that only the driver is measured."""

    name = "nothing"
    columns = {"score": "number"}  # noqa: RUF012  # a constant of a work
    rank_by = ("score",)
    together = 1

    def arrays(self) -> list[np.ndarray]:
        return []


class NothingEngine:
    """Ends every task at once, in this process."""

    def __init__(self) -> None:
        self._tasks: list[MoleculeTask] = []

    def slots(self) -> int:
        return 64

    def submit(self, task: MoleculeTask) -> None:
        self._tasks.append(task)

    def finished(self, patience: float) -> list[Finished]:
        ended, self._tasks = self._tasks, []
        return [Finished(task, MoleculeResult(None, 0.0, {"score": -float(task.size)}, "x" * 3000)) for task in ended]

    def close(self) -> None:
        pass


def driver_memory(lines: int) -> str:
    """Drive a library of so many distinct lines without work; peak memory of this process."""
    with tempfile.TemporaryDirectory() as place:
        library, folder = Path(place) / "library.smi", Path(place) / "run"
        with library.open("w") as file:
            for number in range(lines):
                file.write(f"{_smiles(number)}\tm{number}\n")
        begin = time.monotonic()
        prepare_folder(folder, {}, resume=False)
        state = State(folder / "state.sqlite")
        progress = ProgressFile(folder, None, (0, 0, 0))
        Driver(folder, read_library(library), NothingWork(), NothingEngine(), state, 1000, progress, 0).run()  # type: ignore[arg-type]
        assert state.counts()[0] == lines
        state.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return f"| {lines:,} | {time.monotonic() - begin:.0f} | {peak / MIB:.0f} |"


def _smiles(number: int) -> str:
    """A distinct molecule for every number: its binary digits as a chain of carbon and oxygen ethers."""
    return "".join("CO" if digit == "1" else "CC" for digit in f"{number:b}") + "C"


def million(seconds: float) -> str:
    """What a million molecules take at a measured cost, by simple division: an estimate, not a measurement."""
    rows = ["| machine (estimate) | time for 1,000,000 |", "| --- | --- |"]
    for cores in (2, 64, 1000):
        hours = seconds * 1e6 / cores / 3600
        rows.append(f"| {cores} cores | {hours:,.0f} h = {hours / 24:,.1f} days |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
