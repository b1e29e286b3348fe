"""The printed recipes of training agree with the configurations, and run from preparation to the use of the weights."""

from dataclasses import is_dataclass
from pathlib import Path

import pytest
from command_line import exit_code
from recipes import option, recipe, settings

from molgen.config import from_yaml, override
from molgen.models import trainable_models

ROOT = Path(__file__).parents[2]
PAGES = ("docs/training.md", "docs/own-model.md", "data/README.md")
QUICK = {
    "prepare conformers": ["--limit", "3", "--set", "conformers=2"],
    "prepare fragments": ["--set", "per_protein=6"],
    "train": ["--set", "train.steps=1", "--set", "train.batch=2"],
    "conformers": ["-n", "1", "--samples", "2"],
    "dock": ["--effort", "quick", "-n", "1"],
}
"""Words of a command -> options that make it small."""


def sets_of(words: list[str]) -> list[str]:
    """The prepared sets and the weights that a command of training reads."""
    task = trainable_models()[words[1]].task()
    train = override(from_yaml(task.config, ROOT / str(option(words, "-c"))), settings(words)).train
    named = [getattr(train, name, "") for name in ("validation", "held_back", "source")]
    sources = [source.path for source in getattr(train, "sources", ()) if is_dataclass(source)]
    return [*sources, *(path for path in named if path and isinstance(path, str)), option(words, "--from") or "default"]


@pytest.mark.parametrize("page", PAGES)
def test_the_sets_that_a_configuration_names_are_made_by_the_commands_before(page):
    made, missing, trained = {"default"}, [], 0
    for words in recipe(ROOT / page):
        if words[0] == "train" and words[1] in trainable_models():
            trained += 1
            made |= {f"{option(words, '-o')}/weights.safetensors"}
            missing += [(words[:2], path) for path in sets_of(words) if path not in made and not (ROOT / path).exists()]
        made.add(str(option(words, "-o")))
    assert missing == []
    assert trained


def quick(words: list[str]) -> list[str]:
    """A command with options that make it small, one process at a time."""
    added = [option for name, given in QUICK.items() if words[: len(name.split())] == name.split() for option in given]
    if words[:2] == ["prepare", "decoys"]:
        is_search = words[2].startswith("data/")
        added = ["--limit", "4", *(["--set", "effort=quick", "--set", "timeout=20"] if is_search else [])]
    if "gas-phase" in words or "resampled" in words:
        added = ["--limit", "3", *(["--set", "gas_phase.energies=mmff"] if "gas-phase" in words else [])]
    if words[:2] == ["train", "calibrate"]:
        added = []
    if words[:2] == ["train", "conformers"]:  # which would hold back a tenth
        first = sets_of(words)[0]
        added += ["--set", f"train.validation={'prepared/crystal' if 'trajectories' in first else first}"]
    if words[0] in ("analyze", "train"):
        return [*words, *added]
    return [*_without(words, "-j", "-n", "--limit"), *added]


def _without(words: list[str], *names: str) -> list[str]:
    dropped = {k + step for k, word in enumerate(words) if word in names for step in (0, 1)}
    return [word for k, word in enumerate(words) if k not in dropped]


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    for name in ("data", "configs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("ignore")
def test_three_commands_lead_from_a_file_of_molecules_to_conformers_of_a_model_of_ones_own(clone):
    prepare, train, use, *_ = recipe(ROOT / "docs" / "training.md")
    assert (prepare[0], train[0], use[0]) == ("prepare", "train", "conformers")
    use[1] = "CC(=O)Oc1ccccc1C(=O)O aspirin"
    for words in (prepare, train, use):
        assert exit_code(*quick(words)) == 0, words
    assert (clone / str(option(use, "-o"))).read_text().count("$$$$") == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("page", PAGES)
def test_the_recipes_of_a_page_run_one_after_the_other(page, clone):
    for words in recipe(ROOT / page):
        assert exit_code(*quick(words)) == 0, words
