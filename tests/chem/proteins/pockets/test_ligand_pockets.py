"""Pockets around ligands of the file, and around reference ligands of another."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
from complexes import ligand_path, protein_of
from rdkit import Chem
from small_structures import alanine, structure

from molgen.chem.proteins.pockets import find_pockets
from molgen.errors import InputError


@pytest.mark.parametrize(
    "spec", ["ligand:DRG", "ligand:DRG:A", "ligand:DRG:A:302", " LIGAND:drg:a ", "ligand:DRG::302", "Ligand: DRG : A"]
)
def test_a_ligand_in_the_file_names_the_pocket_around_its_first_copy(made, spec):
    (pocket,) = find_pockets(spec, made)
    np.testing.assert_allclose(pocket.center, [3 + 3.5 * 1.4, -6, 0])
    np.testing.assert_allclose(pocket.size, 22.5)
    assert pocket.removed == ("DRG:A:302", "ALT:A:303"), "with what is in the same place, without the other copy"
    assert pocket.reference is not None
    assert pocket.reference.shape == (8, 3)
    assert pocket.name == " ".join(spec.split())


def test_the_chain_chooses_the_copy(made):
    assert find_pockets("ligand:DRG:b", made)[0].removed == ("DRG:b:302",)


def test_a_residue_of_a_chain_is_a_ligand_only_by_its_number(made):
    assert find_pockets("ligand:ALA:A:15B", made)[0].removed == ("ALA:A:15B",)
    with pytest.raises(InputError, match="no ligand ALA"):
        find_pockets("ligand:ALA", made)


@pytest.mark.parametrize(
    "spec", ["ligand:XYZ", "ligand:DRG:C", "ligand:DRG:A:7", "ligand:", "ligand:A:B:C:D", "ligand:HOH"]
)
def test_a_ligand_that_is_not_there_is_answered_with_those_that_are(made, spec):
    with pytest.raises(InputError) as caught:
        find_pockets(spec, made)
    told = str(caught.value)
    assert "DRG:A:302 (8 heavy atoms)" in told
    assert told.index("NAG:A:304") < told.index("GOL:A:300"), "additives come last"


def test_without_ligands_the_answer_says_so():
    with pytest.raises(InputError, match="there are no ligands in the file"):
        find_pockets("ligand:DRG", structure(alanine("A", 1, (0, 0, 0))))


def test_a_reference_beside_the_protein_is_said_to_be_in_another_frame(tmp_path):
    reference = Chem.MolFromMolFile(str(ligand_path("1ia1")))
    Chem.MolToMolFile(reference, str(tmp_path / "near.sdf"))
    assert find_pockets(tmp_path / "near.sdf", protein_of("1ia1"))[0].notes == ()
    positions = reference.GetConformer().GetPositions()
    reference.GetConformer().SetPositions(positions + np.array([0, 0, 23]))
    Chem.MolToMolFile(reference, str(tmp_path / "far.sdf"))
    (note,) = find_pockets(tmp_path / "far.sdf", protein_of("1ia1"))[0].notes
    assert note.startswith("most of the reference ligand is more than 6 A away from the protein")


def test_a_reference_file_of_several_molecules_says_that_the_first_is_taken(tmp_path):
    text = ligand_path("1ia1").read_text().split("$$$$")[0]
    (tmp_path / "two.sdf").write_text(f"{text}$$$$\n{text}$$$$\n")
    (note,) = find_pockets(tmp_path / "two.sdf", protein_of("1ia1"))[0].notes
    assert note == "two.sdf holds several molecules: the pocket is around the first"


@pytest.mark.parametrize("name", ["1ia1", "1s3v", "1uou"])
def test_a_reference_file_names_the_pocket_around_its_molecule(name):
    path = ligand_path(name)
    (pocket,) = find_pockets(path, protein_of(name))
    mol = Chem.RemoveHs(Chem.MolFromMolFile(str(path), sanitize=False), sanitize=False)
    np.testing.assert_allclose(pocket.center, mol.GetConformer().GetPositions().mean(axis=0))
    assert pocket.removed == ()
    assert pocket.reference is not None
    assert (np.abs(pocket.reference - pocket.center) <= pocket.size / 2 - 3.99).all()


def pdb_text(positions):
    line = "HETATM{:5d}  C{:<2d} DRG X 999    {:8.3f}{:8.3f}{:8.3f}  1.00  0.00           C\n"
    return "".join(line.format(k + 1, k + 1, *xyz) for k, xyz in enumerate(positions))


@pytest.mark.parametrize("suffix", [".pdb", ".PDB.gz", ".sdf", ".mol"])
def test_reference_files_of_every_format_name_the_same_pocket_and_what_is_in_their_place(made, tmp_path, suffix):
    positions = np.arange(8)[:, None] * [1.4, 0, 0] + [3, -6, 0.1]
    mol = Chem.MolFromSmiles("C" * 8)
    mol.AddConformer(Chem.Conformer(8))
    mol.GetConformer().SetPositions(positions)
    mol.GetConformer().Set3D(True)
    text = pdb_text([*positions, (3, -6, 60), (3, -6, 61.4)]) if "pdb" in suffix.lower() else Chem.MolToMolBlock(mol)
    path = tmp_path / f"my ligand{suffix}"
    path.write_bytes(gzip.compress(text.encode()) if suffix.endswith("gz") else text.encode())
    for spec in (path, str(path)):
        (pocket,) = find_pockets(spec, made)
        np.testing.assert_allclose(pocket.center, positions.mean(axis=0), atol=1e-3)
        assert pocket.removed == ("DRG:A:302", "ALT:A:303")


def test_a_reference_from_another_frame_is_refused(made):
    with pytest.raises(InputError, match=r"1ia1_ligand.sdf: .* is \d+ A away from the nearest protein atom"):
        find_pockets(ligand_path("1ia1"), replace(made, positions=made.positions + 500))


def test_unusable_reference_files_are_named(made, tmp_path):
    flat = tmp_path / "flat.sdf"
    flat.write_text(Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")))
    with pytest.raises(InputError, match="no 3D coordinates"):
        find_pockets(flat, made)
    with pytest.raises(InputError, match="no such file"):
        find_pockets(r"C:\docking\ligand.sdf", made)
    with pytest.raises(InputError, match="no such file"):
        find_pockets("nowhere.pdb", made)
