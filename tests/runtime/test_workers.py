"""Processes that die, fail or are stopped: the work is done again or refused by name, and nothing hangs."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from command_process import interrupted, leftovers

from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.prepare import prepare
from molgen.datasets.parts.block_runner import BlockWork
from molgen.errors import InputError, ParseError, WorkerError
from molgen.files import write_atomically
from molgen.runtime.worker_pool import Ended, WorkerPool, _is_of_script, _script_hidden
from molgen.runtime.workers import map_processes

pytestmark = pytest.mark.timeout(60)  # what hangs fails


def square(x: int) -> int:
    return x * x


def die(x: int, *, at: int, folder: Path, times: int) -> int:
    """Killed at one item, as many times as said."""
    if x == at:
        before = len(list(folder.iterdir()))
        (folder / str(before)).touch()
        if before < times:
            os.kill(os.getpid(), signal.SIGKILL)
    return x * x


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_every_item_gives_one_result(workers, count):
    assert sorted(map_processes(square, range(count), workers)) == [k * k for k in range(count)]


SCRIPT = """
from molgen.runtime.worker_pool import WorkerPool
print("script", flush=True)
with WorkerPool(abs, 1, method="forkserver") as pool:
    pool.submit(-3)
    while pool.running:
        for ended in pool.ended():
            print(ended.result)
"""


def test_a_script_runs_once_whatever_processes_it_starts(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=50, check=True)
    assert told.stdout == "script\n3\n"


def test_work_that_a_script_defines_is_found_in_it(monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "square", square, raising=False)
    assert not _is_of_script(square, None)
    monkeypatch.setattr(square, "__module__", "__main__")
    assert _is_of_script(partial(square), None)
    before = {name: getattr(main, name, None) for name in ("__spec__", "__file__")}
    with _script_hidden():
        assert (main.__spec__, main.__file__) == (None, None)
    assert {name: getattr(main, name, None) for name in before} == before


def test_items_are_drawn_as_they_are_needed():
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for k in itertools.count():
            drawn.append(k)
            yield k

    results = map_processes(square, items(), 2)
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(drawn) <= 13


@pytest.mark.parametrize("at", [0, 3, 7])
def test_the_item_of_a_killed_process_is_done_again(tmp_path, at):
    job = partial(die, at=at, folder=tmp_path, times=1)
    assert sorted(map_processes(job, range(8), 2)) == [k * k for k in range(8)]


def test_an_item_that_kills_twice_is_named_after_the_others_are_done(tmp_path):
    job = partial(die, at=2, folder=tmp_path, times=99)
    done = []
    with pytest.raises(WorkerError, match=r"item 2: its process died twice \(signal 9\)"):
        done.extend(iter_into(done, map_processes(job, range(6), 2, name=lambda k: f"item {k}")))
    assert sorted(done) == [0, 1, 9, 16, 25]


def iter_into(into: list, results: Iterator) -> Iterator:
    for one in results:
        into.append(one)
    yield from ()


def refuse(x: int) -> int:
    raise ParseError("no good", source="x.smi", place=f"line {x}")


def test_an_error_of_the_job_comes_over_as_it_is():
    with pytest.raises(ParseError) as error:
        list(map_processes(refuse, range(4), 2))
    assert str(error.value).startswith("x.smi:line ")


def unpicklable(x: int) -> Callable:
    return lambda: x


def test_a_result_that_cannot_be_sent_is_an_error():
    with pytest.raises(RuntimeError, match="cannot be sent"):
        list(map_processes(unpicklable, range(4), 2))


class Picky(Exception):
    """Goes into a pickle, and cannot be made again from it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def fail_strangely(x: int) -> int:
    raise Picky("a", "b")


def test_an_error_that_cannot_be_sent_is_an_error():
    with pytest.raises(RuntimeError, match="Picky cannot be sent"):
        list(map_processes(fail_strangely, range(4), 2))


def leave(x: int, *, at: int, code: int) -> int:
    if x == at:
        os._exit(code)
    return x


@pytest.mark.parametrize("code", [0, 3])
def test_a_process_that_ends_by_itself_is_lost_whatever_its_exit_code(code):
    with pytest.raises(WorkerError, match=rf"its process died twice \(exit code {code}\)"):
        list(map_processes(partial(leave, at=1, code=code), range(4), 2))


