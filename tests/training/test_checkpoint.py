"""Weights on disk: what is written comes back, everything else is a one-line CheckpointError."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from molgen.errors import CheckpointError
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model, load_with_record, save_model
from molgen.nets.config import BackboneConfig
from molgen.training.checkpoint import FORMAT, Checkpoint, encode_checkpoint, load_checkpoint

TINY = ModelConfig("diffusion", BackboneConfig(scalars=4, pseudoscalars=2, vectors=2, pseudovectors=2, layers=1), 2)
WEIGHTS = {"a": torch.arange(6.0).reshape(2, 3).T, "b": torch.tensor(1.5, dtype=torch.float64)}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.safetensors"
    path.write_bytes(encode_checkpoint(Checkpoint("conformers", {"x": [1, "two"]}, {"runs": []}, WEIGHTS)))
    return path


def refused(path: Path, task: str = "conformers") -> str:
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path, task)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_a_checkpoint_comes_back_as_it_was_written(good):
    found = load_checkpoint(good, "conformers")
    assert (found.task, found.config, found.record) == ("conformers", {"x": [1, "two"]}, {"runs": []})
    assert set(found.weights) == set(WEIGHTS)
    for name, value in WEIGHTS.items():
        assert found.weights[name].dtype == value.dtype
        assert torch.equal(found.weights[name], value)


def test_a_missing_file_is_named(tmp_path):
    assert "no such checkpoint" in refused(tmp_path / "none.safetensors")
    assert "no such checkpoint" in refused(tmp_path)


def test_the_folder_and_the_state_of_a_training_tell_where_its_weights_are(tmp_path):
    for name in ("weights.safetensors", "state.ckpt"):
        (tmp_path / name).touch()
    assert "is the folder of a training, whose weights are in weights.safetensors" in refused(tmp_path)
    assert "is the state of a training, whose weights are in weights" in refused(tmp_path / "state.ckpt")


@pytest.mark.parametrize("keep", [0, 4, 50, -3])
def test_a_truncated_file_cannot_be_read(good, keep):
    good.write_bytes(good.read_bytes()[:keep])
    assert "cannot be read" in refused(good)


def test_another_task_is_named(good):
    assert 'for "conformers", not for "docking"' in refused(good, "docking")


def test_safetensors_of_other_programs_are_refused(tmp_path):
    path = tmp_path / "foreign.safetensors"
    save_file({"a": torch.ones(2)}, path)
    assert FORMAT in refused(path)
    save_file({"a": torch.ones(2)}, path, metadata={"format": "pt"})
    assert FORMAT in refused(path)


@pytest.mark.parametrize("metadata", [{}, {"config": "{", "record": "{}"}])
def test_broken_metadata_cannot_be_read(tmp_path, metadata):
    path = tmp_path / "broken.safetensors"
    save_file({"a": torch.ones(2)}, path, metadata={"format": FORMAT, "task": "conformers", **metadata})
    assert "cannot be read" in refused(path)


class Trap:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def test_pickles_are_refused_without_being_loaded(tmp_path):
    path = tmp_path / "pickle.safetensors"
    path.write_bytes(pickle.dumps(Trap()))
    refused(path)
    torch.save({"state_dict": Trap()}, path)
    refused(path)


def test_the_model_comes_back_with_its_weights_configuration_and_record(tmp_path):
    model = TorsionModel(TINY)
    save_model(model, tmp_path / "m.safetensors", {"runs": [{"steps": 3}]})
    found, record = load_with_record(tmp_path / "m.safetensors")
    assert found.config == TINY
    assert not found.training
    assert record == {"runs": [{"steps": 3}]}
    for name, value in model.state_dict().items():
        assert torch.equal(found.state_dict()[name], value)


def test_weights_of_another_size_do_not_fit(tmp_path):
    path = tmp_path / "m.safetensors"
    config = {"process": "flow", "backbone": {"scalars": 8, "layers": 1}, "harmonics": 2}
    path.write_bytes(encode_checkpoint(Checkpoint("conformers", config, {}, TorsionModel(TINY).state_dict())))
    with pytest.raises(CheckpointError, match="weights do not fit") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)


def test_an_unknown_configuration_is_a_checkpoint_error(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(encode_checkpoint(Checkpoint("conformers", {"proces": "flow"}, {}, {})))
    with pytest.raises(CheckpointError, match="proces"):
        load_model(path)
