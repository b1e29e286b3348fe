"""Warheads become the adducts that chemists draw."""

import pytest
from rdkit import Chem

from molgen.chem.covalent.adduct import adduct_of, with_residue_atom
from molgen.chem.covalent.reactions import REACTIONS
from molgen.chem.covalent.request import CovalentBond
from molgen.errors import InputError

ADDUCTS = [
    ("CYS", "C=CC(=O)NC", "CCSCCC(=O)NC", "michael-addition"),
    ("CYS", "CN(C)C/C=C/C(=O)NC", "CCSC(CN(C)C)CC(=O)NC", "michael-addition"),
    ("CYS", "C=CS(C)(=O)=O", "CCSCCS(C)(=O)=O", "michael-addition"),
    ("CYS", "O=C1C=CC(=O)N1C", "CCSC1CC(=O)N(C)C1=O", "michael-addition"),
    ("CYS", "CC#CC(=O)NC", "CCSC(C)=CC(=O)NC", "michael-addition"),
    ("CYS", "ClCC(=O)NC", "CCSCC(=O)NC", "substitution"),
    ("CYS", "CC(=O)OCC(=O)c1ccccc1", "CCSCC(=O)c1ccccc1", "substitution"),
    ("CYS", "CS(=O)(=O)c1ncccn1", "CCSc1ncccn1", "aromatic-substitution"),
    ("CYS", "CC(N)C(=O)NCC#N", "CCSC(=N)CNC(=O)C(C)N", "nitrile-addition"),
    ("CYS", "CC(=O)NC(C)C=O", "CCSC(O)C(C)NC(C)=O", "carbonyl-addition"),
    ("CYS", "CCC(=O)C(=O)NC", "CCSC(O)(CC)C(=O)NC", "carbonyl-addition"),
    ("CYS", "C1OC1COC", "CCSCC(O)COC", "ring-opening"),
    ("CYS", "S=C=NC", "CCSC(=S)NC", "addition"),
    ("CYS", "CSS(C)(=O)=O", "CCSSC", "disulfide"),
    ("CYS", "CCS", "CCSSCC", "disulfide"),
    ("SER", "OB(O)c1ccccc1", "CCO[B-](O)(O)c1ccccc1", "boronate"),
    ("SER", "O=C1CCN1", "CCOC(=O)CCN", "acylation"),
    ("SER", "CN(C)C(=O)Oc1ccccc1", "CCOC(=O)N(C)C", "acylation"),
    ("SER", "CCOP(=O)(F)OCC", "CCOP(=O)(OCC)OCC", "phosphorylation"),
    ("TYR", "O=S(=O)(F)c1ccccc1", "Cc1ccc(OS(=O)(=O)c2ccccc2)cc1", "sulfonylation"),
    ("LYS", "O=Cc1ccccc1O", "CCN=Cc1ccccc1O", "schiff-base"),
    ("HIS", "C=CC(=O)NC", "CNC(=O)CCn1cnc(C)c1", "michael-addition"),
    ("HIS:1:ND1", "C=CC(=O)NC", "CNC(=O)CCn1cncc1C", "michael-addition"),
    ("ASP", "C1OC1COC", "CC(=O)OCC(O)COC", "ring-opening"),
    ("THR", "O=C1CCO1", "CC(C)OC(=O)CCO", "acylation"),
    ("SEC", "C=CC(=O)NC", "CC[Se]CCC(=O)NC", "michael-addition"),
]


def made(smiles: str, text: str):
    return adduct_of(Chem.MolFromSmiles(smiles), CovalentBond.parse(text))


def canonical(smiles: str) -> str:
    return Chem.MolToSmiles(Chem.MolFromSmiles(smiles))


@pytest.mark.parametrize(("residue", "ligand", "adduct", "reaction"), ADDUCTS)
def test_a_warhead_becomes_its_adduct(residue, ligand, adduct, reaction):
    done = made(ligand, f"A:{residue}" if ":" in residue else f"A:{residue}:1")
    assert Chem.MolToSmiles(done.mol, isomericSmiles=False) == canonical(adduct)
    assert done.reaction == reaction


def test_every_kind_of_warhead_is_tried_here():
    assert {one.name for one in REACTIONS} == {reaction for *_, reaction in ADDUCTS}


def test_atoms_keep_their_order_and_the_residue_follows():
    done = made("NC(=O)C(Cl)c1ccccc1", "A:CYS:1")
    symbols = [atom.GetSymbol() for atom in done.mol.GetAtoms()]
    assert symbols == ["N", "C", "O", "C", *["C"] * 6, "C", "C", "S"]  # without Cl; CA, CB, SG
    assert done.n_ligand == 10
    assert done.mol.GetBondBetweenAtoms(done.attached, 12) is not None


