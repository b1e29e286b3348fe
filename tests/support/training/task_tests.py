"""What every trainable model must do: a test class that inherits `TaskTests` says what to train, and gets the tests."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from command_line import exit_code

from molgen.config import override, to_yaml
from molgen.errors import CheckpointError
from molgen.training.task import Task


class Case(NamedTuple):
    """A task and a configuration that takes a second.

    Attributes:
        config: makes three steps, with a validation after the second.
        other: an assignment, e.g. `model.layers=3`, that gives weights of other shapes.
    """

    command: str
    task: Task
    config: Any
    other: str


def training_state(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)["state_dict"]


def assert_same(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


class TaskTests:
    """Give it a fixture ``case`` of class scope."""

    @pytest.fixture
    def molgen(self, capsys) -> Callable[..., str]:
        """Runs a command in this process -> what it prints."""

        def run(*arguments: str) -> str:
            assert exit_code(*arguments) == 0
            return capsys.readouterr().out

        return run

    @pytest.fixture(scope="class")
    def whole(self, case, tmp_path_factory):
        return case.task.train(case.config, tmp_path_factory.mktemp("whole"))

    def test_training_makes_all_steps_and_leaves_weights_that_load(self, case, whole):
        assert whole.steps == case.config.train.steps == 3
        assert whole.metrics
        model, record = case.task.load(whole.weights)
        assert model.config == case.config.model
        assert not model.training
        (run,) = record["runs"]
        assert (run["steps"], run["bad_batches"]) == (3, 0)
        assert run["sources"]
        assert run["metrics"].keys() == whole.metrics.keys()

    def test_the_weights_that_are_saved_are_averaged(self, case, whole):
        last = training_state(whole.state)
        averaged = case.task.load(whole.weights)[0].state_dict()
        assert averaged.keys() == {name.removeprefix("model.") for name in last}
        assert any(not torch.equal(value, last[f"model.{name}"]) for name, value in averaged.items())

    def test_a_run_in_pieces_gives_the_weights_of_an_uninterrupted_one(self, case, whole, tmp_path):
        state = None
        for expected in (1, 2):
            part = case.task.train(case.config, tmp_path, max_minutes=0.0, resume=state)
            state = part.state
            assert part.steps == expected
        end = case.task.train(case.config, tmp_path, resume=state)
        assert end.steps == 3
        assert_same(training_state(end.state), training_state(whole.state))
        model, record = case.task.load(end.weights)
        assert_same(model.state_dict(), case.task.load(whole.weights)[0].state_dict())
        assert [run["steps"] for run in record["runs"]] == [1, 2, 3]

    def test_training_can_start_from_weights(self, case, whole, tmp_path):
        result = case.task.train(case.config, tmp_path, max_minutes=0.0, resume=whole.weights)
        assert result.steps == 1
        (begun, record), (start, _) = case.task.load(result.weights), case.task.load(whole.weights)
        gaps = [(begun.state_dict()[name] - value).abs().max() for name, value in start.state_dict().items()]
        assert 0 < max(gaps) < 0.01
        assert [run["steps"] for run in record["runs"]] == [3, 1]

    def test_weights_and_states_of_another_model_are_refused(self, case, whole, tmp_path):
        other = override(case.config, [case.other])
        with pytest.raises(CheckpointError, match="another model configuration") as caught:
            case.task.train(other, tmp_path, resume=whole.weights)
        assert str(whole.weights) in str(caught.value)
        with pytest.raises(CheckpointError, match="do not fit") as caught:
            case.task.train(other, tmp_path, resume=whole.state)
        assert "\n" not in str(caught.value)

    def test_states_that_cannot_be_resumed_are_refused_in_one_line(self, case, whole, tmp_path):
        damaged, foreign = tmp_path / "damaged.ckpt", tmp_path / "foreign.ckpt"
        damaged.write_bytes(whole.state.read_bytes()[:1000])
        torch.save({"a": torch.ones(1)}, foreign)
        for path in (damaged, foreign, tmp_path / "missing.ckpt"):
            with pytest.raises(CheckpointError, match="training state") as caught:
                case.task.train(case.config, tmp_path, resume=path)
            assert "\n" not in str(caught.value)
            assert str(path) in str(caught.value)

    def test_weights_of_another_task_are_refused(self, case, whole):
        with pytest.raises(CheckpointError, match=f'was trained for "{case.task.name}"'):
            replace(case.task, name="another").load(whole.weights)

    def test_gradients_are_clipped_to_the_norm_of_the_settings(self, case, tmp_path):
        """Adam's first moment after one step is a tenth of the gradient that reached it."""
        result = case.task.train(override(case.config, ["train.steps=1", "train.clip=1e-6"]), tmp_path)
        states = torch.load(result.state, weights_only=True)["optimizer_states"][0]["state"].values()
        norm = torch.cat([state["exp_avg"].flatten() for state in states]).norm().item()
        assert norm == pytest.approx(1e-7, rel=0.01)

    def test_the_command_trains_with_settings_and_resumes(self, case, tmp_path, molgen):
        to_yaml(case.config, tmp_path / "config.yaml")
        command = ["train", case.command, "-c", str(tmp_path / "config.yaml"), "-o", str(tmp_path / "run"), "--resume"]
        for steps in (1, 2):
            told = molgen(*command, "--set", f"train.steps={steps}")
            assert f"weights.safetensors: {steps} steps" in told
        assert [run["steps"] for run in case.task.load(tmp_path / "run" / "weights.safetensors")[1]["runs"]] == [1, 2]
