"""What a user of `molgen analyze` sees: a table, files, one line for an error."""

import csv
import functools
from pathlib import Path

import pytest
from command_line import exit_code, the_error
from complexes import ligand_path, protein_path
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules.writing import SdfRecord, write_sdf

ACID = "CC(=O)Oc1ccccc1C(=O)O"
analyze = functools.partial(exit_code, "analyze")


@pytest.fixture
def in_folder(in_folder: Path) -> Path:
    """With conformers of a molecule, and others as references."""
    for name, seed in (("conformers.sdf", 7), ("ref.sdf", 11)):
        mol = embedded(ACID, 3, seed)
        write_sdf(name, [SdfRecord(mol, number, "aspirin") for number in range(3)])
    return in_folder


def test_conformers_end_as_a_table_files_and_figures(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyze("conformers.sdf", "--reference", "ref.sdf", "-o", "out") == 0
    out, err = capsys.readouterr()
    assert [word in out for word in ("aspirin", "AMR-R", "COV-R", "COV at 0.75 Å", "ok")] == [True] * 5
    assert "taken as conformers; --poses takes them as poses" in err
    with (in_folder / "out" / "analysis.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["structures"], row["references"], row["error"]) == ("3", "3", "")
    assert {"conformers.csv", "summary.csv", "rmsd_distribution.png", "coverage.png"} <= {
        one.name for one in (in_folder / "out").iterdir()
    }
    assert not list(in_folder.rglob("*.part"))


def test_poses_are_compared_in_place(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crystal, protein = ligand_path("1of6"), protein_path("1of6")
    assert analyze(crystal, "--reference", crystal, "--protein", protein, "-o", "out", "--figures", "none") == 0
    out = capsys.readouterr().out
    assert "≤ 2 Å" in out
    assert "in place" in out
    assert not list((in_folder / "out").glob("*.png"))


def test_several_files_are_compared(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        analyze(
            "conformers.sdf", "ref.sdf", "-r", "ref.sdf", "-o", "out", "--names", "mine,theirs", "--figures", "none"
        )
        == 0
    )
    out, err = capsys.readouterr()
    assert "mine − theirs: first" in out
    assert "taken as conformers" in err
    with (in_folder / "out" / "molecules.csv").open(newline="") as file:
        assert [row["program"] for row in csv.DictReader(file)] == ["mine", "theirs"]
    assert analyze("conformers.sdf", "ref.sdf", "-r", "ref.sdf", "-o", "placed", "--in-place", "--figures", "none") == 0
    assert "in place" in capsys.readouterr().out
    assert analyze("conformers.sdf", "ref.sdf", "-o", "out", "--names", "mine") == 2
    assert "one name per file" in the_error(capsys)


def test_without_reference_the_ensemble_is_described(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyze("conformers.sdf", "-o", "out", "--figures", "svg", "--no-validity", "--conformers") == 0
    out, err = capsys.readouterr()
    assert "mean apart" in out
    assert err == ""
    names = {one.name for one in (in_folder / "out").iterdir()}
    assert "pairwise_rmsd_1_aspirin.svg" in names
    assert not any(name.endswith(".png") for name in names)


def test_broken_records_are_rows_and_the_rest_goes_on(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = in_folder / "conformers.sdf"
    path.write_text(path.read_text() + "cut\n\n\nnonsense\n$$$$\n")
    assert analyze("conformers.sdf", "-r", "ref.sdf", "-o", "out", "--figures", "none") == 0
    out = capsys.readouterr().out
    assert "cut" in out
    assert "1 of 2 molecules analyzed, 1 failed" in out


BROKEN = {
    "missing.sdf": (None, "error: missing.sdf: no such file"),
    "empty.sdf": ("", "error: empty.sdf: the file holds no molecules"),
    "flat.sdf": (
        Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")),
        "error: flat.sdf:record 1: no structure can be used: there are no 3D coordinates",
    ),
    "page.sdf": ("<html>\n</html>\n$$$$\n", "error: page.sdf:record 1: no structure can be used: "),
    "protein.pdb": ("ATOM", "error: protein.pdb:record 1: no structure can be used: not a PDB record of a molecule"),
    "table.xyz": ("1", "error: table.xyz: cannot read .xyz files"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("role", ["source", "reference"])
def test_a_file_that_cannot_be_read_is_one_line(
    name: str, role: str, in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, told = BROKEN[name]
    if content is not None:
        Path(name).write_text(content)
    given = (name,) if role == "source" else ("conformers.sdf", "--reference", name)
    assert analyze(*given, "-o", "out") == 2
    assert the_error(capsys).startswith(told)
    assert not (in_folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--figures", "gif"], "error: --figures takes png, svg, pdf or none, not gif"),
        (["--threshold", "0"], "error: threshold and seconds must be positive"),
        (["--conformers", "--protein", "x.pdb"], "error: a protein goes with poses, not with conformers"),
        (["--protein", "missing.pdb"], "error: missing.pdb: no such file"),
        (["-o", "conformers.sdf"], "error: conformers.sdf: is a file, not a folder"),
        (["-o", "no/out"], "error: no/out: the folder "),
    ],
)
def test_bad_options_end_with_one_line(
    arguments: list[str], told: str, in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze("conformers.sdf", "-o", "out", *arguments) == 2
    assert the_error(capsys).startswith(told)
    assert not (in_folder / "out").exists()


def test_another_molecule_as_reference_is_said(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sdf("other.sdf", [embedded("CCO", 1)])
    assert analyze("conformers.sdf", "-r", "other.sdf", "-o", "out") == 2
    out = capsys.readouterr().out
    assert "no reference of this molecule" in out
    assert "0 of 2 molecules analyzed, 2 failed" in out
    text = (in_folder / "out" / "analysis.csv").read_text()
    assert "reference without a structure in conformers.sdf" in text
