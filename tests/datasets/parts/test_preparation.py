"""Preparations: settings are kept with a folder, and another run must have the same."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.preparation import Preparation
from molgen.errors import ConfigError, InputError
from molgen.former_names import renamed


@dataclass(frozen=True)
class Limits:
    """Settings inside of settings."""

    least: int = 1


@dataclass(frozen=True)
class WordConfig:
    """How words are counted."""

    repeats: int = renamed("times", 2)
    limits: Limits = Limits()  # frozen
    block: int = 2


def words(source: Path, config: WordConfig) -> list[PreparationInput]:
    return [PreparationInput(word, word) for word in source.read_text().split()]


def repeated(word: str, config: WordConfig) -> list[str]:
    return [word] * config.repeats


def encode(records, source: str) -> bytes:
    return f"{source} {' '.join(records)}".encode()


def refuse(config: WordConfig) -> None:
    if config.repeats > 9:
        raise ConfigError("too often")


PREPARE = Preparation(WordConfig, words, repeated, encode, count=len, check=refuse)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("a bc def")
    return path


def test_a_preparation_is_called_like_a_function(source, tmp_path):
    done: list[int] = []
    summary = PREPARE(source, tmp_path / "set", WordConfig(repeats=1), limit=2, on_block=done.append)
    assert (summary.prepared, summary.examples, summary.failures, done) == (2, 3, 0, [2])
    assert (tmp_path / "set" / "part-00000.safetensors").read_text() == "words.txt a bc"
    noted = json.loads((tmp_path / "set" / "prepare.json").read_text())
    assert noted == {"source": "words.txt", "repeats": 1, "limits": {"least": 1}, "block": 2}


def test_settings_have_defaults(source, tmp_path):
    assert PREPARE(source, tmp_path / "set").examples == 2 * 6


def test_other_settings_or_another_source_are_refused(source, tmp_path):
    PREPARE(source, tmp_path / "set")
    with pytest.raises(InputError, match="another limits, block;"):
        PREPARE(source, tmp_path / "set", WordConfig(limits=Limits(2), block=3))
    other = source.with_name("others.txt")
    other.write_text("x")
    with pytest.raises(InputError, match="another source;"):
        PREPARE(other, tmp_path / "set")


def test_a_folder_goes_on_whose_settings_had_other_names_or_were_fewer(source, tmp_path):
    PREPARE(source, tmp_path / "set")
    note = tmp_path / "set" / "prepare.json"
    note.write_text(json.dumps({"source": "words.txt", "times": 2, "block": 2}))
    assert PREPARE(source, tmp_path / "set").prepared == 3
    with pytest.raises(InputError, match="another repeats;"):
        PREPARE(source, tmp_path / "set", replace(WordConfig(), repeats=3))


def test_what_cannot_be_done_is_said_before_there_is_a_folder(source, tmp_path):
    with pytest.raises(ConfigError, match="too often"):
        PREPARE(source, tmp_path / "set", WordConfig(repeats=10))
    with pytest.raises(OSError, match="none"):
        PREPARE(tmp_path / "none.txt", tmp_path / "set")
    assert not (tmp_path / "set").exists()
