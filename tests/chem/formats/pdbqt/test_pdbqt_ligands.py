"""Ligands as PDBQT: what is written is read again; without the SMILES, bonds are perceived or the record is refused."""

import re
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.formats.pdbqt.ligand_reading import parse_pdbqt_ligand, pdbqt_skeleton
from molgen.chem.formats.pdbqt.ligand_writing import pdbqt_ligand, pdbqt_record
from molgen.chem.molecules.protonation import has_stated_protons
from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError, ParseError

MOLECULES = [
    "C[C@H]([NH3+])C(=O)[O-]",
    "CC(=O)Nc1ccc(O)cc1",
    "OCC#CCO",
    "O=C(O)/C=C/c1ccccc1",
    "Nc1cc[nH+]cc1",
    "CS(=O)(=O)c1ccccc1[N+](=O)[O-]",
    "CC1=C(C)SC=N1",
    "C=CC(=O)N1CCN(C)CC1",
]


def smiles(mol):
    return Chem.MolToSmiles(Chem.RemoveHs(mol))


def record(text, **options):
    return pdbqt_record(pdbqt_ligand(embedded(text)), 0, "x", **options)


def atoms(lines):
    return [line for line in lines if line.startswith("ATOM")]


def without_remarks(lines):
    return [line for line in lines if not line.startswith("REMARK")]


@pytest.mark.parametrize("text", MOLECULES)
def test_a_record_gives_molecule_and_coordinates_back(text):
    mol = embedded(text)
    found, note = parse_pdbqt_ligand(record(text))
    assert (smiles(found), note) == (Chem.CanonSmiles(text), "")
    polar = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1 or near_hetero(atom)]
    wanted = mol.GetConformer().GetPositions()[polar]
    distances = np.linalg.norm(wanted[:, None] - found.GetConformer().GetPositions()[None], axis=-1)
    assert distances.min(1).max() < 1e-3


def near_hetero(hydrogen):
    return hydrogen.GetNeighbors()[0].GetAtomicNum() in (7, 8, 16)


@pytest.mark.parametrize("text", MOLECULES)
def test_without_its_smiles_geometry_and_types_tell_the_bonds(text):
    found, note = parse_pdbqt_ligand(without_remarks(record(text)))
    assert smiles(found) == Chem.CanonSmiles(text)
    assert "bonds were perceived from distances and types" in note


def test_what_the_geometry_leaves_open_is_refused():
    lines = without_remarks(record("CCO"))
    carbons = [
        f"{line[:30]}{x:8.3f}{0:8.3f}{0:8.3f}{line[54:]}" for line, x in zip(atoms(lines), (0, 1.45), strict=False)
    ]
    with pytest.raises(ParseError, match="without REMARK SMILES, and its distances leave open whether C1 has double"):
        parse_pdbqt_ligand(carbons)
    with pytest.raises(ParseError, match="'Qx' is not an atom type of AutoDock"):
        parse_pdbqt_ligand([f"{line[:77]}Qx" for line in atoms(lines)])


def test_the_places_of_a_record_are_known_even_where_its_bonds_are_not():
    lines = without_remarks(record("CC(=O)Nc1ccc(O)cc1"))
    skeleton = pdbqt_skeleton(lines)
    assert (skeleton.GetNumAtoms(), skeleton.GetNumBonds()) == (11, 11)
    assert {bond.GetBondType() for bond in skeleton.GetBonds()} == {Chem.BondType.SINGLE}


def test_branches_turn_about_bonds_and_amides_are_rigid():
    lines = record("CC(=O)NCCc1ccc(O)cc1")
    axes = [line for line in lines if line.startswith("BRANCH")]
    assert len(axes) == 4  # N-C, C-C, C-ring, ring-OH
    assert lines[-1] == "TORSDOF 4"
    assert sum(line.startswith("ENDBRANCH") for line in lines) == 4
    starts = [lines[k + 1] for k, line in enumerate(lines) if line.startswith("BRANCH")]
    assert [int(line[6:11]) for line in starts] == [int(axis.split()[2]) for axis in axes]


def test_the_root_is_in_the_middle():
    lines = record("c1ccccc1CCCCCCCCc1ccccc1")
    root = lines[lines.index("ROOT") + 1 : lines.index("ENDROOT")]
    assert not any(line[77:79].strip() == "A" for line in root)


def test_types_and_charges_are_those_of_autodock():
    lines = atoms(record("CC(=O)Nc1ccc(O)nc1"))
    kinds = sorted(line[77:79].strip() for line in lines)
    assert kinds == sorted(["C", "C", "OA", "N", "HD", *["A"] * 5, "OA", "HD", "NA"])
    assert sum(float(line[70:76]) for line in lines) == pytest.approx(0.0, abs=5e-3)
    zinc = pdbqt_record(pdbqt_ligand(Chem.MolFromMolBlock(Chem.MolToMolBlock(metal()))), -1, "x")
    assert any("zero, an element has no Gasteiger parameters" in line for line in zinc)


def metal():
    mol = Chem.MolFromSmiles("C[Zn]C")
    mol.AddConformer(Chem.Conformer(3))
    for index in range(3):
        mol.GetConformer().SetAtomPosition(index, (2.0 * index, 0.0, 0.0))
    mol.GetConformer().Set3D(True)
    return mol


def test_a_salt_is_no_ligand():
    with pytest.raises(InputError, match="several fragments"):
        pdbqt_ligand(Chem.MolFromSmiles("CC(=O)[O-].[Na+]"))


def test_models_of_a_file_have_the_state_of_their_smiles(tmp_path: Path):
    text = "C[C@H]([NH3+])C(=O)[O-]"
    block = record(text)
    path = tmp_path / "poses.pdbqt"
    path.write_text("\n".join(["MODEL 1", *block, "ENDMDL", "MODEL 2", *block, "ENDMDL", "MODEL 3"]))
    first, second = read_molecules(path)
    assert smiles(first.mol) == smiles(second.mol) == text
    assert first.name == "x"
    assert has_stated_protons(first.mol)


def test_a_smiles_that_does_not_fit_is_named(tmp_path: Path):
    path = tmp_path / "a.pdbqt"
    path.write_text(re.sub("REMARK SMILES C", "REMARK SMILES CC", "\n".join(record("CCO"))))
    (found,) = read_molecules(path)
    assert found.error == "atom 4 of REMARK SMILES is not among the atoms of the PDBQT record"
