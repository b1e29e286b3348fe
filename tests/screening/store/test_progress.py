"""How far a run is: counts, a rate over the last minutes, the time that is left, and how often the file is written."""

import json

import pytest

from molgen.screening.store import progress as progress_module
from molgen.screening.store.progress import ProgressFile, duration


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    now = [100.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    return now


def written(folder):
    return json.loads((folder / "progress.json").read_text())


def test_rate_and_time_left_follow_from_the_counts(tmp_path, clock):
    progress = ProgressFile(tmp_path, 100, (10, 1, 2))
    clock[0] += 60.0
    progress.add(5, failed=1)
    found = progress.write()
    assert (found.done, found.failed, found.duplicates, found.total) == (15, 2, 2, 100)
    assert found.rate == pytest.approx(5 * 60)  # per hour, without what an earlier process did
    assert found.eta == pytest.approx(85 / 5 * 60)
    assert found.seconds == 60.0
    assert written(tmp_path)["done"] == 15
    assert str(found) == "15 of 100 done, 2 failed, 300 per hour, 17 min left"


def test_a_run_that_is_finished_has_done_all_that_there_was(tmp_path, clock):
    progress = ProgressFile(tmp_path, 12, (0, 0, 0))  # a header or the lines of a cell counted with the records
    progress.add(10)
    progress.finish()
    assert str(progress.write()).startswith("10 of 10 done, 0 failed")


def test_the_rate_forgets_what_is_longer_ago_than_five_minutes(tmp_path, clock):
    progress = ProgressFile(tmp_path, None, (0, 0, 0))
    progress.add(1000)
    progress.write()
    for _ in range(10):
        clock[0] += 60.0
        progress.add(1)
        found = progress.write()
    assert found.rate == pytest.approx(60.0)
    assert found.eta is None
    assert "of" not in str(found)


def test_the_file_is_written_every_other_second_and_tells_a_listener(tmp_path, clock):
    told = []
    progress = ProgressFile(tmp_path, 9, (0, 0, 0), told.append)
    progress.add(1)
    clock[0] += 1.0
    progress.add(1)
    assert [one.done for one in told] == [1]
    clock[0] += 1.5
    progress.add(1)
    assert [one.done for one in told] == [1, 3]


def test_a_library_longer_than_counted_has_at_least_what_is_done(tmp_path, clock):
    progress = ProgressFile(tmp_path, 3, (0, 0, 0))
    clock[0] += 1.0
    progress.add(5)
    found = progress.write()
    assert (found.total, found.eta) == (5, 0.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(42.4, "42 s"), (89.0, "89 s"), (300.0, "5 min"), (12_000.0, "3 h 20 min"), (187_200.0, "2 d 4 h")],
)
def test_durations_are_read_at_a_glance(seconds, text):
    assert duration(seconds) == text
