"""The example of docs/new-model.md: its folder, put into `molgen/models`, is a model like the others."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from task_tests import Case, TaskTests

import molgen.models
from molgen.config import from_yaml, override
from molgen.training import Task

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture(scope="module")
def task() -> Task:
    """The task of the example, imported as if its folder were in `molgen/models`."""
    molgen.models.__path__.append(str(EXAMPLES))
    try:
        return importlib.import_module("molgen.models.directions.task").TASK
    finally:
        molgen.models.__path__.remove(str(EXAMPLES))


@pytest.fixture(scope="module")
def shell(tmp_path_factory) -> Callable[..., str]:
    """Runs commands in a clone into which the folder was copied -> what they print."""
    clone = tmp_path_factory.mktemp("clone")
    (clone / "molgen" / "models").mkdir(parents=True)
    for path in (ROOT / "molgen").iterdir():
        if path.name != "models":
            (clone / "molgen" / path.name).symlink_to(path)
    for path in [*(ROOT / "molgen" / "models").iterdir(), EXAMPLES / "directions"]:
        (clone / "molgen" / "models" / path.name).symlink_to(path)
    (clone / "docs").symlink_to(ROOT / "docs")
    environment = {**os.environ, "PYTHONPATH": str(clone)}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-W", "ignore", "-m", "molgen", *arguments]
        done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def prepared(task, tmp_path_factory) -> Path:
    prepare = importlib.import_module("molgen.models.directions.prepare")
    folder = tmp_path_factory.mktemp("prepared") / "directions"
    assert prepare.prepare(EXAMPLES / "directions.txt", folder, prepare.PrepareConfig()) == "300 directions"
    return folder


@pytest.fixture(scope="module")
def config(task, prepared):
    return override(from_yaml(task.config, EXAMPLES / "directions.yaml"), [f"train.source={prepared}"])


@pytest.mark.filterwarnings("ignore")
class TestDirections(TaskTests):
    @pytest.fixture(scope="class")
    def case(self, task, config) -> Case:
        assignments = ["train.steps=3", "train.validate_every=2", "train.ema=0.9"]
        return Case("directions", task, override(config, assignments), "model.hidden=8")

    @pytest.fixture
    def molgen(self, shell) -> Callable[..., str]:
        return shell

    @pytest.mark.slow
    def test_the_command_trains_with_settings_and_resumes(self, case, tmp_path, molgen):
        super().test_the_command_trains_with_settings_and_resumes(case, tmp_path, molgen)


@pytest.mark.slow
def test_the_command_prepares_a_set(shell, tmp_path):
    told = shell("prepare", "directions", "docs/examples/directions.txt", "-o", str(tmp_path / "set"))
    assert told.splitlines()[0] == f"300 directions in {tmp_path / 'set'}"


@pytest.mark.slow
def test_the_help_lists_the_folder(shell):
    for command in ("train", "prepare"):
        assert re.search(r"^  directions ", shell(command, "--help"), flags=re.M)


@pytest.mark.filterwarnings("ignore")
def test_what_is_learned_are_the_directions(task, config, tmp_path):
    before = task.data(config).measure(task.build(config.model))["energy_distance"]
    result = task.train(override(config, ["train.steps=300"]), tmp_path)
    assert result.metrics["energy_distance"] < 0.2 * before
    sample = importlib.import_module("molgen.models.directions.sample").sample_directions
    vectors = sample(task.load(result.weights)[0], 50, torch.Generator().manual_seed(0))
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(50))


def test_the_page_shows_every_file_of_the_folder():
    text = (ROOT / "docs" / "new-model.md").read_text(encoding="utf-8")
    assert {path.name for path in (EXAMPLES / "directions").glob("*.py")} == set(re.findall(r'title="(\w+\.py)"', text))
