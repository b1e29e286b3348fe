"""What a user of `molgen rescore` sees."""

from pathlib import Path

import pytest
from command_line import exit_code, the_error
from complexes import ligand_of_file, protein_path
from rdkit import Chem

DATA = Path(__file__).parents[2] / "data"


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
    assert the_error(capsys) == "error: poses.smi:line 1: the pose has no 3D coordinates"
    assert not (in_folder / "o.sdf").exists()
    Path("poses.smi").write_text("CCO flat\nCC(=O)C flat too\n")
    assert exit_code("rescore", "-p", protein_path("1s3v"), "-l", "poses.smi", "-o", "o.sdf") == 2
    assert "0 of 2 poses scored, 2 failed" in capsys.readouterr().out


def test_what_is_decided_of_the_receptor_is_said(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (DATA / "1ia1.pdb").read_text().splitlines()
    Path("two.pdb").write_text("\n".join([*lines, lines[-2]]))
    assert exit_code("rescore", "-p", "two.pdb", "-l", DATA / "1ia1_ligand.sdf", "-o", "o.sdf") == 0
    err = capsys.readouterr().err
    assert "note: atoms after the END record left out: 1" in err
    assert "kept: NDP:A:193" in err
