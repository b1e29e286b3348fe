"""The configuration files: those that ship are of the shipped weights, and all keys of earlier versions are read."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_sets import SMALL_TRAININGS

from molgen.config import from_mapping, from_yaml, override, to_mapping
from molgen.models import trainable_models
from molgen.training import TrainSettings

CONFIGS = Path(__file__).parents[2] / "configs"
SHARED = (
    *("learning_rate", "warmup", "weight_decay", "steps", "clip", "ema", "max_bad_batches", "precision"),
    *("validate_every", "threads", "seed"),
)
FORMER_KEYS = {
    "conformers": "sources validation objective coupling geometry_noise batch draws "
    "validation_samples validation_steps",
    "docking": "sources validation batch draws jitter protein_noise ligand_noise",
    "confidence": "sources folds fold right batch poses noise",
}
FORMER_DEFAULTS = {
    "conformers": (2e-3, 300, 0.0, 20000, 1.0, 0.999, 20, "32-true", 1000, 1, 0),
    "docking": (2e-3, 200, 0.01, 20000, 1.0, 0.999, 20, "32-true", 1000, 1, 0),
    "confidence": (7e-4, 50, 0.1, 1000, 1.0, 0.995, 20, "32-true", 250, 1, 0),
}


@pytest.mark.parametrize("command", [*FORMER_KEYS, "cartesian", "side-chains"])
def test_the_configuration_that_ships_is_of_the_weights_that_ship(command):
    task = trainable_models()[command].task()
    shipped = task.load()[0].config
    if command == "confidence":
        shipped = replace(shipped, members=1, support=False, known=False)  # all come with the calibration
    assert from_yaml(task.config, CONFIGS / f"{command}.yaml").model == shipped


@pytest.mark.parametrize("command", FORMER_KEYS)
def test_every_key_of_earlier_versions_is_read_and_has_its_default(command, tmp_path):
    kind = trainable_models()[command].task().config
    train = to_mapping(kind())["train"]
    assert tuple(train[key] for key in SHARED) == FORMER_DEFAULTS[command]
    tree = to_mapping(SMALL_TRAININGS[command](tmp_path))["train"]
    former = {"right": "near_native"}
    own = {key: tree[former.get(key, key)] for key in FORMER_KEYS[command].split()}
    found = from_mapping(kind, {"train": own | {key: tree[key] for key in SHARED}})
    assert to_mapping(found)["train"] == tree


@pytest.mark.parametrize("command", FORMER_KEYS)
def test_the_optimizer_can_be_set_like_any_key(command):
    config = override(trainable_models()[command].task().config(), ["train.clip=0.5", "train.steps=7"])
    assert isinstance(config.train, TrainSettings)
    assert (config.train.clip, config.train.steps) == (0.5, 7)
