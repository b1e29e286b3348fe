"""A look at the folder of a run tells its phase, its progress and its shards."""

import pytest

from molgen.errors import InputError
from molgen.screening.status import status
from molgen.screening.store.folder import locked, prepare_folder
from molgen.screening.store.progress import ProgressFile


@pytest.fixture
def run(tmp_path):
    prepare_folder(tmp_path, {"command": "screen", "library": {"name": "library.smi"}}, resume=False)
    return tmp_path


def test_a_run_is_stopped_running_or_finished(run):
    assert status(run).phase == "stopped"
    with locked(run):
        assert status(run).phase == "running"
    (run / "summary.json").write_text("{}")
    assert status(run).phase == "finished"


def test_progress_and_shards_are_those_of_the_folder(run):
    found = status(run)
    assert (found.command, found.library, found.progress, found.shards) == ("screen", "library.smi", None, 0)
    ProgressFile(run, 7, (3, 1, 0)).write()
    (run / "shards" / "part-000000.parquet").touch()
    found = status(run)
    assert found.progress is not None
    assert (found.progress.done, found.progress.failed, found.progress.total) == (3, 1, 7)
    assert found.shards == 1


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no run"):
        status(tmp_path)
