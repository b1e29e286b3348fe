"""What a user of `molgen dock`, `inspect` and `rescore` sees: tables, notes, files, one line for an error."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from complexes import INHIBITOR, TYROSINE, ligand_of_file, ligand_path, protein_of, protein_path
from rdkit import Chem

import molgen
from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.proteins.writing import write_complex
from molgen.cli import main

BOX = "box:-3,27,3,14"  # in 1s3v


def exit_code(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code


def dock(*arguments: object, protein: object = None, ligand: str = "Oc1ccccc1 phenol", pocket: str = BOX) -> int:
    """Quick docking into 1s3v, output out.sdf."""
    given = ("-p", protein or protein_path("1s3v"), "-l", ligand, "-o", "out.sdf", "--pocket", pocket)
    return exit_code("dock", *given, "--effort", "quick", "-n", "2", *arguments)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def the_error(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of stderr that is an error, the last; notes may come before."""
    lines = capsys.readouterr().err.splitlines()
    assert [line.startswith("error: ") for line in lines[-1:]] == [True], lines
    assert sum(line.startswith("error") for line in lines) == 1
    assert not any("Traceback" in line for line in lines)
    return lines[-1]


def test_a_ligand_ends_as_a_table_a_file_and_a_summary(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock("--complex", "complex.pdb", "--seed", "3") == 0
    out, err = capsys.readouterr()
    assert [word in out for word in ("pose", "kcal/mol", "strain", "valid")] == [True] * 4
    assert "RMSD" not in out
    assert "\x1b" not in out
    assert f"receptor: 1502 atoms of {protein_path('1s3v')}" in err
    assert f"pocket {BOX}: center -3.0, 27.0, 3.0, box 14.0 x 14.0 x 14.0 Å" in err
    document = json.loads((in_folder / "out.json").read_text())
    poses = document["ligands"][0]["poses"]
    assert document["ligands"][0]["name"] == "phenol"
    assert document["ligands"][0]["seed"] == 3
    assert [pose["rank"] for pose in poses] == list(range(1, len(poses) + 1))
    assert set(poses[0]) >= {"score", "intermolecular", "terms", "strain", "valid", "failed_checks", "rmsd", "pocket"}
    assert len(list(Chem.SDMolSupplier("out.sdf"))) == len(poses)
    assert "HETATM" in (in_folder / "complex.pdb").read_text()
    assert sorted(path.name for path in in_folder.iterdir()) == ["complex.pdb", "out.json", "out.sdf"]


def test_a_pocket_file_gives_rmsds_and_notes_are_on_stderr(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pocket = str(ligand_path("1of6"))
    assert dock(protein=protein_path("1of6"), ligand=f"{TYROSINE} tyrosine", pocket=pocket) == 0
    out, err = capsys.readouterr()
    assert "RMSD" in out
    assert "note: tyrosine: carboxylic acid deprotonated" in err
    assert json.loads((in_folder / "out.json").read_text())["ligands"][0]["poses"][0]["rmsd"] < 2.0


def test_protonation_can_be_left_out(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock("--protonate", "no", ligand="CC(=O)O acid") == 0
    assert "deprotonated" not in capsys.readouterr().err
    assert Chem.GetFormalCharge(next(iter(Chem.SDMolSupplier("out.sdf")))) == 0


def test_a_library_is_a_line_for_each_ligand(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (in_folder / "lib.smi").write_text("CCO good\nC1CC broken\n")
    assert dock(ligand="lib.smi") == 0
    out = capsys.readouterr().out
    assert "unclosed ring" in out
    assert "1 of 2 ligands docked, 1 failed" in out
    document = json.loads((in_folder / "out.json").read_text())
    assert "unclosed ring" in document["ligands"][1]["error"]
    assert document["ligands"][1]["place"] == "line 2"


def test_a_ligand_of_the_file_that_fills_the_pocket_is_told(
    in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    center = molgen_center("TQ3")
    box = f"box:{center[0]:.1f},{center[1]:.1f},{center[2]:.1f},14"
    assert dock(protein=protein_path("1ia1"), ligand="CCO", pocket=box) == 0
    err = capsys.readouterr().err
    assert "note: TQ3:A:194 fills the pocket as part of the receptor; --drop TQ3:A:194 takes it out" in err
    assert "NDP:A:193 fills" not in err
    assert dock("--drop", "TQ3:A:194", protein=protein_path("1ia1"), ligand="CCO", pocket=box) == 0
    assert "fills" not in capsys.readouterr().err


def molgen_center(name: str) -> np.ndarray:
    protein = protein_of("1ia1")
    group = next(one for one in protein.residues if one.name == name)
    return protein.positions[group.start : group.stop].mean(axis=0)


def test_a_reference_of_another_molecule_is_told(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock("--reference", ligand_path("1s3v"), ligand="CCO") == 0
    assert f"note: no ligand is the molecule of {ligand_path('1s3v')}: no RMSD" in capsys.readouterr().err


def test_mmcif_that_is_named_pdb_is_read_with_a_note(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_complex("small.cif", protein_of("1s3v"), ligand_of_file("1s3v"))
    Path("small.cif").rename("small.pdb")
    assert exit_code("inspect", "small.pdb") == 0
    assert "note: in spite of its name this is mmCIF" in capsys.readouterr().out
    assert dock("--drop", "LIG", protein="small.pdb", ligand="CCO") == 0
    assert "note: in spite of its name this is mmCIF" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--anchor", "[OH]@1,2"], "error: an anchor is SMARTS@x,y,z[,radius], not [OH]@1,2"),
        (["--anchor", "[[@1,2,3"], "error: [[ is not a SMARTS pattern"),
        (["--anchor", "[Cl]@1,2,3"], "error: phenol: the ligand has no heavy atom that matches [Cl]"),
        (["--protonate", "acid"], "error: --protonate takes a pH or no, not acid"),
        (["--protonate", "15"], "error: ph must be between 0 and 14, not 15"),
        (["--protonate", "nan"], "error: ph must be between 0 and 14, not nan"),
        (["--keep", "HEM"], "no group 'HEM' in the structure: it has none"),
        (["--core", "missing.sdf"], "error: missing.sdf: no such file"),
        (["--reference", "missing.sdf"], "error: missing.sdf: no such file"),
        (["--complex", "complex.xyz"], "error: complex.xyz: complexes are written as .pdb or .cif"),
        (["--complex", "missing/complex.pdb"], "error: missing/complex.pdb: the folder "),
        (["--summary", "missing/out.json"], "error: missing/out.json: the folder "),
        (["-o", "missing/out.sdf"], "error: missing/out.sdf: the folder "),
        (["-o", "out.pdb"], "error: out.pdb: poses and conformers are written as .sdf"),
        (["-o", "."], "error: .: poses and conformers are written as .sdf"),
        (["--seed", str(2**40)], "error: seed must be at most"),
        (["--keep-conformer"], "error: phenol: --keep-conformer needs a ligand with 3D coordinates"),
        (["--pocket", "nonsense"], "error: 'nonsense' names no pocket; the forms are ligand:RES"),
        (["--pocket", "ligand:XYZ"], "error: there is no ligand XYZ; there are no ligands in the file"),
        (["--pocket", "residues:A:9999"], "error: there is no residue A:9999: chain A has 1 to 186"),
        (["--pocket", "residues:Z:1"], "error: there is no chain 'Z'"),
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


def test_rescored_poses_keep_their_order(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crystal = ligand_of_file("1s3v")
    with Chem.SDWriter("poses.sdf") as writer:
        for name, shift in (("moved", 1.5), ("crystal", 0.0)):
            mol = Chem.Mol(crystal)
            mol.SetProp("_Name", name)
            mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() + shift)
            writer.write(mol)
    protein = protein_path("1s3v")
    assert exit_code("rescore", "-p", protein, "-l", "poses.sdf", "-o", "o.sdf", "--reference", "poses.sdf") == 0
    out, err = capsys.readouterr()
    assert out.index("moved") < out.index("crystal")
    assert err == ""
    written = list(Chem.SDMolSupplier("o.sdf"))
    scores = [float(mol.GetProp("molgen_score")) for mol in written]
    assert scores[0] > scores[1]
    assert float(written[1].GetProp("molgen_rmsd")) == pytest.approx(1.5 * 3**0.5, abs=1e-3)
    assert [path.name for path in sorted(in_folder.iterdir())] == ["o.sdf", "poses.sdf"]


def test_a_pose_without_coordinates_is_one_line(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("poses.smi").write_text("CCO flat\n")
    assert exit_code("rescore", "-p", protein_path("1s3v"), "-l", "poses.smi", "-o", "o.sdf") == 2
    assert the_error(capsys) == "error: flat: the pose has no 3D coordinates"
    assert not (in_folder / "o.sdf").exists()
    Path("poses.smi").write_text("CCO flat\nCC(=O)C flat too\n")
    assert exit_code("rescore", "-p", protein_path("1s3v"), "-l", "poses.smi", "-o", "o.sdf") == 2
    assert "0 of 2 poses scored, 2 failed" in capsys.readouterr().out


def test_the_installed_command_docks(in_folder: Path) -> None:
    environment = {**os.environ, "COLUMNS": "120", "PYTHONPATH": os.path.dirname(os.path.dirname(molgen.__file__))}
    command = [sys.executable, "-m", "molgen", "dock", "-p", protein_path("1s3v"), "-l", "CCO", "-o", "out.sdf"]
    done = subprocess.run(
        [*command, "--pocket", BOX, "--effort", "quick"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].split()[1] == "pose"
    assert (in_folder / "out.sdf").exists()


def copies(protein: Protein, count: int) -> Protein:
    """A protein several times side by side, each chain under its own name."""
    shift = np.array([200.0, 0.0, 0.0])
    size = len(protein)
    residues: list[Residue] = []
    for k in range(count):
        for one in protein.residues:
            residues.append(replace(one, chain=f"{one.chain}{k}", start=one.start + k * size, stop=one.stop + k * size))
    return Protein(
        positions=np.concatenate([protein.positions + k * shift for k in range(count)]),
        elements=np.tile(protein.elements, count),
        atom_names=protein.atom_names * count,
        hydrogens=np.tile(protein.hydrogens, count),
        residue_index=np.concatenate([protein.residue_index + k * len(protein.residues) for k in range(count)]),
        residues=tuple(residues),
    )


@pytest.mark.slow
def test_a_structure_of_100_000_atoms(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = copies(protein_of("1of6"), 5)
    assert len(large) > 100_000
    write_complex("large.cif", large, Chem.MolFromXYZBlock("1\n\nO 500 500 500\n"))
    pocket = str(ligand_path("1of6"))
    assert dock(protein="large.cif", ligand=f"{TYROSINE} tyrosine", pocket=pocket) == 0
    assert json.loads((in_folder / "out.json").read_text())["ligands"][0]["poses"][0]["rmsd"] < 2.0
    assert dock("-o", "out.pdb.sdf", "--complex", "all.pdb", protein="large.cif", ligand="CCO", pocket=pocket) == 2
    assert "write .cif" in the_error(capsys)


@pytest.mark.slow
def test_blind_docking_from_the_command_line(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dock(protein=protein_path("1ia1"), ligand=INHIBITOR, pocket="blind") == 0
    assert capsys.readouterr().err.count("pocket blind") > 2
