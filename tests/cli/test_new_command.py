"""A command is one file: found by its place, named by its name."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from molgen import cli

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def app(tmp_path, monkeypatch):
    (tmp_path / "weigh.py").write_text((EXAMPLES / "weigh.py").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(cli, "__path__", [*cli.__path__, str(tmp_path)])
    made = typer.Typer()
    cli.add_commands(made, cli.__path__)
    return made


def test_a_file_beside_the_others_is_a_command(app):
    done = CliRunner().invoke(app, ["weigh", "CCO ethanol"])
    assert done.output.split() == ["ethanol", "46.07"]


def test_it_stands_among_the_commands_that_ship(app):
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(name in shown for name in ("weigh", "conformers", "dock", "train", "prepare", "screen"))


def test_files_without_a_command_are_none():
    names = {command.name for command in cli.root.registered_commands} | {g.name for g in cli.root.registered_groups}
    tasks = {"analyze", "app", "conformers", "dock", "inspect", "pack", "rescore", "prepare", "screen", "train"}
    assert names == tasks | {"doctor", "example"}
