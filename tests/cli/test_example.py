"""`molgen example` writes the files that the documentation uses; `molgen doctor` looks at the installation."""

import json
import types
from pathlib import Path

import pytest
from command_line import exit_code

DATA = Path(__file__).parents[2] / "data"


def test_the_files_are_those_of_the_repository(tmp_path, capsys):
    folder = tmp_path / "data"
    assert exit_code("example", folder) == 0
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    there = {path.name: path.read_bytes() for path in DATA.iterdir() if path.is_file()}
    assert {"ligands.smi", "1ia1.cif", "1ia1_ligand.sdf"} <= set(written)
    assert all(there[name] == content for name, content in written.items()), "python data/make_data.py package"
    assert set(there) - set(written) == {"README.md", "make_data.py"}
    assert f"molgen dock -p {folder}/1ia1.cif" in capsys.readouterr().out


def test_what_is_there_stays(tmp_path, capsys):
    (tmp_path / "ligands.smi").write_text("mine")
    assert exit_code("example", tmp_path) == 0
    assert (tmp_path / "ligands.smi").read_text() == "mine"
    assert "ligands.smi is there already" in capsys.readouterr().err


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("molgen.cli.doctor._torch", lambda: [])
    monkeypatch.setattr("molgen.cli.doctor._weights", lambda: [])
    monkeypatch.setattr(
        "molgen.generate_conformers", lambda *_, **__: types.SimpleNamespace(GetNumConformers=lambda: 1)
    )


def test_a_whole_installation_is_well(quick, capsys):
    assert exit_code("doctor", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["good"]
    assert {"molgen", "python", "torch", "a conformer", "molgen[report]"} <= {one["name"] for one in document["checks"]}


def test_what_is_missing_or_too_old_is_named(quick, monkeypatch, capsys):
    found = {"rdkit": "", "torch": "1.0"}
    monkeypatch.setattr("molgen.cli.doctor._version", lambda name: found.get(name, "1000"))
    assert exit_code("doctor") == 2
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("BAD")]
    assert any("rdkit" in line and "not installed" in line for line in lines)
    assert any("torch" in line and "needs" in line for line in lines)


def test_weights_that_cannot_be_loaded_are_named(quick, monkeypatch, capsys):
    def broken():
        raise OSError("damaged\nfile")

    monkeypatch.setattr("molgen.cli.doctor._weights", broken)
    assert exit_code("doctor") == 2
    assert "OSError: damaged file" in capsys.readouterr().out
