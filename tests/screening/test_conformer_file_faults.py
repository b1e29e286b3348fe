"""What cannot be read, written or finished: files stay whole, and one line says why."""

import os

import pytest
import torch
from conformer_files import failed, names, run
from safetensors.torch import save_file

from molgen.conformers import generate
from molgen.errors import CheckpointError, InputError
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import save_model
from molgen.nets.config import BackboneConfig
from molgen.training.checkpoint import FORMAT


def test_nothing_is_touched_when_nothing_succeeds(tmp_path):
    output = tmp_path / "out.sdf"
    output.write_text("precious")
    (row,) = run("C1CC", output, failures=tmp_path / "failures.csv")
    assert row.error
    assert output.read_text() == "precious"
    assert len(failed(tmp_path / "failures.csv")) == 1


def test_no_failure_means_no_list_of_failures(tmp_path):
    run("CCO", tmp_path / "out.sdf", failures=tmp_path / "failures.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.sdf"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_run_leaves_no_partial_file(tmp_path, monkeypatch, error):
    original, calls = generate.conformers_of, []

    def second_fails(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise error
        return original(*arguments)

    monkeypatch.setattr(generate, "conformers_of", second_fails)
    source = tmp_path / "lib.smi"
    source.write_text("CCO\nCCC\nCN\n")
    output = tmp_path / "out.sdf"
    output.write_text("precious")
    if error is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            run(source, output)
        assert output.read_text() == "precious"
    else:
        assert [row.conformers for row in run(source, output)] == [1, 0, 1]
    assert {path.name for path in tmp_path.iterdir()} == {"lib.smi", "out.sdf"}


def test_sources_that_cannot_be_used(tmp_path):
    (tmp_path / "empty.smi").write_text("")
    (tmp_path / "blank.csv").write_text("\n\n")
    (tmp_path / "header.csv").write_text("smiles,name\n")
    (tmp_path / "empty.sdf").write_text("")
    for name, reason in {
        "empty.smi": "no molecules",
        "blank.csv": "no molecules",
        "header.csv": "no molecules",
        "empty.sdf": "no molecules",
        "missing.smi": "no such file",
        ".": "is a folder",
    }.items():
        with pytest.raises(InputError, match=reason):
            run(tmp_path / name, tmp_path / "out.sdf")
    assert not (tmp_path / "out.sdf").exists()


def test_outputs_that_cannot_be_written(tmp_path):
    for output in (tmp_path / "missing" / "out.sdf", tmp_path):
        with pytest.raises(InputError):
            run("CCO", output)
    with pytest.raises(InputError, match="missing"):
        run("C1CC", tmp_path / "out.sdf", failures=tmp_path / "missing" / "failures.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot write"):
        run("CCO", tmp_path / "out.sdf")
    tmp_path.chmod(0o700)


def test_the_output_may_replace_the_input(tmp_path):
    path = tmp_path / "lib.sdf"
    run("CCO ethanol", path)
    run(path, path)
    assert names(path) == ["ethanol"]


def test_a_checkpoint_is_used_and_a_foreign_one_refused(tmp_path):
    torch.manual_seed(0)
    tiny = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=1)
    save_model(TorsionModel(ModelConfig("flow", tiny, 2)), tmp_path / "tiny.safetensors", {})
    run("CCCO", tmp_path / "a.sdf", model=tmp_path / "tiny.safetensors")
    run("CCCO", tmp_path / "b.sdf")
    assert (tmp_path / "a.sdf").read_bytes() != (tmp_path / "b.sdf").read_bytes()
    weights = {"x": torch.zeros(1)}
    (tmp_path / "text").write_text("not weights")
    save_file(weights, tmp_path / "bare")
    save_file(weights, tmp_path / "other", metadata={"format": FORMAT, "task": "poses", "config": "{}", "record": "{}"})
    save_file(
        weights, tmp_path / "empty", metadata={"format": FORMAT, "task": "conformers", "config": "{}", "record": "{}"}
    )
    (tmp_path / "cut").write_bytes((tmp_path / "tiny.safetensors").read_bytes()[:-100])
    for name in ("missing", "text", "bare", "other", "empty", "cut"):
        with pytest.raises(CheckpointError) as caught:
            run("CCCO", tmp_path / "c.sdf", model=tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ")
        assert len(str(caught.value)) < 400 + len(str(tmp_path))
    assert not (tmp_path / "c.sdf").exists()
