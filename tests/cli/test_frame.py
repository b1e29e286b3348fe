"""What every command has: the same short options, JSON, silence, an end that names files, and help in groups."""

import json
import re
import sys

import pytest
import typer
from command_line import exit_code
from typer.testing import CliRunner

from molgen.cli import root
from molgen.cli.frame.help_text import usage_words
from molgen.cli.frame.progress import progress_text
from molgen.cli.frame.voice import Voice, conclude, note, say, speaking
from molgen.runtime.stages import Progress


def commands(group=None, path=()):
    group = group or typer.main.get_command(root)
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*path, name))
        if not hasattr(one, "commands") or one.invoke_without_command:
            yield (*path, name), one


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_the_options_that_all_have(path):
    names = {name for param in COMMANDS[path].params for name in param.opts}
    assert {"--quiet", "-q", "--verbose", "-v", "--json"} <= names


def test_an_option_has_one_letter_and_a_letter_one_option_in_all_commands():
    letters: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for command in COMMANDS.values():
        for param in command.params if not command.hidden else ():
            short = [one for one in param.opts if re.fullmatch("-[a-zA-Z]", one)]
            for name in (one for one in param.opts if one.startswith("--")):
                names.setdefault(name, set()).update(short or [""])
            for letter in short:
                letters.setdefault(letter, set()).add(next((o for o in param.opts if o.startswith("--")), letter))
    assert {letter: found for letter, found in letters.items() if len(found) > 1} == {}
    assert {name: found for name, found in names.items() if len(found) > 1} == {}
    assert letters["-p"] == {"--protein"}
    assert letters["-l"] == {"--ligand"}
    assert letters["-r"] == {"--reference"}
    assert letters["-j"] == {"--workers"}


@pytest.mark.parametrize("path", [(), *COMMANDS], ids=" ".join)
def test_help_has_no_group_of_one_and_no_braces_in_its_usage(path):
    text = CliRunner().invoke(root, [*path, "-h"]).output
    assert "{" not in text.split("\n\n")[0]
    if path == ():
        assert re.findall(r"^([A-Z].*):$", text, flags=re.M) == ["Options", "Commands"]


def test_usage_keeps_the_braces_of_choices():
    assert usage_words(["{INPUT}", "{FILES...}...", "{a|b}"]) == ["INPUT", "FILES...", "{a|b}"]


def test_help_puts_the_internals_of_sampling_at_the_end(capsys):
    assert exit_code("dock", "-h") == 0
    titles = re.findall(r"^([A-Z].*):$", capsys.readouterr().out, flags=re.M)
    assert titles[0] == "Options"
    assert titles[-2:] == ["Advanced", "Terminal"]


def test_a_command_without_anything_shows_its_help():
    shown = CliRunner().invoke(root, ["rescore"])
    assert shown.exit_code == 2
    assert "--protein" in shown.output


def test_the_end_names_files_that_are_there_and_the_next_command(tmp_path, capsys):
    made = tmp_path / "poses.sdf"
    made.write_text("")
    conclude({}, (made, tmp_path / "absent.sdf", None), ("molgen", "analyze", made, "-o", "a folder"))
    assert capsys.readouterr().out == f"written: {made}\nnext: molgen analyze {made} -o 'a folder'\n"
    conclude({}, (tmp_path / "absent.sdf",), ("molgen", "analyze"))
    assert capsys.readouterr().out == ""


def test_json_is_all_that_is_on_stdout_and_knows_no_nan(tmp_path, capsys):
    numpy = pytest.importorskip("numpy")
    with speaking(Voice(json=True)):
        say("a table")
        note("note: something")
        conclude({"a": float("nan"), "b": numpy.arange(2), "c": Progress(began=0.0)}, (tmp_path,))
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["a"] is None
    assert document["b"] == [0, 1]
    assert document["c"]["stage"] == "starting"
    assert document["files"] == [str(tmp_path)]
    assert told.err == "note: something\n"


def test_quiet_says_nothing(tmp_path, capsys):
    with speaking(Voice(quiet=True)):
        say("a table")
        note("note: something")
        conclude({}, (tmp_path,))
    assert capsys.readouterr() == ("", "")


def test_a_wait_tells_stage_share_and_the_time_that_is_left():
    one = Progress(total=1, began=0.0)
    one.begin("search")
    one.noted = 42.0
    assert one.share == pytest.approx(0.97 * 0.42)
    assert re.fullmatch(r"search  █+░+  41%  \d+ s left", progress_text(one, "ligands", 42.0))
    later = progress_text(one, "ligands", 60.0)
    assert "58%" in later  # goes on within a stage
    many = Progress(total=12, done=3, share=0.25, began=0.0, noted=10.0, stage="search")
    assert progress_text(many, "ligands", 10.0).startswith("search  3 of 12 ligands  █████░")
    assert progress_text(Progress(began=0.0, done=7), "records", 5.0) == "starting  7 records  5 s"


def test_an_interrupted_library_tells_how_to_go_on(monkeypatch, tmp_path, capsys):
    library = tmp_path / "lib.smi"
    library.write_text("CCO\n")

    def interrupted(*_, **__):
        (tmp_path / "run").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr("molgen.cli.conformers.conformers_to_folder", interrupted)
    assert exit_code("conformers", str(library), "-o", str(tmp_path / "run")) == 130
    assert "--resume" in capsys.readouterr().err


def test_empty_standard_input_is_said_before_the_receptor_is_prepared(monkeypatch, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.write_text("")
    monkeypatch.setattr("molgen.cli.dock.read_structure", lambda *_: pytest.fail("the receptor was read"))
    with empty.open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        protein = tmp_path / "p.pdb"
        protein.write_text("")
        assert exit_code("dock", "-p", str(protein), "-l", "-", "-o", str(tmp_path / "x.sdf")) == 2
    assert capsys.readouterr().err == "error: standard input: is empty\n"


def test_no_sentence_of_the_help_stutters():
    told = [one.help or "" for one in COMMANDS.values()]
    assert [text for text in told if re.match(r"(\w+) \1\b", text, flags=re.IGNORECASE)] == []
