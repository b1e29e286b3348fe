"""The corpus through the readers and beyond: a result or an error of one line that names the file, soon, in 4 GiB.

The files are read in a process with 4 GiB; one that dies or hangs is a failure of the file that it was at.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from make_corpus import Case, all_cases, write

CASES = all_cases()
MOST_SECONDS, MOST_BYTES = 30.0, 4 * 2**30
pytestmark = pytest.mark.timeout(900)  # a busy machine; what hangs is killed by the worker's own limit
WORKER = Path(__file__).with_name("read_corpus.py")
# what goes through the conformers, or the preparation for docking, in the default run; all of it in the slow one
USED = [case for number, case in enumerate(CASES) if case.name.startswith(("fine-0", "structure-")) and number % 6 == 0]


def answers(cases: list[Case], paths: list[Path], how: str) -> list[dict]:
    """What the worker says of each case; a new worker goes on where one died."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    jobs = [(case.reader, str(path)) for case, path in zip(cases, paths, strict=True)]
    found: list[dict] = []
    while len(found) < len(jobs):
        rest = json.dumps(jobs[len(found) :]).encode()
        with subprocess.Popen(
            [sys.executable, str(WORKER), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        ) as worker:
            try:
                output, _ = worker.communicate(rest, timeout=300 if how == "read" else 1500)
            except subprocess.TimeoutExpired:
                worker.kill()
                output, _ = worker.communicate()
        told = [json.loads(line) for line in output.splitlines()]
        done = [one for one in told if "outcome" in one]
        assert told, f"the worker does not start: {worker.returncode}"
        found += done
        if len(told) > 2 * len(done):  # it began with one more
            found.append({"outcome": "died", "errors": [], "raised": str(worker.returncode), "wall": 0.0, "peak": 0})
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("corpus") / "in" / "here"
    folder.mkdir(parents=True)
    return [write(case, folder) for case in CASES]


@pytest.fixture(scope="module")
def read(written) -> dict[str, dict]:
    return dict(zip((case.name for case in CASES), answers(CASES, written, "read"), strict=True))


def test_the_corpus_is_large_and_every_name_is_another():
    assert len(CASES) > 800
    assert len({case.name for case in CASES}) == len(CASES)
    assert [case.content for case in all_cases()[:300]] == [case.content for case in CASES[:300]]


def test_the_command_writes_the_same_files(written, tmp_path):
    command = [sys.executable, str(WORKER.with_name("make_corpus.py")), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written[0].parent.iterdir()}


def test_every_file_gives_what_is_expected_of_it(read):
    wrong = {
        case.name: (case.expected, read[case.name])
        for case in CASES
        if read[case.name]["outcome"] not in (("result", "error") if case.expected == "either" else (case.expected,))
    }
    assert wrong == {}


def test_every_error_is_one_line_and_names_the_file(read, written):
    for case, path in zip(CASES, written, strict=True):
        told = read[case.name]
        assert all(sound(error) for error in told["errors"]), (case.name, told["errors"])
        if told["raised"] is not None:
            assert sound(told["raised"]), case.name
            shown = "".join(letter if letter.isprintable() else " " for letter in path.name[:100])
            assert " ".join(shown.split()) in told["raised"] or len(str(path)) > 900, case.name


def test_nothing_takes_long_or_much_memory(read):
    assert {name: told["wall"] for name, told in read.items() if told.get("cpu", 0.0) > MOST_SECONDS} == {}
    assert max(told["peak"] for told in read.values()) < MOST_BYTES


def test_broken_records_are_named_by_their_place(read):
    assert ":line 16:" in read["structure-cut-line-3.pdb"]["raised"]
    assert ":atom " in read["structure-row-short.cif"]["raised"]


def test_a_part_of_it_is_used_for_conformers_and_sites(written):
    check_use(USED, written)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_all_that_can_be_read_is_used_for_conformers_and_sites(written, read):
    check_use([case for case in CASES if read[case.name]["outcome"] == "result"], written)


def check_use(cases: list[Case], written: list[Path]) -> None:
    paths = dict(zip((case.name for case in CASES), written, strict=True))
    told = answers(cases, [paths[case.name] for case in cases], "use")
    assert any(one["outcome"] == "result" for one in told)
    for case, one in zip(cases, told, strict=True):
        assert one["outcome"] in ("result", "error"), (case.name, one)
        assert all(sound(error) for error in one["errors"]), (case.name, one["errors"])
        assert one["raised"] is None or sound(one["raised"]), (case.name, one)
        assert one["cpu"] < MOST_SECONDS, (case.name, one)
    assert max(one["peak"] for one in told) < MOST_BYTES


def sound(text: str) -> bool:
    """Whether an error is one line that can be shown, of a kind that was foreseen."""
    return bool(text.strip()) and text.isprintable() and len(text) < 5000 and not text.startswith("unexpected ")
