"""Ctrl-C and SIGTERM: exit code 130 or 143, one line, no traceback, no process left, and files whole or absent."""

import json
import signal
from pathlib import Path

import pytest
import yaml
from command_line import exit_code
from command_process import interrupted, leftovers
from complexes import INHIBITOR, ligand_path, protein_path
from safetensors import safe_open
from small_molecules import entry_of

from molgen.config import to_mapping
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.conformers import encode_conformers, load_conformers
from molgen.datasets.sources import SourceConfig
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.nets.config import BackboneConfig

WHOLE = "interrupted: output files are whole, or as they were before\n"
LONG = "CC(C)CC(NC(=O)C(CO)NC(=O)C(CCCN)NC(=O)C(CCCC)NC(=O)CN)C(=O)NCCCCCC"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "in.smi"
    path.write_text("".join(f"{LONG} m{k}\n" for k in range(300)))
    return path


def is_writing(folder: Path) -> bool:
    return bool(leftovers(folder))


def test_conformers_leave_the_old_output(library, tmp_path):
    output = tmp_path / "out.sdf"
    output.write_text("old")
    arguments = ("conformers", library, "-o", output, "-n", "3", "--model", "uniform")
    code, told, left = interrupted(*arguments, when=lambda: is_writing(tmp_path))
    assert (code, told, left) == (130, WHOLE, ())
    assert output.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.smi", "out.sdf"]


@pytest.mark.slow
def test_a_terminated_command_clears_up_too(library, tmp_path):
    output = tmp_path / "out.sdf"
    arguments = ("conformers", library, "-o", output, "-n", "3", "--model", "uniform")
    code, told, left = interrupted(*arguments, when=lambda: is_writing(tmp_path), sent=signal.SIGTERM)
    assert (code, told, left) == (143, "", ())
    assert [path.name for path in tmp_path.iterdir()] == ["in.smi"]


@pytest.mark.slow
def test_docking_leaves_nothing(tmp_path):
    (tmp_path / "in.smi").write_text("".join(f"{INHIBITOR} m{k}\n" for k in range(300)))
    arguments = (
        *("dock", "-p", protein_path("1ia1"), "-l", tmp_path / "in.smi", "--pocket", ligand_path("1ia1")),
        *("-o", tmp_path / "out.sdf", "--effort", "quick", "--proposals", "random", "--rank", "energy"),
    )
    code, told, left = interrupted(*arguments, when=lambda: is_writing(tmp_path))
    assert (code, left) == (130, ())
    assert told.endswith("\n" + WHOLE)
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["in.smi"]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_preparing_keeps_whole_parts_and_the_same_command_goes_on(library, tmp_path, workers):
    folder = tmp_path / "set"
    settings = ("--set", "block=1", "--set", "conformers=1", "--set", "relax_iterations=1")
    arguments = ("prepare", "conformers", library, "-o", folder, "-j", workers, *settings)
    code, told, left = interrupted(*arguments, when=lambda: len(logs(folder)) > 2)
    assert (code, left) == (130, ())
    assert told == "interrupted: the parts that are finished stay, and the same command goes on with the rest\n"
    assert leftovers(folder) == []
    before = {path: path.stat().st_mtime_ns for path in logs(folder)}
    assert 3 <= len(before) < 300
    assert exit_code(*arguments, "--limit", str(len(before) + 2)) == 0
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert len(load_conformers(find_parts(folder))[0]) == len(logs(folder)) == len(before) + 2


def logs(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.json"))


@pytest.mark.slow
def test_training_saves_the_step_in_hand_and_resumes(tmp_path):
    (tmp_path / "data").mkdir()
    part = encode_conformers([entry_of(s) for s in ("CCOC", "CC(F)COC", "OCCN")], "tiny")
    (tmp_path / "data" / "part.safetensors").write_bytes(part)
    size = BackboneConfig(scalars=6, pseudoscalars=2, vectors=3, pseudovectors=2, layers=1, graph_layers=1)
    settings = TrainConfig(
        (SourceConfig(str(tmp_path / "data")),),
        validation=str(tmp_path / "data"),
        batch=2,
        steps=10**6,
        validate_every=10,
    )
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(to_mapping(ConformerConfig(ModelConfig("flow", size, 2), settings))))
    output = tmp_path / "run"
    weights, state = output / "weights.safetensors", output / "state.ckpt"
    arguments = ("train", "conformers", "-c", config, "-o", output)
    code, told, left = interrupted(*arguments, when=weights.exists)
    assert (code, left) == (130, ())
    assert told.splitlines()[-1] == (
        "interrupted: weights and state are those of the last checkpoint in the output folder; "
        "--resume goes on from there"
    )
    assert leftovers(output) == []
    first = steps(weights)
    assert state.exists()
    assert first >= 10
    assert exit_code(*arguments, "--resume", "--set", f"train.steps={first + 3}") == 0
    assert steps(weights) == first + 3


def steps(weights: Path) -> int:
    with safe_open(weights, framework="pt") as file:
        return json.loads(file.metadata()["record"])["runs"][-1]["steps"]
