"""Jobs outlive the server; progress only grows, and the time that is left follows from it."""

import pytest

from molgen.app.jobs.progress import Progress, Reporter, progress_of
from molgen.app.jobs.store import JobStore, input_of, read_json, write_json
from molgen.app.uploads import Upload
from molgen.errors import InputError


def test_a_job_that_was_under_way_is_an_interrupted_one(tmp_path):
    store = JobStore(tmp_path)
    going, done = store.add("dock", "one", {}, {}), store.add("dock", "two", {}, {})
    store.update(going.id, status="running")
    store.update(done.id, status="done", notes=("a note",))
    again = JobStore(tmp_path)
    assert again.job(going.id).status == "interrupted"
    assert again.job(done.id).notes == ("a note",)
    assert [job.title for job in again.jobs()] == ["two", "one"]


def test_inputs_are_copies_in_folders_of_their_roles(tmp_path):
    original = tmp_path / "x.pdb"
    original.write_text("ATOM")
    store = JobStore(tmp_path / "jobs")
    job = store.add("dock", "", {}, {"protein": Upload("", "x.pdb", original)}, "CCO ethanol")
    original.unlink()
    place = store.place(job.id)
    assert (input_of("protein", place), input_of("ligands", place)) == ("protein/x.pdb", "ligands/ligands.smi")
    assert input_of("reference", place) == ""
    assert set(store.files(job.id)) == {"protein/x.pdb", "ligands/ligands.smi"}


def test_a_pasted_structure_is_an_sd_file(tmp_path):
    store = JobStore(tmp_path)
    job = store.add("dock", "", {}, {}, "\n\n\n  0  0  0\nM  END\n")
    assert input_of("ligands", store.place(job.id)) == "ligands/ligands.sdf"


@pytest.mark.parametrize("job_id", ["", "..", "../x", "0" * 24])
def test_other_ids_are_no_jobs(tmp_path, job_id):
    with pytest.raises(InputError, match="no job"):
        JobStore(tmp_path).place(job_id)


def test_what_is_no_number_becomes_null(tmp_path):
    numpy = pytest.importorskip("numpy")
    write_json(tmp_path / "x.json", {"a": float("nan"), "b": (numpy.float32(1.5), numpy.int64(2)), "c": float("inf")})
    assert read_json(tmp_path / "x.json") == {"a": None, "b": [1.5, 2], "c": None}


def test_progress_grows_through_the_stages_of_each_ligand(tmp_path):
    reporter = Reporter(tmp_path)
    reporter.expect(2)
    shares = []
    for _ in range(2):
        for name in ("preparation", "proposals", "search", "refinement", "search", "ranking and checks"):
            reporter.stage(name)
            shares.append(progress_of(tmp_path).share)
        reporter.tick()
    assert shares == sorted(shares)
    assert progress_of(tmp_path).done == 2
    assert shares[-1] < progress_of(tmp_path).share < 1


def test_time_that_is_left_runs_down():
    half = Progress(share=0.5, began=100.0, noted=110.0)
    assert half.seconds_left(110.0) == pytest.approx(10.0)
    assert half.seconds_left(114.0) == pytest.approx(6.0)
    assert half.seconds_left(500.0) == 1.0
    assert Progress(share=0.01, began=100.0, noted=110.0).seconds_left(110.0) is None