def nap(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def ends_of(pool: WorkerPool[float, int], count: int) -> list[Ended[float, int]]:
    found: list[Ended[float, int]] = []
    while len(found) < count:
        found += pool.ended()
    return found


def work_or_nap(seconds: float) -> int:
    while time.process_time() < -seconds:
        pass
    return nap(max(seconds, 0.0))


@pytest.mark.parametrize(("work", "timeout"), [(-60.0, 0.3), (30.0, 0.05)], ids=["CPU time", "20 times as long"])
def test_an_item_that_takes_too_long_is_stopped_and_the_pool_goes_on(work, timeout):
    with WorkerPool(work_or_nap, 1) as pool:
        pool.submit(work, timeout=timeout)
        pool.submit(2.0, timeout=0.5)  # a nap takes no CPU time
        first, second = ends_of(pool, 2)
    assert (first.item, first.result, first.late) == (work, None, True)
    assert not second.late
    assert second.result != os.getpid()


def test_a_pool_whose_idle_processes_died_goes_on():
    with WorkerPool(nap, 1) as pool:
        pool.submit(0.0)
        (first,) = ends_of(pool, 1)
        assert first.result
        os.kill(first.result, signal.SIGKILL)
        time.sleep(0.5)
        pool.submit(0.0)
        (second,) = ends_of(pool, 1)
    assert second.result not in (None, first.result)


@pytest.mark.slow
def test_processes_end_with_a_parent_that_is_killed(tmp_path):
    (tmp_path / "in.smi").write_text("".join(f"{'C' * 12} m{k}\n" for k in range(200)))
    arguments = ("prepare", "conformers", tmp_path / "in.smi", "-o", tmp_path / "set", "-j", 2, "--set", "block=1")
    code, _, left = interrupted(
        *arguments, when=lambda: len(list(tmp_path.glob("set/*.json"))) > 3, sent=signal.SIGKILL, to_all=False
    )
    assert (code, left) == (-signal.SIGKILL, ())


def half_written(x: int, *, folder: Path) -> int:
    with write_atomically(folder / f"out-{x}") as file:
        file.write("half")
        file.flush()
        (folder / f"begun-{x}").touch()
        time.sleep(60)
    return x


def test_processes_that_are_stopped_leave_no_half_written_file(tmp_path):
    results = map_processes(partial(half_written, folder=tmp_path), range(2), 2)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 2.0)
    try:
        with pytest.raises(KeyboardInterrupt):
            next(results)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun-0", "begun-1"]
    assert leftovers(tmp_path) == []


QUICK = PrepareConfig(conformers=1, relax_iterations=5, block=1)


def test_preparing_survives_a_killed_process(tmp_path, monkeypatch):
    """The whole set is there, as if nothing had happened."""
    (tmp_path / "in.smi").write_text("CCO a\nCCCO b\nCCCCO c\nCCCCCO d\n")
    marks = tmp_path / "marks"
    marks.mkdir()
    kill_at(monkeypatch, 1, marks, times=1)
    made = prepare(tmp_path / "in.smi", tmp_path / "out", QUICK, workers=2)
    assert (made.prepared, made.failures) == (4, 0)


def test_preparing_names_the_part_that_kills_and_can_go_on(tmp_path, monkeypatch):
    (tmp_path / "in.smi").write_text("CCO a\nCCCO b\nCCCCO c\nCCCCCO d\n")
    marks = tmp_path / "marks"
    marks.mkdir()
    kill_at(monkeypatch, 1, marks, times=2)
    with pytest.raises(WorkerError, match=r"block 1 .*: its process died twice") as error:
        prepare(tmp_path / "in.smi", tmp_path / "out", QUICK, workers=2)
    assert "\n" not in str(error.value)
    assert len(list((tmp_path / "out").glob("part-*.json"))) == 3
    assert prepare(tmp_path / "in.smi", tmp_path / "out", QUICK, workers=2).prepared == 4


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int, marks: Path, times: int) -> None:
    """The process that prepares a block dies, as often as said."""
    whole = BlockWork.__call__

    def call(self, block):
        if block.number == number:
            die(number, at=number, folder=marks, times=times)
        return whole(self, block)

    monkeypatch.setattr(BlockWork, "__call__", call)


def test_a_folder_that_cannot_be_written_ends_all_processes(tmp_path, monkeypatch):
    (tmp_path / "in.smi").write_text("CCO a\nCCCO b\n")

    def fail(self, block):
        raise InputError("cannot be written: No space left on device", source="part")

    monkeypatch.setattr(BlockWork, "__call__", fail)
    with pytest.raises(InputError, match="No space left"):
        prepare(tmp_path / "in.smi", tmp_path / "out", QUICK, workers=2)
