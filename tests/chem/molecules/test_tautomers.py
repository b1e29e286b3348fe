"""Tautomers: protons move between nitrogen and oxygen, and carbons keep theirs."""

from rdkit import Chem

from molgen.chem.molecules.tautomers import tautomers


def forms(smiles):
    return {Chem.MolToSmiles(mol): energy for mol, energy in tautomers(Chem.MolFromSmiles(smiles))}


def test_the_drawn_form_comes_first_and_an_equal_one_next():
    assert forms("Cc1c[nH]cn1") == {"Cc1c[nH]cn1": 0.0, "Cc1cnc[nH]1": 0.3}
    assert next(iter(forms("Cc1cnc[nH]1"))) == "Cc1cnc[nH]1"


def test_a_lactim_is_above_its_lactam():
    assert forms("O=c1cccc[nH]1")["Oc1ccccn1"] > 3.0


def test_ketones_do_not_become_enols_and_stereo_is_kept():
    assert list(forms("CC(=O)CC(C)=O")) == ["CC(=O)CC(C)=O"]
    assert all("@" in smiles for smiles in forms("C[C@H](O)c1c[nH]cn1"))
