import pytest

from molgen.errors import InputError
from molgen.screening.store.folder import is_locked, locked, prepare_folder, read_settings

SETTINGS = {"command": "screen", "docking": {"seed": 0, "n": 1}, "keep": []}


def test_a_run_keeps_its_settings(tmp_path):
    prepare_folder(tmp_path / "run", SETTINGS, resume=False)
    assert read_settings(tmp_path / "run") == SETTINGS


def test_a_run_goes_on_only_when_asked_and_with_the_same_settings(tmp_path):
    prepare_folder(tmp_path, SETTINGS, resume=False)
    prepare_folder(tmp_path, SETTINGS, resume=True)
    with pytest.raises(InputError, match="holds a run; --resume goes on with it"):
        prepare_folder(tmp_path, SETTINGS, resume=False)
    other = {**SETTINGS, "docking": {"seed": 1, "n": 1}}
    with pytest.raises(InputError, match=r"other settings: docking.seed \(0 before, 1 now\)"):
        prepare_folder(tmp_path, other, resume=True)


def test_a_run_goes_on_whose_settings_had_other_names(tmp_path):
    former = {"docking.spacing": "docking.min_rmsd"}
    prepare_folder(tmp_path, {"docking": {"spacing": 1.0}}, resume=False)
    prepare_folder(tmp_path, {"docking": {"min_rmsd": 1.0}}, resume=True, former=former)
    with pytest.raises(InputError, match=r"docking.min_rmsd \(1.0 before, 2.0 now\)"):
        prepare_folder(tmp_path, {"docking": {"min_rmsd": 2.0}}, resume=True, former=former)


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("dear")
    with pytest.raises(InputError, match="is in use and holds no run"):
        prepare_folder(tmp_path, SETTINGS, resume=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_there_must_be_something_to_resume(tmp_path):
    with pytest.raises(InputError, match="holds no run to go on with"):
        prepare_folder(tmp_path / "run", SETTINGS, resume=True)
    with pytest.raises(InputError, match="holds no run"):
        read_settings(tmp_path)


def test_a_damaged_settings_file_is_named(tmp_path):
    prepare_folder(tmp_path, SETTINGS, resume=False)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(InputError, match=r"run.json: cannot be read"):
        prepare_folder(tmp_path, SETTINGS, resume=True)


def test_only_one_process_works_in_a_folder(tmp_path):
    prepare_folder(tmp_path, SETTINGS, resume=False)
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(InputError, match="another process"), locked(tmp_path):
            pass
    assert not is_locked(tmp_path)
