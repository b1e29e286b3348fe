"""Options, pockets and files that cannot be used end with one line, on every command on proteins."""

from pathlib import Path

import pytest
from command_line import dock, exit_code, the_error
from complexes import ligand_path, protein_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--anchor", "[OH]@1,2"], "error: an anchor is SMARTS@x,y,z[,radius], not [OH]@1,2"),
        (["--anchor", "[[@1,2,3"], "error: [[ is not a SMARTS pattern"),
        (["--anchor", "[Cl]@1,2,3"], "error: phenol: the ligand has no heavy atom that matches [Cl]"),
        (["--protonate", "acid"], "error: --protonate takes a pH, auto or no, not acid"),
        (["--protonate", "15"], "error: ph must be between 0 and 14, not 15"),
        (["--protonate", "nan"], "error: ph must be between 0 and 14, not nan"),
        (["--keep", "HEM"], "no group 'HEM' in the structure: it has none"),
        (["--core", "missing.sdf"], "error: missing.sdf: no such file"),
        (["--reference", "missing.sdf"], "error: missing.sdf: no such file"),
        (["--complex", "complex.xyz"], "error: complex.xyz: complexes are written as .pdb or .cif"),
        (["--complex", "missing/complex.pdb"], "error: missing/complex.pdb: the folder "),
        (["--summary", "missing/out.json"], "error: missing/out.json: the folder "),
        (["-o", "missing/out.sdf"], "error: missing/out.sdf: the folder "),
        (["-o", "out.pdb"], "error: out.pdb: poses are written as .sdf or .pdbqt"),
        (["-o", "."], "error: .: poses are written as .sdf or .pdbqt"),
        (["--seed", str(2**40)], "error: seed must be at most"),
        (["--keep-conformer"], "error: phenol: --keep-conformer needs a ligand with 3D coordinates"),
        (["--pocket", "nonsense"], "error: 'nonsense' names no pocket; the forms are ligand:RES"),
        (["--pocket", "ligand:XYZ"], ": there is no ligand XYZ; there are no ligands in the file"),
        (["--pocket", "residues:A:9999"], ": there is no residue A:9999: chain A has 1 to 186"),
        (["--pocket", "residues:Z:1"], ": there is no chain 'Z'"),
        (["--pocket", "box:1,2"], "error: box: 3, 4 or 6 finite numbers are needed"),
        (["--pocket", "box:900,900,900"], "away from the nearest protein atom: another frame?"),
        (["--pocket", "missing.sdf"], "error: missing.sdf: no such file for a reference ligand"),
        (["-l", "missing.sdf"], "error: missing.sdf: no such file"),
        (["-l", "C1CC"], "error: C1CC: "),
        (["-l", "C[Pt]C x"], "error: x: metal Pt at atom 2 is not supported"),
        (["-l", "CC(=O)[O-].[Na+] x"], "error: x: 2 fragments"),
    ],
)
def test_bad_options_end_with_one_line(
    arguments: list[str], told: str, in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dock(*arguments) == 2
    assert told in the_error(capsys)
    assert not (in_folder / "out.sdf").exists()


@pytest.mark.parametrize(
    "command",
    [
        "dock -p p.pdb -l l.sdf --pocket box:1,2,3 -o l.sdf",
        "dock -p p.pdb -l CCO --pocket l.sdf -o l.sdf",
        "dock -p p.pdb -l CCO -o o.sdf --receptor-out p.pdb",
        "dock -p p.pdb -l CCO -o o.sdf --complex c.pdb --receptor-out ./c.pdb",
        "rescore -p p.pdb -l l.sdf -o l.sdf",
        "pack p.pdb -o p.pdb",
        "conformers l.sdf -o l.sdf",
        "conformers l.sdf -o o.sdf --failures l.sdf",
    ],
)
def test_no_output_takes_the_place_of_an_input_or_of_another_output(
    command: str, in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (in_folder / "p.pdb").write_bytes(protein_path("1ia1").read_bytes())
    (in_folder / "l.sdf").write_bytes(ligand_path("1ia1").read_bytes())
    before = {path.name: path.read_bytes() for path in in_folder.iterdir()}
    assert exit_code(*command.split()) == 2
    assert "would be lost" in the_error(capsys)
    assert {path.name: path.read_bytes() for path in in_folder.iterdir()} == before


def test_a_pocket_name_that_is_not_there_lists_those_that_are(
    in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dock(protein=protein_path("1ia1"), pocket="ligand:XYZ") == 2
    error = the_error(capsys)
    assert "TQ3:A:194 (19 heavy atoms)" in error
    assert "NDP:A:193" in error
    assert list(in_folder.iterdir()) == []


def test_a_ligand_that_is_too_large_for_the_box(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock(ligand="c1ccc(-c2ccc(-c3ccccc3)cc2)cc1 long", pocket="box:-3,27,3,4") == 2
    assert "error: long: the ligand is" in the_error(capsys)
    assert not (in_folder / "out.sdf").exists()


def text_of_1s3v() -> str:
    return protein_path("1s3v").read_text()


BROKEN = {
    "empty.pdb": (lambda: "", "the file is empty"),
    "blank.pdb": (lambda: "\n \n", "the file is empty"),
    "cut.pdb": (lambda: text_of_1s3v()[: text_of_1s3v().index("ATOM") + 81 * 40 + 45], "line "),
    "element.pdb": (
        lambda: "ATOM      1  Q   ALA A   1      11.104   6.134  -6.504  1.00  0.00          Xx\n",
        "line 1",
    ),
    "nan.pdb": (lambda: "ATOM      1  CA  ALA A   1         nan   6.134  -6.504  1.00  0.00           C\n", "line 1"),
    "page.pdb": (lambda: "<html>not found</html>", "this looks like a XML file"),
    "table.cif": (lambda: "data_X\n", "there are no atoms in it"),
    "poses.pdb": (lambda: ligand_path("1s3v").read_text(), "this looks like a SD or MOL file"),
    "protein.docx": (lambda: "x", "cannot read .docx files"),
    "packed.pdb.gz": (lambda: "x", "not a gzip file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_protein_that_cannot_be_read_is_named(name: str, in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, told = BROKEN[name]
    Path(name).write_text(make())
    for command in (
        ("inspect", name),
        ("dock", "-p", name, "-l", "CCO", "-o", "out.sdf"),
        ("rescore", "-p", name, "-l", ligand_path("1s3v"), "-o", "out.sdf"),
    ):
        assert exit_code(*command) == 2
        error = the_error(capsys)
        assert error.startswith(f"error: {name}:")
        assert told in error
    assert [path.name for path in in_folder.iterdir()] == [name]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["inspect", "missing.pdb"], "error: missing.pdb: no such file"),
        (["inspect", "."], "error: .: is a folder, not a file"),
        (["dock", "-p", "missing.pdb", "-l", "CCO", "-o", "o.sdf"], "error: missing.pdb: no such file"),
        (["rescore", "-p", "missing.pdb", "-l", "x.sdf", "-o", "o.sdf"], "error: x.sdf: no such file"),
    ],
)
def test_missing_files_are_named(
    arguments: list[str], told: str, in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == 2
    assert the_error(capsys) == told
