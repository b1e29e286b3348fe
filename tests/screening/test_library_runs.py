"""Whole runs on real molecules and a real protein."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from complexes import INHIBITOR, ligand_path, protein_path
from typer.testing import CliRunner

from molgen.chem.molecules.reading import read_molecules
from molgen.cli import root
from molgen.conformers.config import GenerateConfig
from molgen.docking.records import DockConfig
from molgen.errors import ConfigError, InputError
from molgen.screening import RunConfig, conformer_library, read_rows, screen, status

SMILES = [
    "CCO ethanol",
    "CCCO propanol",
    "C1CC broken",
    "OCC again",
    "NCCO amine",
    "CCOC ether",
    "CC(C)O iso",
    "FCCF di",
]
QUICK = GenerateConfig(n=2, samples=4)


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "library.smi"
    path.write_text("\n".join(SMILES) + "\n")
    return path


def told(folder):
    """The rows without the times, which differ from run to run."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in read_rows(folder)]


def test_a_library_of_conformers_is_the_same_however_it_is_spread(library, tmp_path):
    summary = conformer_library(library, tmp_path / "a", config=QUICK, shard=3)
    assert (summary.inputs, summary.failed, summary.duplicates) == (8, 1, 1)
    conformer_library(library, tmp_path / "b", config=QUICK, run=RunConfig(workers=2), shard=5)
    rows = told(tmp_path / "a")
    assert rows == told(tmp_path / "b")
    assert [row["name"] for row in rows] == [line.split()[1] for line in SMILES]
    assert rows[3]["duplicate_of"] == 0
    assert rows[1]["conformers"] == rows[1]["sdf"].count("$$$$")
    assert status(tmp_path / "a").phase == "finished"
    assert json.loads((tmp_path / "a/summary.json").read_text())["inputs"] == 8


def test_a_killed_run_is_resumed_with_every_input_exactly_once(library, tmp_path):
    slow = [f"{'C' * k}C(=O)NCC1CCN(Cc2ccccc2)CC1 slow{k}" for k in range(1, 25)]  # the kill is to come before the end
    library.write_text("\n".join(SMILES + slow) + "\n")
    conformer_library(library, tmp_path / "whole", config=QUICK, shard=3)
    command = [sys.executable, "-m", "molgen", "conformers", str(library), "-o", str(tmp_path / "cut"), "-n", "2"]
    command += ["--samples", "4"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    state = tmp_path / "cut/progress.json"
    begin = time.monotonic()
    while time.monotonic() - begin < 120 and not (state.exists() and json.loads(state.read_text())["done"] > 2):
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert status(tmp_path / "cut").phase == "stopped"
    found = CliRunner().invoke(root, [*command[3:], "--resume"])
    assert found.exit_code == 0, found.output
    assert [row["sdf"] for row in told(tmp_path / "cut")] == [row["sdf"] for row in told(tmp_path / "whole")]


def test_a_screen_ranks_a_library_in_a_real_pocket(tmp_path):
    protein, pocket = protein_path("1ia1"), str(ligand_path("1ia1"))
    library = tmp_path / "two.smi"
    library.write_text(f"{INHIBITOR} TQ3\nc1ccccc1 benzene\nC1CC broken\n")
    config = DockConfig(n=2, effort="quick", samples=8)
    summary = screen(library, protein, tmp_path / "run", pocket, config=config, top=5)
    assert (summary.inputs, summary.failed, summary.top) == (3, 1, 2)
    first, second, third = read_rows(tmp_path / "run")
    assert first["score"] < second["score"] < 0
    assert 0 <= first["confidence"] <= 1
    assert third["error"]
    best = list(read_molecules(tmp_path / "run/top.sdf"))
    assert [one.name for one in best][: first["poses"]] == ["TQ3"] * first["poses"]
    with pytest.raises(InputError, match=r"other settings: .*docking.seed \(0 before, 1 now\)"):
        screen(library, protein, tmp_path / "run", pocket, config=DockConfig(n=2, seed=1), resume=True)


def test_what_has_no_meaning_for_a_library_is_refused(library, tmp_path):
    with pytest.raises(ConfigError, match="keep_conformer has no meaning"):
        screen(library, protein_path("1ia1"), tmp_path / "run", config=DockConfig(keep_conformer=True))
    with pytest.raises(InputError, match="no such file"):
        conformer_library(tmp_path / "none.smi", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["screen", "-l", "x.smi"], "--protein, --library and --output are needed"),
        (["screen", "status", "nowhere"], "nowhere: holds no run"),
        (["conformers", "CCO", "-o", "a.sdf", "--resume", "-j", "2"], "--resume need a folder as --output"),
        (["conformers", "x.smi", "-o", "run", "--stereo", "enumerate"], "--stereo cannot be used when --output is a"),
        (["conformers", "x.smi", "-o", "run", "--run", "cpu=2"], "cpu"),
    ],
)
def test_wrong_commands_end_in_one_line(tmp_path, monkeypatch, arguments, reason):
    monkeypatch.chdir(tmp_path)
    Path("x.smi").write_text("CCO\n")
    found = CliRunner().invoke(root, arguments)
    assert reason in str(found.exception)
    assert not Path("run").exists()


def test_a_run_can_be_looked_at_and_exported(library, tmp_path):
    run = tmp_path / "run"
    call = CliRunner().invoke(root, ["conformers", str(library), "-o", str(run), "-n", "1", "--samples", "2"])
    assert "7 of 8 molecules done, 1 failed, 1 were repeats" in call.output
    seen = CliRunner().invoke(root, ["screen", "status", str(run)])
    assert "conformers of library.smi: finished, 1 shards written" in seen.output
    made = CliRunner().invoke(root, ["screen", "export", str(run), "-o", str(tmp_path / "all.sdf")])
    assert "7 structures" in made.output
    assert [one.name for one in read_molecules(tmp_path / "all.sdf")][:3] == ["ethanol", "propanol", "again"]
