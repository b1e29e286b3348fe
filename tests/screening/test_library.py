import gzip

import pyarrow
import pytest
from pyarrow import parquet
from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.errors import InputError
from molgen.screening.library import count_records, fingerprint, read_library


def test_equal_molecules_have_equal_keys_and_stereoisomers_have_not(tmp_path):
    path = tmp_path / "a.smi"
    path.write_text("OCC a\nCCO b\nC[C@H](O)F c\nC[C@@H](O)F d\nCC(O)F e\n[H]OCC f\n")
    keys = [item.key for item in read_library(path)]
    assert keys[0] == keys[1] == keys[5]
    assert len(set(keys)) == 4


def test_charges_are_kept(tmp_path):
    path = tmp_path / "a.smi"
    path.write_text("CC(=O)O a\nCC(=O)[O-] b\n")
    first, second = read_library(path)
    assert first.key != second.key
    assert second.smiles == "CC(=O)[O-]"


def test_hydrogens_of_a_structure_stay_stated(tmp_path):
    drawn = Chem.AddHs(Chem.MolFromSmiles("CC(=O)O"))
    (tmp_path / "a.sdf").write_text(
        "".join(f"{Chem.MolToMolBlock(mol)}$$$$\n" for mol in (drawn, Chem.RemoveHs(drawn)))
    )
    stated, plain = read_library(tmp_path / "a.sdf")
    assert stated.smiles == plain.smiles == plain.task_smiles == "CC(=O)O"
    assert stated.task_smiles == "[CH3][C](=[O])[OH]"
    assert stated.key != plain.key


def test_molecules_that_are_not_supported_are_named_by_the_atoms_of_the_input(tmp_path):
    path = tmp_path / "a.sdf"
    texts = ("[Pt](CC)C", "[Na+].CC(=O)[O-]", "CCO")
    path.write_text("".join(f"{Chem.MolToMolBlock(Chem.MolFromSmiles(text))}$$$$\n" for text in texts))
    metal, salt, plain = read_library(path)
    assert metal.error == "metal Pt at atom 1 is not supported"
    assert metal.smiles == Chem.CanonSmiles("CC[Pt]C")
    assert (salt.error or "").startswith("2 fragments ([Na+], CC(=O)[O-])")
    assert metal.key is salt.key is None
    assert plain.error is None
    assert [item.error is None for item in read_library(path, largest_fragment=True)] == [False, True, True]


def test_stereo_of_a_structure_is_in_its_smiles(tmp_path):
    from rdkit.Chem import AllChem

    mol = Chem.AddHs(Chem.MolFromSmiles("C[C@H](O)F"))
    AllChem.EmbedMolecule(mol, randomSeed=1)
    write_sdf(tmp_path / "a.sdf", [SdfRecord(mol, name="x")])
    (item,) = read_library(tmp_path / "a.sdf")
    assert item.smiles == Chem.CanonSmiles("C[C@H](O)F")
    assert item.name == "x"


def test_axial_stereo_and_relative_groups_stay_and_lost_marks_are_noted(tmp_path):
    path = tmp_path / "a.smi"
    path.write_text("Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.7| a\nCC[C@H](C)O |&1:2| b\nC1CC/C=C/CC1 c\n")
    axis, group, ring = read_library(path)
    assert axis.smiles == "Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.7|"
    assert group.smiles.endswith("|&1:2|")
    assert "trans C4=C5" in ring.note


def test_what_cannot_be_read_is_an_input_with_a_reason(tmp_path):
    path = tmp_path / "a.smi"
    path.write_text("CCO a\nC1CC b\n")
    _, bad = read_library(path)
    assert bad.smiles is None
    assert bad.key is None
    assert bad.place == "line 2"
    assert bad.error


def test_reading_can_begin_in_the_middle(tmp_path):
    path = tmp_path / "a.smi"
    path.write_text("C a\nCC b\nCCC c\n")
    assert [(item.index, item.name) for item in read_library(path, 2)] == [(2, "c")]


def test_parquet_files_are_read_row_by_row(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"ID": ["x", None, "z"], "SMILES": ["CCO", "C1CC", None], "n": [1, 2, 3]}), path)
    found = list(read_library(path))
    assert [item.name for item in found] == ["x", "a_2", "z"]
    assert [item.place for item in found] == ["row 1", "row 2", "row 3"]
    assert [item.smiles for item in found] == ["CCO", None, None]
    assert count_records(path) == 3


def test_a_parquet_file_without_smiles_or_that_is_none_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"x": [1]}), path)
    with pytest.raises(InputError, match="no column 'smiles' among x"):
        list(read_molecules(path))
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        list(read_molecules(path))


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.smi", "C a\n# no\n\nCC b\n", 2),
        ("a.csv", "smiles,name\nC,a\nCC,b\n", 2),
        ("a.sdf", "x\n$$$$\ny\n$$$$\n", 2),
        ("a.mol2", "@<TRIPOS>MOLECULE\n", None),
    ],
)
def test_records_are_counted_for_progress(tmp_path, name, text, count):
    (tmp_path / name).write_text(text)
    assert count_records(tmp_path / name) == count
    with gzip.open(tmp_path / f"{name}.gz", "wt") as file:
        file.write(text)
    assert count_records(tmp_path / f"{name}.gz") == count


def test_the_fingerprint_tells_changed_files_apart(tmp_path):
    path = tmp_path / "a.smi"
    path.write_text("CCO a\n")
    before = fingerprint(path)
    assert fingerprint(path) == before
    path.write_text("CCN a\n")
    assert fingerprint(path) != before
    with pytest.raises(InputError, match="no such file"):
        fingerprint(tmp_path / "b.smi")
