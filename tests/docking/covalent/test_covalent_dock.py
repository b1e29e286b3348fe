"""`molgen dock --covalent` from a file to files."""

import json

import pytest
from command_line import exit_code
from peptides import peptide_text
from rdkit import Chem

import molgen
from molgen.chem.proteins.reading import read_protein
from molgen.errors import ConfigError, InputError


@pytest.fixture(scope="module")
def docked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("covalent")
    (folder / "peptide.pdb").write_text(peptide_text(), encoding="ascii")
    names = ("poses.sdf", "complex.pdb")
    command = ["dock", "-p", folder / "peptide.pdb", "-l", "C=CC(=O)NC", "--covalent", "A:CYS:3", "--effort", "quick"]
    assert exit_code(*command, "-n", 3, "-o", folder / names[0], "--complex", folder / names[1]) == 0
    return folder


def test_the_poses_name_the_bond(docked):
    folder = docked
    poses = [mol for mol in Chem.SDMolSupplier(str(folder / "poses.sdf"), removeHs=False) if mol]
    record = json.loads((folder / "poses.json").read_text(encoding="utf-8"))["ligands"][0]
    assert poses[0].GetProp("molgen_covalent_bond").startswith("C1-SG of CYS:A:3, 1.8")
    assert record["covalent_bond"]["residue"] == "CYS:A:3"
    assert record["covalent_bond"]["reaction"] == "michael-addition"
    assert record["poses"][0]["covalent_bond"] == poses[0].GetProp("molgen_covalent_bond")
    assert {atom.GetSymbol() for atom in poses[0].GetAtoms()} == {"C", "N", "O", "H"}  # no atom of the residue


def test_the_bond_is_no_clash(docked):
    folder = docked
    record = json.loads((folder / "poses.json").read_text(encoding="utf-8"))["ligands"][0]
    assert record["poses"][0]["valid"], record["poses"][0]["failed_checks"]


def test_the_ranking_and_the_reaction_are_said(docked):
    notes = json.loads((docked / "poses.json").read_text(encoding="utf-8"))["ligands"][0]["notes"]
    assert any("ranked by energy" in note for note in notes)
    assert "Michael acceptor (C1) bonded to SG of CYS:A:3 by michael-addition" in notes


def test_the_complex_has_the_bond(docked):
    folder = docked
    lines = (folder / "complex.pdb").read_text(encoding="ascii").splitlines()
    (link,) = [line for line in lines if line.startswith("LINK")]
    assert link[12:27].split() == ["SG", "CYS", "A", "3"]
    assert link[42:57].split()[:2] == ["C1", "LIG"]
    protein = read_protein(folder / "complex.pdb")
    assert len(protein.declared_bonds) == 1


def test_what_cannot_go_together_is_refused():
    with pytest.raises(ConfigError, match="cannot keep its conformer"):
        molgen.DockConfig(covalent="A:CYS:3", keep_conformer=True)
    with pytest.raises(InputError, match="cannot be bonded to ALA"):
        molgen.DockConfig(covalent="A:ALA:3")
