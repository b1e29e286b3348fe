"""SD records read back as they were written."""

import gzip

import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.writing import SdfRecord, input_fields, write_sdf
from molgen.errors import InputError


@pytest.fixture(scope="module")
def mol():
    mol = Chem.AddHs(Chem.MolFromSmiles("C[C@H](O)F"))
    rdDistGeom.EmbedMultipleConfs(mol, 2, randomSeed=1)
    mol.SetProp("_Name", "alcohol")
    return mol


def test_a_missing_folder_is_one_clear_error_before_any_work(tmp_path):
    def records():
        raise AssertionError("the iterable must not be touched")
        yield

    path = tmp_path / "missing" / "out.sdf"
    with pytest.raises(InputError) as error:
        write_sdf(path, records())
    assert str(error.value) == f"{path}: the folder {path.parent} does not exist"
    with pytest.raises(InputError, match="is a folder"):
        write_sdf(tmp_path, [])


@pytest.mark.parametrize("name", ["out.sdf", "out.sdf.gz"])
def test_conformers_read_back_with_coordinates_hydrogens_stereo_and_properties(tmp_path, mol, name):
    records = [SdfRecord(mol, c.GetId(), None, {"energy": 1.23456, "rank": c.GetId()}) for c in mol.GetConformers()]
    assert write_sdf(tmp_path / name, iter(records)) == 2
    back = list(read_molecules(tmp_path / name))
    assert [record.name for record in back] == ["alcohol", "alcohol"]
    for index, record in enumerate(back):
        assert record.mol.GetNumAtoms() == mol.GetNumAtoms()
        assert abs(record.mol.GetConformer().GetPositions() - mol.GetConformer(index).GetPositions()).max() < 1e-4
        assert Chem.MolToSmiles(Chem.RemoveHs(record.mol)) == "C[C@H](O)F"
        assert record.mol.GetPropsAsDict() == {"energy": 1.2346, "rank": index}


def test_a_bare_mol_is_written_with_all_its_conformers_and_their_properties(tmp_path, mol):
    mol = Chem.Mol(mol)
    mol.SetProp("library", "A")
    mol.GetConformer(1).SetProp("rank", "2")
    assert write_sdf(tmp_path / "out.sdf", [mol]) == 2
    first, second = read_molecules(tmp_path / "out.sdf")
    assert first.mol.GetPropsAsDict() == {"library": "A"}
    assert second.mol.GetPropsAsDict() == {"library": "A", "rank": 2}


def test_hostile_names_and_values_cannot_break_the_file(tmp_path, mol):
    bad = "a\n$$$$\r\n\x00> <b>\tM  END"
    write_sdf(tmp_path / "out.sdf", [SdfRecord(mol, name=bad, properties={bad: bad, "$$$$": "$$$$", "": "", "x": "1"})])
    (record,) = read_molecules(tmp_path / "out.sdf")
    assert record.error is None
    assert record.name == "a $$$$ > <b> M END"
    assert record.mol.GetProp("x") == "1"
    assert record.mol.GetNumAtoms() == mol.GetNumAtoms()


def test_equal_content_gives_equal_bytes(tmp_path, mol):
    for name in ("one.sdf.gz", "two.sdf.gz"):
        write_sdf(tmp_path / name, [mol])
    assert (tmp_path / "one.sdf.gz").read_bytes() == (tmp_path / "two.sdf.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.sdf.gz").read_bytes()).count(b"$$$$") == 2


def test_a_field_of_several_lines_keeps_them(tmp_path, mol):
    write_sdf(tmp_path / "out.sdf", [SdfRecord(mol, 0, "x", {"remark": "first\n\n> second\n$$$$\nthird"})])
    (record,) = read_molecules(tmp_path / "out.sdf")
    assert record.mol.GetProp("remark").split("\n") == ["first", " > second", "$$$", "third"]


def test_fields_of_an_earlier_run_are_no_fields_of_the_input(mol):
    mol = Chem.Mol(mol)
    mol.SetProp("pIC50", "5.5")
    mol.SetProp("molgen_weight", "1")
    assert input_fields(mol) == {"pIC50": "5.5"}


def test_fields_of_a_molecule_stay_as_they_are(tmp_path):
    mol = Chem.MolFromSmiles("CO")
    texts = {"ID": "007", "code": "12E5", "ic50": "0.0000000012"}
    for name, value in texts.items():
        mol.SetProp(name, value)
    mol.SetDoubleProp("kd", 1.5e-9)
    write_sdf(tmp_path / "a.sdf", [mol])
    (record,) = read_molecules(tmp_path / "a.sdf")
    assert {name: record.mol.GetProp(name) for name in record.mol.GetPropNames()} == {**texts, "kd": "1.5e-09"}
