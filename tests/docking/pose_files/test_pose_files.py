"""Poses as SD or PDBQT files, by the name of the file."""

from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.writing import SdfRecord
from molgen.docking.pose_files import check_pose_file, pose_file_stem, write_pose_file
from molgen.errors import InputError

FIELDS = {"molgen_score": -7.25, "molgen_pocket": "a  b\nc"}


def poses(text: str, shift: float = 3.0) -> list[SdfRecord]:
    mol = embedded(text)
    positions = mol.GetConformer().GetPositions()
    both = with_conformers(mol, np.stack([positions, positions + np.array([shift, 0.0, 0.0])]))
    return [SdfRecord(both, conformer, text, FIELDS) for conformer in (0, 1)]


def results(path: Path) -> list[list[float]]:
    lines = path.read_text().splitlines()
    return [list(map(float, line.split()[3:])) for line in lines if line.startswith("REMARK VINA RESULT:")]


def test_each_pose_is_a_model_with_score_and_distance_from_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.pdbqt"
    assert write_pose_file(path, [*poses("CCO"), *poses("c1ccccc1O")]) == 4
    assert results(path) == [[-7.25, 0, 0], [-7.25, pytest.approx(2.1, abs=0.9), 3.0]] * 2
    assert [line for line in path.read_text().splitlines() if line.startswith("MODEL")] == [
        f"MODEL {number}" for number in (1, 2, 3, 4)
    ]
    assert "REMARK molgen_pocket a b c" in path.read_text()


@pytest.mark.parametrize("name", ["a.sdf", "a.pdbqt", "a.PDBQT.gz"])
def test_poses_read_back_as_they_were(tmp_path: Path, name: str) -> None:
    written = poses("C[C@H]([NH3+])C(=O)[O-]")
    write_pose_file(tmp_path / name, written)
    for record, read in zip(written, read_molecules(tmp_path / name), strict=True):
        mol = read.molecule()
        assert Chem.MolToSmiles(Chem.RemoveHs(mol)) == "C[C@H]([NH3+])C(=O)[O-]"
        assert read.name == record.name
        heavy = record.mol.GetConformer(record.conformer).GetPositions()[:6]
        np.testing.assert_allclose(mol.GetConformer().GetPositions()[:6], heavy, atol=1e-3)


def test_other_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"poses are written as \.sdf or \.pdbqt"):
        check_pose_file(tmp_path / "a.mol2")
    assert [pose_file_stem(name) for name in ("x/a.b.sdf.gz", "a.PDBQT", "a.sd")] == ["a.b", "a", "a"]
