"""The loop over a library: every input has one row, whatever happens on the way."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_works import CRASHES, FAILS, HANGS, HereEngine, LengthWork

from molgen.errors import MolgenError
from molgen.screening import driver as driver_module
from molgen.screening.driver import Driver
from molgen.screening.engines.engine import Finished
from molgen.screening.library import read_library
from molgen.screening.store.folder import prepare_folder
from molgen.screening.store.progress import ProgressFile
from molgen.screening.store.shards import read_rows, shard_paths
from molgen.screening.store.state import State

SMILES = [
    "CCO",
    "c1ccccc1",
    "OCC",
    "C1CC(",
    FAILS,
    "CCN",
    CRASHES,
    "CCO",
    "CCCC",
    HANGS,
    "C(C)N",
    "CO",
    "NCC",
    "CF",
    "CCO",
]


def library(folder: Path, smiles=SMILES) -> Path:
    path = folder / "library.smi"
    path.write_text("".join(f"{one}\tm{k}\n" for k, one in enumerate(smiles)))
    return path


def drive(folder: Path, path: Path, *, lives=None, size=4, retries=1) -> HereEngine:
    """One process of a run: from what is there to the end, or until its lives are used up."""
    run = folder / "run"
    prepare_folder(run, {"library": path.name}, resume=run.exists())
    state = State(run / "state.sqlite")
    engine = HereEngine(LengthWork(), lives)
    items = read_library(path, state.counts()[0])
    progress = ProgressFile(run, None, state.counts())
    try:
        Driver(run, items, LengthWork(), engine, state, size, progress, retries).run()
    finally:
        state.close()
    return engine


def rows(folder: Path):
    return list(read_rows(folder / "run"))


def test_every_input_has_one_row_in_the_order_of_the_library(tmp_path):
    drive(tmp_path, library(tmp_path))
    found = rows(tmp_path)
    assert [row["index"] for row in found] == list(range(len(SMILES)))
    assert [row["name"] for row in found] == [f"m{k}" for k in range(len(SMILES))]
    assert [row["place"] for row in found] == [f"line {k + 1}" for k in range(len(SMILES))]
    assert len(shard_paths(tmp_path / "run")) == 4


def test_failures_are_named_and_do_not_stop_the_rest(tmp_path):
    drive(tmp_path, library(tmp_path))
    failed = {row["index"]: row["error"] for row in rows(tmp_path) if row["status"] == "failed"}
    assert failed.keys() == {3, 4, 6, 9}
    assert "syntax" in failed[3]
    assert failed[4] == "tellurium is rare"
    assert failed[6] == "its worker died (signal 9)"
    assert failed[9] == "took longer than 1 s"


def test_equal_molecules_are_worked_on_once_and_reported_for_each(tmp_path):
    engine = drive(tmp_path, library(tmp_path))
    found = rows(tmp_path)
    assert [found[k]["duplicate_of"] for k in (0, 2, 5, 7, 10, 12, 14)] == [None, 0, None, 0, 5, 5, 0]
    assert engine.worked.count("CCO") == 1
    assert found[14]["length"] == 3
    assert found[14]["sdf"].startswith("m14\n")
    assert found[0]["sdf"].startswith("m0\n")


def test_a_molecule_whose_worker_died_is_tried_again_but_one_that_took_too_long_is_not(tmp_path):
    engine = drive(tmp_path, library(tmp_path), retries=2)
    assert engine.worked.count(CRASHES) == 3
    assert engine.worked.count(HANGS) == 1


@settings(max_examples=15)
@given(kills=st.lists(st.integers(0, 9), max_size=4), size=st.integers(1, 6))
def test_a_run_that_is_killed_and_resumed_ends_like_one_that_was_not(tmp_path_factory, kills, size):
    whole, cut = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("cut")
    drive(whole, library(whole), size=size)
    worked = []
    for lives in kills:
        try:
            worked += drive(cut, library(cut), lives=lives, size=size).worked
        except SystemExit:
            continue
    drive(cut, library(cut), size=size)
    assert rows(cut) == rows(whole)


def test_results_before_a_kill_are_not_worked_out_again(tmp_path):
    path = library(tmp_path, ["C" * k for k in range(1, 10)])
    with pytest.raises(SystemExit):
        drive(tmp_path, path, lives=5, size=20)
    assert not shard_paths(tmp_path / "run")  # all is in the journal
    engine = drive(tmp_path, path, size=20)
    assert len(engine.worked) == 4


def test_a_shard_that_was_written_but_not_committed_is_written_again(tmp_path, monkeypatch):
    path = library(tmp_path)

    def killed(*_):
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(State, "commit", killed)
        with pytest.raises(SystemExit):
            drive(tmp_path, path)
    assert len(shard_paths(tmp_path / "run")) == 1
    drive(tmp_path, path)
    assert [row["index"] for row in rows(tmp_path)] == list(range(len(SMILES)))


def test_the_run_gives_up_when_no_worker_survives(tmp_path, monkeypatch):
    monkeypatch.setattr(driver_module, "MOST_LOST", 5)
    monkeypatch.setattr(
        HereEngine, "finished", lambda self, patience: [Finished(self._tasks.pop(), None, "its worker died (signal 9)")]
    )
    with pytest.raises(MolgenError, match="5 workers were lost in a row, the last because its worker died"):
        drive(tmp_path, library(tmp_path, ["C" * k for k in range(1, 30)]))


def test_inputs_in_memory_are_few_however_long_the_library(tmp_path):
    seen = 0
    path = library(tmp_path, ["C" * (1 + k % 50) for k in range(500)])
    run = tmp_path / "run"
    prepare_folder(run, {}, resume=False)
    state = State(run / "state.sqlite")
    work = LengthWork()
    most = 0

    def items():
        nonlocal seen, most
        for item in read_library(path):
            seen += 1
            most = max(most, seen - state.counts()[0])
            yield item

    progress = ProgressFile(run, None, (0, 0, 0))
    Driver(run, items(), work, HereEngine(work), state, 10, progress, 1).run()
    state.close()
    assert seen == 500
    assert most <= 10 * driver_module.AHEAD
