"""A run that an earlier version left goes on exactly, though the parameters had other names and another order."""

from pathlib import Path

import pytest
import torch
from earlier_names import earlier_name, earlier_order
from small_sets import conformer_training, docking_training

from molgen.models.pose_flow.task import TASK as POSES
from molgen.models.torsion_flow.task import TASK as TORSIONS
from molgen.training.earlier_state import upgraded

pytestmark = pytest.mark.filterwarnings("ignore")


def as_of_an_earlier_version(path: Path) -> None:
    """Rewrite the state of a model of poses as the first versions would have saved it."""
    state = torch.load(path, weights_only=True)
    weights, average = state["state_dict"], state["average"]["values"]
    order = earlier_order([earlier_name(name) for name in average])
    now = {earlier_name(name): name for name in average}
    slots, numbers = state["optimizer_states"][0]["state"], {name: k for k, name in enumerate(average)}
    state["state_dict"] = {f"model.{name}": weights[f"model.{now[name]}"] for name in order}
    state["average"]["values"] = {name: average[now[name]] for name in order}
    state["optimizer_states"][0]["state"] = {
        k: slots[numbers[now[name]]] for k, name in enumerate(order) if numbers[now[name]] in slots
    }
    assert list(state["state_dict"]) != [f"model.{earlier_name(name)}" for name in average], "the order is the same"
    torch.save(state, path)


def test_a_run_of_an_earlier_version_goes_on_exactly(tmp_path):
    config = docking_training(tmp_path / "prepared")
    whole = POSES.train(config, tmp_path / "whole")
    begun = POSES.train(config, tmp_path / "begun", max_minutes=0.0)
    as_of_an_earlier_version(begun.state)
    further = POSES.train(config, tmp_path / "begun", max_minutes=0.0, resume=begun.state)
    end = POSES.train(config, tmp_path / "begun", resume=further.state)
    assert end.steps == whole.steps == 3
    for found, expected in ((end.state, whole.state), (end.weights, whole.weights)):
        assert_same(found, expected)


def assert_same(found: Path, expected: Path) -> None:
    if found.suffix == ".safetensors":
        values = [POSES.load(path)[0].state_dict() for path in (found, expected)]
    else:
        values = [torch.load(path, weights_only=True)["state_dict"] for path in (found, expected)]
    assert values[0].keys() == values[1].keys()
    assert all(torch.equal(value, values[1][name]) for name, value in values[0].items())


def test_a_state_of_today_is_left_as_it_is(tmp_path):
    config = conformer_training(tmp_path / "prepared")
    state = torch.load(TORSIONS.train(config, tmp_path / "run").state, weights_only=True)
    numbers = list(state["optimizer_states"][0]["state"])
    names = list(state["average"]["values"])
    upgraded(state, TORSIONS.build(config.model))
    assert list(state["optimizer_states"][0]["state"]) == numbers
    assert list(state["average"]["values"]) == names
