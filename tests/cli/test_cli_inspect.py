"""What a user of `molgen inspect` sees."""

import json
from pathlib import Path

import pytest
from command_line import dock, exit_code
from complexes import protein_path


def test_inspect_lists_what_the_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("inspect", protein_path("1ia1")) == 0
    out, err = capsys.readouterr()
    assert "chain A: protein, 192 residues (1 to 192), 1564 heavy atoms" in out
    assert "ligand TQ3:A:194: 19 heavy atoms" in out
    assert err == ""


def test_inspect_prints_pockets_as_options_of_dock(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("inspect", protein_path("1s3v"), "--pockets") == 0
    specs = [line.split("--pocket ")[1] for line in capsys.readouterr().out.splitlines() if "--pocket" in line]
    assert len(specs) > 2
    assert dock(ligand="CCO", pocket=f"{specs[0]},10") == 0


def test_inspect_prints_json_with_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("inspect", protein_path("1ia1"), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [group["label"] for group in document["ligands"]] == ["TQ3:A:194", "NDP:A:193", "NDP:B:195"]
    assert document["ligands"][1]["role"] == "cofactor"
    assert set(document) >= {"chains", "metals", "waters", "modified", "gaps", "incomplete", "alternatives", "notes"}
