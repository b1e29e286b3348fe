"""The corpus at the command: a lone bad input is exit code 2 and one line, a bad one among others is a row."""

import csv
from pathlib import Path

import pytest
from command_line import exit_code
from corpus_smiles import FINE, WRONG
from make_corpus import Case, all_cases, write
from structure_texts import tripeptide

from molgen.files import opening

# no shell hands on a NUL or a lone surrogate; /dev/zero and junk have their say in the readers' own test
_LEFT_OUT = ("zero.", "junk", "surrogate", "\0")
ERRORS = [case for case in all_cases() if case.expected == "error" and not any(one in case.name for one in _LEFT_OUT)]
MOLECULES = [case for case in ERRORS if case.reader == "molecules"][::9]
PROTEINS = [case for case in ERRORS if case.reader == "protein"][::4]
ARGUMENTS = {
    "pocket": (
        "--pocket",
        ["", "box:", "box:nan,0,0", "box:1e300,0,0", "ligand:\x1b[31m", "residues:A:99999999999", "a\0b", "/dev/null"],
    ),
    "anchor": (
        "--anchor",
        ["@", "[X@0,0,0", "C@nan,0,0", "C@1e300,0,0", "C(" * 5000 + "@0,0,0", "C@0,0,0,-1", "\u202e@1,2,3"],
    ),
    "keep": ("--keep", ["ZZZ", "\x1b[31m", "ALA:A:1:1:1", "\u202e"]),
    "drop": ("--drop", ["ZZZ", "a\nb", "../../x"]),
}


@pytest.fixture(autouse=True)
def hurry(monkeypatch, tmp_path):
    monkeypatch.setattr(opening, "PATIENCE", 0.2)
    (tmp_path / "in" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "in")


def the_error(capfd, *arguments: object) -> str:
    """The one line of an error; nothing else may be called one, and nothing is written."""
    code, told = exit_code(*arguments), capfd.readouterr().err
    errors = [line for line in told.split("\n") if line.startswith("error: ")]
    assert code == 2, told
    assert len(errors) == 1, told
    assert errors[0].isprintable()
    assert len(errors[0]) < 6000
    assert "Traceback" not in told
    assert not Path("out.sdf").exists()
    return errors[0]


def identity(case: Case) -> str:
    return ascii(case.name[:40])


@pytest.mark.parametrize("case", MOLECULES, ids=identity)
def test_a_lone_file_of_bad_molecules_is_one_line(case, capfd):
    path = write(case, Path("here"))
    the_error(capfd, "conformers", path, "-o", "out.sdf", "-n", "1")


@pytest.mark.parametrize("case", PROTEINS, ids=identity)
def test_a_bad_structure_is_one_line(case, capfd):
    path = write(case, Path("here"))
    the_error(capfd, "inspect", path)
    the_error(capfd, "dock", "-p", path, "-l", "CCO", "-o", "out.sdf", "--pocket", "auto")


@pytest.mark.parametrize(
    "smiles", [text for text in WRONG[::4] if len(text) < 100_000], ids=lambda text: ascii(text[:20])
)
def test_a_bad_smiles_is_one_line(smiles, capfd):
    if not smiles.startswith("-"):  # that is an option
        the_error(capfd, "conformers", smiles, "-o", "out.sdf", "-n", "1")


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_bad_argument_is_one_line(name, capfd):
    Path("a.pdb").write_text("\n".join([*tripeptide(), "END", ""]))
    option, values = ARGUMENTS[name]
    for value in values:
        others = () if option == "--pocket" else ("--pocket", "box:1,0,0")
        the_error(
            capfd, "dock", "-p", "a.pdb", "-l", "CCO", "-o", "out.sdf", "--effort", "quick", option, value, *others
        )


@pytest.mark.parametrize("command", ["analyze", "rescore", "train"])
def test_the_other_commands_answer_in_one_line(command, capfd):
    Path("a.pdb").write_text("\n".join([*tripeptide(), "END", ""]))
    for case in MOLECULES[::4]:
        path = write(case, Path("here"))
        given = {
            "analyze": (path, "-o", "tables"),
            "rescore": ("-p", "a.pdb", "-l", path, "-o", "out.sdf"),
            "train": ("conformers", "-c", path, "-o", "run"),
        }
        the_error(capfd, command, *given[command])


def test_every_line_of_a_library_is_a_row_or_a_failure(capfd):
    """Bad ones first, between and last: none of them stops the rest."""
    lines = [text for pair in zip(WRONG, FINE, strict=False) for text in pair if len(text) < 200]
    lines = [text for text in lines if "\0" not in text and not text.startswith("#")][:60]  # a comment is no input
    lines.append("C(")
    Path("library.smi").write_text("".join(f"{text}\n" for text in lines), encoding="utf-8")
    assert exit_code("conformers", "library.smi", "-o", "out.sdf", "-n", "1", "--model", "uniform") == 0
    with open("out.failures.csv", encoding="utf-8", newline="") as file:
        failures = list(csv.DictReader(file))
    done = Path("out.sdf").read_text(encoding="utf-8").count("$$$$\n")
    assert done + len(failures) == len(lines)
    assert len({row["place"] for row in failures}) == len(failures)
    assert all(row["reason"].isprintable() and not row["reason"].startswith("unexpected") for row in failures)
    assert failures[-1]["place"] == f"line {len(lines)}"