def test_a_leaving_group_goes_with_inversion():
    before = Chem.MolFromSmiles("C[C@H](Cl)C(N)=O")
    after = made("C[C@H](Cl)C(N)=O", "A:CYS:1").mol
    assert Chem.FindMolChiralCenters(before) == [(1, "S")]
    assert [label for _, label in Chem.FindMolChiralCenters(after)] == ["R"]


def test_stereo_of_a_drawn_adduct_is_kept():
    drawn = made("C[C@H](F)C(N)=O", "A:CYS:1=adduct@[CX4;H1]")  # H gives way: four different neighbors
    mirrored = made("C[C@@H](F)C(N)=O", "A:CYS:1=adduct@[CX4;H1]")
    tags = [[label for _, label in Chem.FindMolChiralCenters(one.mol)] for one in (drawn, mirrored)]
    assert sorted(tags) == [["R"], ["S"]]


def test_a_dummy_atom_draws_the_residue_with_the_stereo_there():
    bond = CovalentBond.parse("A:CYS:1")
    for smiles, adduct in (("*[C@@H](F)C(N)=O", "CCS[C@@H](F)C(N)=O"), ("F[C@@H](*)C(N)=O", "F[C@@H](SCC)C(N)=O")):
        done = adduct_of(with_residue_atom(Chem.MolFromSmiles(smiles), bond), bond)
        assert (Chem.MolToSmiles(done.mol), done.reaction, done.n_ligand) == (canonical(adduct), "adduct", 5)
    lysine = CovalentBond.parse("A:LYS:1")
    imine = adduct_of(with_residue_atom(Chem.MolFromSmiles("*=Cc1ccccc1"), lysine), lysine)
    assert Chem.MolToSmiles(imine.mol, isomericSmiles=False) == canonical("CCN=Cc1ccccc1")


@pytest.mark.parametrize("smiles", ["*CC*", "C*C"])
def test_more_than_one_bond_to_the_residue_is_refused(smiles):
    with pytest.raises(InputError, match="one dummy atom with one bond"):
        with_residue_atom(Chem.MolFromSmiles(smiles), CovalentBond.parse("A:CYS:1"))


@pytest.mark.parametrize("text", ["A:CYS:1=[CH2]=C", "A:CYS:1=michael-addition@[CH2]=C", "A:CYS:1=C=CC(=O)N"])
def test_a_smarts_at_a_warhead_names_the_atom_that_reacts(text):
    done = made("C=CC(=O)NCC#N", text)
    assert Chem.MolToSmiles(done.mol) == canonical("CCSCCC(=O)NCC#N")


@pytest.mark.parametrize("text", ["A:CYS:1=[CH3]", "A:CYS:1=adduct@[CH3]"])
def test_a_smarts_elsewhere_names_the_bonded_atom_of_an_adduct(text):
    done = made("CC(=O)NC1CC1", text)
    assert Chem.MolToSmiles(done.mol) == canonical("CCSCC(=O)NC1CC1")
    assert done.reaction == "adduct"


def test_an_acyl_adduct_can_be_drawn_as_an_aldehyde():
    assert Chem.MolToSmiles(made("CCC=O", "A:CYS:1=adduct@[CX3;H1]=O").mol) == canonical("CCSC(=O)CC")
    assert Chem.MolToSmiles(made("CCC=O", "A:CYS:1=[CX3;H1]=O").mol) == canonical("CCSC(O)CC")


@pytest.mark.parametrize(
    ("ligand", "text", "reason"),
    [
        ("c1ccccc1", "A:CYS:1", "no warhead that is known"),
        ("C=CC(=O)NCC#N", "A:CYS:1", "2 atoms of the ligand can react with SG of CYS:A:1: C1 .*C7 "),
        ("CNC(=O)[C@H]1O[C@@H]1C(=O)O", "A:CYS:1", "2 atoms of the ligand can react"),
        ("CCO", "A:CYS:1=boronate", "nothing that reacts by boronate"),
        ("CCO", "A:CYS:1=[Br]", "no atom that matches"),
        ("CCCO", "A:CYS:1=[CH2]", "matches 2 atoms of the ligand"),
        ("CC(C)(C)C=O", "A:CYS:1=[CX4;H0]", "no hydrogen that the bond to the residue could replace"),
        ("CCO", "A:CYS:1=[H]C", "names a hydrogen"),
        ("CCO", "A:CYS:1=adduct", "an adduct needs a SMARTS"),
    ],
)
def test_none_or_several_are_refused_by_name(ligand, text, reason):
    with pytest.raises(InputError, match=reason):
        made(ligand, text)


@pytest.mark.parametrize(
    "drug", ["CC(=O)Oc1ccccc1C(=O)O", "CN1C=NC2=C1C(=O)N(C)C(=O)N2C", "CC(C)Cc1ccc(cc1)C(C)C(=O)O"]
)
def test_ordinary_drugs_have_no_warhead(drug):
    with pytest.raises(InputError, match="no warhead"):
        made(drug, "A:CYS:1")
