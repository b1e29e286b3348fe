"""Blocks of inputs: each ends in parts and a log, whatever its inputs do; what is finished is not done again."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from molgen.datasets.parts import block_runner
from molgen.datasets.parts.block_runner import (
    BlockWork,
    PreparationInput,
    PrepareSummary,
    part_digits,
    run_blocks,
    summarize,
)
from molgen.errors import ParseError
from molgen.outcomes import debugging

NAMES = ("ab", "abc", "a", "abcde", "abcd")


def letters(value: str) -> list[str]:
    """The records of a word; of an odd one none."""
    if value == "abc":
        raise ParseError("odd", source="words")
    if value == "a":
        raise ZeroDivisionError("of a bug")
    return list(value)


def encode(records: Sequence[str], source: str) -> bytes:
    return f"{source}: {''.join(records)}".encode()


def inputs(names: Sequence[str] = NAMES) -> list[PreparationInput]:
    return [PreparationInput(name, name) for name in names]


def run(folder: Path, names: Sequence[str] = NAMES, size: int = 2, **options) -> PrepareSummary:
    work = BlockWork(folder, letters, encode, lambda record: 1, "words", part_digits(folder))
    return run_blocks(inputs(names), size, work, **options)


def parts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.glob("*.safetensors"))}


def failures(folder: Path) -> list[dict[str, str]]:
    with (folder / "failures.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_input_is_in_a_part_or_among_the_failures(tmp_path, workers):
    done: list[int] = []
    summary = run(tmp_path, workers=workers, on_block=done.append)
    assert (summary.prepared, summary.examples, summary.failures) == (3, 11, 2)
    assert parts(tmp_path) == {
        "part-00000.safetensors": "words: ab",
        "part-00001.safetensors": "words: abcde",
        "part-00002.safetensors": "words: abcd",
    }
    assert summary.size == sum(map(len, parts(tmp_path).values()))
    assert failures(tmp_path) == [
        {"name": "abc", "place": "", "reason": "odd"},
        {"name": "a", "place": "", "reason": "unexpected ZeroDivisionError: of a bug"},
    ]
    assert done[-1] == len(NAMES)


def test_an_input_that_could_not_be_read_is_a_failure_with_its_place(tmp_path):
    work = BlockWork(tmp_path, letters, encode, lambda record: 1, "words")
    run_blocks([PreparationInput("x", None, "line 7", "not a molecule")], 2, work)
    assert failures(tmp_path) == [{"name": "x", "place": "line 7", "reason": "not a molecule"}]
    assert parts(tmp_path) == {}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_traceback_of_an_unexpected_error_is_shown_when_debugging(tmp_path, capfd, workers):
    with debugging():
        run(tmp_path, workers=workers)
    shown = capfd.readouterr().err
    assert "a: unexpected ZeroDivisionError: of a bug" in shown
    assert 'raise ZeroDivisionError("of a bug")' in shown
    assert "odd" not in shown  # told on purpose


def test_finished_blocks_are_not_done_again(tmp_path):
    first = run(tmp_path)
    (tmp_path / "part-00001.json").unlink()
    (tmp_path / "part-00000.safetensors").write_text("words: ba")
    done: list[int] = []
    assert run(tmp_path, on_block=done.append) == first
    assert done == [2]
    assert parts(tmp_path)["part-00000.safetensors"] == "words: ba"


def test_a_block_that_was_cut_short_or_is_of_other_inputs_is_done_again(tmp_path):
    run(tmp_path, NAMES[:1])
    assert run(tmp_path, NAMES[:2]).failures == 1
    assert run(tmp_path, ("xy", "abc")).prepared == 1
    assert parts(tmp_path) == {"part-00000.safetensors": "words: xy"}


def test_a_part_that_would_be_too_large_becomes_several_and_inputs_stay_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(block_runner, "MAX_PART_BYTES", 12)
    run(tmp_path, ("ab", "cd", "efghijklmnop"), size=3)
    assert parts(tmp_path) == {
        "part-00000-1.safetensors": "words: cd",
        "part-00000-2.safetensors": "words: efghijklmnop",
        "part-00000.safetensors": "words: ab",
    }
    monkeypatch.undo()
    (tmp_path / "part-00000.json").unlink()
    run(tmp_path, ("ab", "cd", "efghijklmnop"), size=3)
    assert parts(tmp_path) == {"part-00000.safetensors": "words: abcdefghijklmnop"}


EARLIER = {
    "conformers": ("part-00000", {"molecules": 1, "conformers": 5, "failures": [["abc", "line 2", "odd"]]}),
    "docking": ("part-000", {"inputs": ["ab", "abc"], "proteins": 1, "examples": 5, "failures": [["abc", "odd"]]}),
}


@pytest.mark.parametrize("kind", EARLIER)
def test_a_folder_of_an_earlier_version_goes_on(kind, tmp_path):
    stem, log = EARLIER[kind]
    (tmp_path / f"{stem}.json").write_text(json.dumps(log))
    (tmp_path / f"{stem}.safetensors").write_text("earlier")
    assert summarize(tmp_path) == PrepareSummary(prepared=1, examples=5, failures=1, size=7)
    summary = run(tmp_path)
    assert (summary.prepared, summary.examples, summary.failures) == (3, 5 + 9, 2)
    assert parts(tmp_path) == {
        f"{stem}.safetensors": "earlier",
        f"{stem[:-1]}1.safetensors": "words: abcde",
        f"{stem[:-1]}2.safetensors": "words: abcd",
    }
    assert failures(tmp_path)[0]["reason"] == "odd"
