"""Records of a file that are conformers of one molecule are one input."""

import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.conformers.generate import generate_many
from molgen.conformers.inputs import join_conformers


def shuffled(mol: Chem.Mol) -> Chem.Mol:
    return Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])


@pytest.fixture
def library(tmp_path):
    """Three conformers of a molecule, one with its atoms the other way round; another molecule; the first again."""
    mol, other = embedded("CC[C@H](N)C(=O)O", 3), embedded("CCO")
    records = [SdfRecord(mol, k, "a", {"score": str(k)}) for k in range(2)]
    records += [SdfRecord(shuffled(mol), 2, "a"), SdfRecord(other, -1, "b"), SdfRecord(mol, 0, "c")]
    write_sdf(tmp_path / "lib.sdf", records)
    return tmp_path / "lib.sdf"


def test_conformers_in_a_row_are_one_input_with_all_of_them(library):
    alone = [record.molecule().GetConformer().GetPositions() for record in read_molecules(library)]
    first, second, third = join_conformers(read_molecules(library))
    assert [record.place for record in (first, second, third)] == ["records 1-3", "record 4", "record 5"]
    assert first.note == "3 records in a row are conformers of one molecule: one input"
    positions = [conformer.GetPositions() for conformer in first.molecule().GetConformers()]
    assert len(positions) == 3
    for found, wanted in zip(positions, (alone[0], alone[1], alone[2][::-1]), strict=True):
        assert abs(found - wanted).max() < 1e-6
    assert first.molecule().GetProp("score") == "0"


def test_a_library_has_one_outcome_for_them_that_says_so(library):
    outcomes = list(generate_many(library, 1, model="uniform", samples=4, templates=1))
    assert [outcome.record.name for outcome in outcomes] == ["a", "b", "c"]
    assert outcomes[0].note.startswith("3 records in a row")


def test_molecules_that_differ_in_stereo_or_have_no_coordinates_stay_apart(tmp_path):
    mols = [embedded(smiles) for smiles in ("C[C@H](F)Cl", "C[C@@H](F)Cl")]
    write_sdf(tmp_path / "a.sdf", [SdfRecord(mol, -1, "x") for mol in mols])
    assert len(list(join_conformers(read_molecules(tmp_path / "a.sdf")))) == 2
    (tmp_path / "a.smi").write_text("CCO x\nCCO x\n")
    assert len(list(join_conformers(read_molecules(tmp_path / "a.smi")))) == 2
