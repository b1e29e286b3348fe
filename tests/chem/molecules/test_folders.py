"""Folders of structure files, as docking programs leave them."""

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.folders import read_folder
from molgen.errors import InputError
from molgen.metrics.ensembles import read_ensembles


def block(x, title=""):
    mol = Chem.MolFromSmiles("CO")
    mol.AddConformer(Chem.Conformer(2))
    mol.GetConformer().SetPositions(np.array([[x, 0.0, 1.0], [x + 1.4, 0.0, 1.0]]))
    mol.SetProp("_Name", title)
    return Chem.MolToMolBlock(mol)


@pytest.fixture
def folder(tmp_path):
    for ligand in ("a", "b"):
        (tmp_path / ligand).mkdir()
        for rank in (10, 2, 1):
            (tmp_path / ligand / f"rank{rank}_confidence-{rank}.sdf").write_text(block(rank))
        (tmp_path / ligand / "rank1.sdf").write_text(block(1))
    (tmp_path / "a" / "log.txt").write_text("nothing")
    (tmp_path / "own.sdf").write_text(f"{block(5, 'mine')}$$$$\njunk\n")
    return tmp_path


def test_files_come_in_the_order_of_their_numbers_each_once(folder):
    records = list(read_folder(folder))
    assert [(record.place, record.name) for record in records if record.mol] == [
        ("a/rank1.sdf: record 1", "a"),
        ("a/rank2_confidence-2.sdf: record 1", "a"),
        ("a/rank10_confidence-10.sdf: record 1", "a"),
        ("b/rank1.sdf: record 1", "b"),
        ("b/rank2_confidence-2.sdf: record 1", "b"),
        ("b/rank10_confidence-10.sdf: record 1", "b"),
        ("own.sdf: record 1", "mine"),
    ]
    assert [record.index for record in records] == list(range(8))
    assert [record.place for record in records if record.error] == ["own.sdf: record 2"]


def test_each_subfolder_is_an_ensemble_of_its_own(folder):
    ensembles, failed = read_ensembles(folder)
    assert [(one.name, len(one)) for one in ensembles] == [("a", 3), ("b", 3), ("mine", 1)]
    assert len(failed) == 1


def test_a_folder_without_structures_is_an_error(tmp_path):
    with pytest.raises(InputError, match="the folder holds no"):
        list(read_folder(tmp_path))
