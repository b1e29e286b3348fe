"""No run is lost by accident: folders with a run, resuming with other settings, settings that cannot be."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from command_line import exit_code
from small_sets import SMALL_TRAININGS
from task_tests import assert_same

from molgen.config import from_yaml, to_yaml
from molgen.errors import CheckpointError, InputError
from molgen.models.torsion_flow.config import ConformerConfig
from molgen.models.torsion_flow.task import TASK
from molgen.training.run_folder import changed_settings


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> ConformerConfig:
    return SMALL_TRAININGS["conformers"](tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="module")
def whole(config, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    TASK.train(config, folder)
    return folder


@pytest.fixture
def run(whole, tmp_path) -> Path:
    return shutil.copytree(whole, tmp_path / "run")


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    return TASK.load(path)[0].state_dict()


@pytest.fixture
def molgen_train(config, tmp_path, capsys):
    """Runs `molgen train conformers` on the small set -> (exit code, what it prints to stderr)."""
    to_yaml(config, tmp_path / "config.yaml")

    def train(*arguments: str) -> tuple[int, str]:
        given = ["-c", str(tmp_path / "config.yaml"), "-o", str(tmp_path / "run"), *arguments]
        code = exit_code("train", "conformers", *given)
        return code, capsys.readouterr().err

    return train


def test_a_folder_with_a_run_is_refused_and_stays_as_it_was(run, molgen_train):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    code, told = molgen_train()
    assert code == 2
    assert told.count("\n") == 1
    assert "--resume" in told
    assert "--force" in told
    assert str(run) in told
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_starting_from_other_weights_does_not_replace_a_run(config, run):
    with pytest.raises(InputError, match="holds a run"):
        TASK.train(config, run, resume=run / "weights.safetensors")


def test_force_begins_anew(run, molgen_train):
    (run / "log" / "from-0" / "old").touch()
    assert molgen_train("--force", "--set", "train.steps=2")[0] == 0
    assert [piece["steps"] for piece in TASK.load(run / "weights.safetensors")[1]["runs"]] == [2]
    assert not (run / "log" / "from-0" / "old").exists()
    assert from_yaml(ConformerConfig, run / "config.yaml").train.steps == 2


def test_resuming_applies_changed_settings_and_says_so(run, molgen_train):
    code, told = molgen_train("--resume", "--set", "train.steps=5", "--set", "train.learning_rate=0.5")
    assert code == 0
    assert "note: goes on with changed settings: train.learning_rate 0.002 -> 0.5, train.steps 3 -> 5\n" in told
    (group,) = torch.load(run / "state.ckpt", weights_only=True)["optimizer_states"][0]["param_groups"]
    assert group["initial_lr"] == 0.5
    assert changed_settings(run / "config.yaml", from_yaml(ConformerConfig, run / "config.yaml")) == {}


def test_resuming_with_another_model_is_refused_even_where_the_weights_fit(config, run):
    other = replace(config, model=replace(config.model, process="diffusion"))
    with pytest.raises(CheckpointError, match=r"model.process flow -> diffusion"):
        TASK.train(other, run, resume=run / "state.ckpt")


def test_a_finished_run_that_is_resumed_says_that_all_is_done(run, molgen_train):
    code, told = molgen_train("--resume")
    assert code == 0
    assert "all 3 steps are done" in told
    assert TASK.load(run / "weights.safetensors")[1]["runs"][-1]["steps"] == 3


def test_progress_is_told_in_lines_where_there_is_no_terminal(molgen_train):
    code, told = molgen_train()
    assert code == 0
    assert "step 2/3, amr_recall " in told


def test_learning_rate_and_gradient_norm_are_logged(run):
    header, first, *_ = (run / "log" / "from-0" / "metrics.csv").read_text().splitlines()
    row = dict(zip(header.split(","), first.split(","), strict=True))
    assert float(row["learning_rate"]) > 0
    assert float(row["gradient_norm"]) > 0


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("train.batch=0", "train.batch must be at least 1, not 0"),
        ("train.learning_rate=-1", "train.learning_rate must be at least 0, not -1.0"),
        ("train.learning_rate=.nan", "train.learning_rate must be at least 0, not nan"),
        ("train.precision=8-true", "train.precision must be one of 32-true, bf16-mixed, 16-mixed"),
        ("train.precision=16-mixed", "train.precision: 16-mixed needs a GPU"),
        ("train.ema=1", "train.ema must be at least 0 and less than 1"),
        ("train.accelerator=mps", "train.accelerator: mps is not available"),
        ("train.loggers=[wandb]", "train.loggers: wandb is not installed"),
        ("train.sources=[{share: 1}]", "train.sources: a source has no path"),
        ("train.sources=[{path: a, share: -1}]", "train.sources[0].share must be more than 0"),
        ("model.process=drift", "model.process must be one of flow, diffusion"),
        ("model.backbone.scalars=0", "model.backbone.scalars must be at least 1, not 0"),
    ],
)
def test_a_setting_that_cannot_be_is_one_line_that_names_its_key(molgen_train, monkeypatch, setting, reason):
    monkeypatch.setattr("molgen.training.loggers.find_spec", lambda name: None)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, told = molgen_train("--set", setting)
    assert code == 2
    assert told.startswith("error: ")
    assert reason in told
    assert told.count("\n") == 1


def test_too_few_molecules_to_hold_some_back_is_said(molgen_train):
    code, told = molgen_train("--set", "train.validation=''")
    assert code == 2
    assert "4 molecules are too few" in told
    assert "train.validation" in told


@pytest.mark.parametrize("command", ["conformers", "docking"])
def test_networks_can_train_in_mixed_precision(command, tmp_path):
    from molgen.config import override
    from molgen.models import trainable_models

    config = override(SMALL_TRAININGS[command](tmp_path), ["train.steps=1", "train.precision=bf16-mixed"])
    result = trainable_models()[command].task().train(config, tmp_path / "run")
    model, record = trainable_models()[command].task().load(result.weights)
    assert {value.dtype for value in model.state_dict().values() if value.is_floating_point()} == {torch.float32}
    assert record["runs"][0]["bad_batches"] == 0


def test_batches_of_workers_and_of_steps_are_the_same_after_resuming(config, whole, tmp_path):
    """With workers the weights are those without; with two batches a step, a run in pieces is an unbroken one."""
    with_workers = TASK.train(replace(config, train=replace(config.train, workers=2)), tmp_path / "workers")
    assert_same(weights_of(with_workers.weights), weights_of(whole / "weights.safetensors"))
    double = replace(config, train=replace(config.train, accumulate=2, steps=2))
    unbroken = TASK.train(double, tmp_path / "unbroken")
    begun = TASK.train(double, tmp_path / "pieces", max_minutes=0.0)
    ended = TASK.train(double, tmp_path / "pieces", resume=begun.state)
    assert (begun.steps, ended.steps) == (1, 2)
    assert_same(weights_of(ended.weights), weights_of(unbroken.weights))
