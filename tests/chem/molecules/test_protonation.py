"""Known major states at pH 7.4, and what protonation must leave alone."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.molecules.protonation import has_stated_protons, protonate, protonation_states
from molgen.errors import InputError

# name and measured pKa (DrugBank, CRC Handbook or the drug's label) | neutral SMILES | state at pH 7.4
STATES = """
acetic acid 4.76 | CC(=O)O | CC(=O)[O-]
formic acid 3.75 | OC=O | [O-]C=O
ibuprofen 4.9 | CC(C)Cc1ccc(cc1)[C@H](C)C(=O)O | CC(C)Cc1ccc(cc1)[C@H](C)C(=O)[O-]
aspirin 3.5 | CC(=O)Oc1ccccc1C(=O)O | CC(=O)Oc1ccccc1C(=O)[O-]
ethyl carbonate, no acid | CCOC(=O)OC | CCOC(=O)OC
methylphosphonic acid 2.4 and 7.8 | CP(=O)(O)O | CP(=O)(O)[O-]
methyl phosphate 1.5 and 6.3 | COP(=O)(O)O | COP(=O)([O-])[O-]
dimethyl phosphate 1.3 | COP(=O)(O)OC | COP(=O)([O-])OC
methanesulfonic acid -1.9 | CS(=O)(=O)O | CS(=O)(=O)[O-]
5-methyltetrazole 5.6 | Cc1nnn[nH]1 | Cc1nnn[n-]1
2H-tetrazole | Cc1nn[nH]n1 | Cc1nn[n-]n1
saccharin 1.6 | O=C1NS(=O)(=O)c2ccccc12 | O=C1[N-]S(=O)(=O)c2ccccc12
glibenclamide core 5.3 | Cc1ccc(cc1)S(=O)(=O)NC(=O)NC1CCCCC1 | Cc1ccc(cc1)S(=O)(=O)[N-]C(=O)NC1CCCCC1
sulfamethoxazole 5.7 | Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1 | Cc1cc([N-]S(=O)(=O)c2ccc(N)cc2)no1
sulfanilamide 10.6 | Nc1ccc(cc1)S(N)(=O)=O | Nc1ccc(cc1)S(N)(=O)=O
thiazolidinedione 6.5 | O=C1CSC(=O)N1 | O=C1CSC(=O)[N-]1
warfarin 5.0 | CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O | CC(=O)CC(c1ccccc1)c1c([O-])c2ccccc2oc1=O
ascorbic acid 4.1 | OCC(O)C1OC(=O)C(O)=C1O | OCC(O)C1OC(=O)C(O)=C1[O-]
phenol 10.0 | Oc1ccccc1 | Oc1ccccc1
2,4-dinitrophenol 4.1 | Oc1ccc(cc1[N+](=O)[O-])[N+](=O)[O-] | [O-]c1ccc(cc1[N+](=O)[O-])[N+](=O)[O-]
3-nitrophenol 8.4 | Oc1cccc(c1)[N+](=O)[O-] | Oc1cccc(c1)[N+](=O)[O-]
acetohydroxamic acid 9.3 | CC(=O)NO | CC(=O)NO
ethanethiol 10.6 | CCS | CCS
methylamine 10.6 | CN | C[NH3+]
triethylamine 10.7 | CCN(CC)CC | CC[NH+](CC)CC
aniline 4.6 | Nc1ccccc1 | Nc1ccccc1
N,N-dimethylaniline 5.1 | CN(C)c1ccccc1 | CN(C)c1ccccc1
acetamide | CC(N)=O | CC(N)=O
methanesulfonamide 10.8 | CS(N)(=O)=O | CS(N)(=O)=O
enamine | C=CN1CCCC1 | C=CN1CCCC1
benzamidine 11.6 | NC(=N)c1ccccc1 | NC(=[NH2+])c1ccccc1
methylguanidine 13.4 | CNC(N)=N | CNC(N)=[NH2+]
metformin 12.4 and 2.8 | CN(C)C(=N)NC(=N)N | CN(C)C(=[NH2+])NC(=N)N
cimetidine, imidazole 6.8 | CC1=C(CSCCNC(=NC)NC#N)NC=N1 | CC1=C(CSCCNC(=NC)NC#N)NC=N1
amiloride 8.7 | NC(=N)NC(=O)c1nc(Cl)c(N)nc1N | NC(=[NH2+])NC(=O)c1nc(Cl)c(N)nc1N
imidazole 7.0 | c1c[nH]cn1 | c1c[nH]cn1
2-aminoimidazole 8.5 | Nc1ncc[nH]1 | Nc1[nH]cc[nH+]1
pyridine 5.2 | c1ccncc1 | c1ccncc1
DMAP 9.7 | CN(C)c1ccncc1 | CN(C)c1cc[nH+]cc1
2-aminopyridine 6.9 | Nc1ccccn1 | Nc1ccccn1
tacrine 9.8 | Nc1c2CCCCc2nc2ccccc12 | Nc1c2CCCCc2[nH+]c2ccccc12
2-aminobenzimidazole 7.5, left neutral | Nc1nc2ccccc2[nH]1 | Nc1nc2ccccc2[nH]1
2,4-diaminoquinazoline near 7.4 | Nc1nc(N)c2ccccc2n1 | Nc1nc(N)c2ccccc2n1
trimethoprim 7.1 | COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC | COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC
piperazine 9.7 and 5.3 | C1CNCCN1 | C1C[NH2+]CCN1
N-methylpiperazine 9.1 | CN1CCNCC1 | CN1CC[NH2+]CC1
phenylpiperazine 8.7 | C1CN(CCN1)c1ccccc1 | C1CN(CC[NH2+]1)c1ccccc1
ethylenediamine 9.9 and 6.9 | NCCN | NCC[NH3+]
1,4-diaminobutane 10.8 and 9.6 | NCCCCN | [NH3+]CCCC[NH3+]
morpholine 8.5 | C1COCCN1 | C1COCC[NH2+]1
N-methylmorpholine 7.2 to 7.4 | CN1CCOCC1 | CN1CCOCC1
trifluoroethylamine 5.7 | NCC(F)(F)F | NCC(F)(F)F
aminoacetonitrile 5.3 | NCC#N | NCC#N
lidocaine 7.9 | CCN(CC)CC(=O)Nc1c(C)cccc1C | CC[NH+](CC)CC(=O)Nc1c(C)cccc1C
glycine 2.3 and 9.8 | NCC(=O)O | [NH3+]CC(=O)[O-]
arginine 2.2, 9.0, 12.5 | NC(=N)NCCC[C@H](N)C(=O)O | NC(=[NH2+])NCCC[C@H]([NH3+])C(=O)[O-]
histidine, side chain 6.0 | N[C@@H](Cc1cnc[nH]1)C(=O)O | [NH3+][C@@H](Cc1cnc[nH]1)C(=O)[O-]
carnitine, quaternary | C[N+](C)(C)CC(O)CC(=O)[O-] | C[N+](C)(C)CC(O)CC(=O)[O-]
pyridine N-oxide | [O-][n+]1ccccc1 | [O-][n+]1ccccc1
part of imatinib 8.1 | O=C(N)c1ccc(CN2CCN(C)CC2)cc1 | O=C(N)c1ccc(CN2CC[NH+](C)CC2)cc1
norfloxacin 6.3 and 8.8 | CCn1cc(C(=O)O)c(=O)c2cc(F)c(cc12)N1CCNCC1 | CCn1cc(C(=O)[O-])c(=O)c2cc(F)c(cc12)N1CC[NH2+]CC1
caffeine | Cn1cnc2c1c(=O)n(C)c(=O)n2C | Cn1cnc2c1c(=O)n(C)c(=O)n2C
clozapine 7.6 | CN1CCN(CC1)C1=Nc2cc(Cl)ccc2Nc2ccccc12 | C[NH+]1CCN(CC1)C1=Nc2cc(Cl)ccc2Nc2ccccc12
propranolol 9.4 | CC(C)NC[C@H](O)COc1cccc2ccccc12 | CC(C)[NH2+]C[C@H](O)COc1cccc2ccccc12
"""
CASES = [[part.strip() for part in line.split("|")] for line in STATES.strip().splitlines()]
smiles_of_cases = pytest.mark.parametrize("smiles", [case[1] for case in CASES], ids=[case[0] for case in CASES])


def canonical(smiles):
    return Chem.CanonSmiles(smiles)


def embedded(smiles):
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert rdDistGeom.EmbedMolecule(mol, randomSeed=1) == 0
    return mol


def heavy_atoms(mol):
    return [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]


@pytest.mark.parametrize(("smiles", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_major_state_at_ph_7_4(smiles, expected):
    state, notes = protonate(Chem.MolFromSmiles(smiles))
    assert Chem.MolToSmiles(state) == canonical(expected)
    comes_charged = smiles.startswith("C[N+]")  # carnitine
    decided = [note for note in notes if "are likely" not in note]
    assert bool(decided) == (comes_charged or canonical(expected) != canonical(smiles))


@smiles_of_cases
def test_the_state_of_a_state_is_itself(smiles):
    once, notes = protonate(Chem.MolFromSmiles(smiles))
    twice, again = protonate(once)
    assert (Chem.MolToSmiles(twice), again) == (Chem.MolToSmiles(once), notes)


@smiles_of_cases
def test_order_stereo_and_coordinates_are_kept_and_hydrogens_explicit(smiles):
    mol = embedded(smiles)
    state, _ = protonate(mol)
    implicit, _ = protonate(Chem.MolFromSmiles(smiles))
    assert Chem.MolToSmiles(Chem.RemoveHs(state)) == Chem.MolToSmiles(implicit)
    before, after = heavy_atoms(mol), heavy_atoms(state)
    assert [atom.GetAtomicNum() for atom in before] == [atom.GetAtomicNum() for atom in after]
    assert all(atom.GetTotalNumHs() == 0 for atom in after)
    places = [[atom.GetIdx() for atom in atoms] for atoms in (before, after)]
    x, y = mol.GetConformer().GetPositions(), state.GetConformer().GetPositions()
    np.testing.assert_array_equal(x[places[0]], y[places[1]])
    lengths = [np.linalg.norm(y[bond.GetBeginAtomIdx()] - y[bond.GetEndAtomIdx()]) for bond in state.GetBonds()]
    assert min(lengths) > 0.8


def test_charges_of_the_input_do_not_matter():
    for smiles in ("[NH3+]CC(=O)[O-]", "NCC(=O)[O-]", "[NH3+]CC(=O)O"):
        assert Chem.MolToSmiles(protonate(Chem.MolFromSmiles(smiles))[0]) == canonical("[NH3+]CC(=O)[O-]")
    phenolate = Chem.MolFromSmiles("[O-]c1ccccc1")
    assert Chem.MolToSmiles(protonate(phenolate)[0]) == "Oc1ccccc1"
    assert Chem.MolToSmiles(Chem.RemoveHs(protonate(Chem.AddHs(phenolate))[0])) == "Oc1ccccc1"


def test_the_ph_decides():
    def state(smiles, ph):
        return Chem.MolToSmiles(protonate(Chem.MolFromSmiles(smiles), ph)[0])

    assert [state("NCC(=O)O", ph) for ph in (1, 7, 13)] == ["[NH3+]CC(=O)O", "[NH3+]CC(=O)[O-]", "NCC(=O)[O-]"]
    assert [state("c1c[nH]cn1", ph) for ph in (5, 9)] == ["c1c[nH+]c[nH]1", "c1c[nH]cn1"]
    assert [state("COP(=O)(O)O", ph) for ph in (4, 9)] == ["COP(=O)([O-])O", "COP(=O)([O-])[O-]"]
    with pytest.raises(InputError, match="pH of 15"):
        protonate(Chem.MolFromSmiles("C"), 15)


def test_notes_name_the_groups():
    _, notes = protonate(Chem.MolFromSmiles("OC(=O)CC(N)CC(=O)O"))
    assert notes == ("carboxylic acid deprotonated (2 times)", "aliphatic amine protonated")
    assert protonate(Chem.MolFromSmiles("CCO"))[1] == ()


def test_maps_properties_and_chirality_of_the_nitrogen_itself_are_kept():
    mol = Chem.MolFromSmiles("[CH3:7][C@H:1]([NH2:2])[C:3](=[O:4])[OH:5]")
    mol.SetProp("_Name", "alanine")
    state, _ = protonate(mol)
    assert [atom.GetAtomMapNum() for atom in state.GetAtoms()] == [7, 1, 2, 3, 4, 5]
    assert state.GetProp("_Name") == "alanine"
    troger = "Cc1ccc2c(c1)C[N@]1C[N@@]2Cc2cc(C)ccc21"
    assert Chem.MolToSmiles(protonate(Chem.MolFromSmiles(troger))[0]) == canonical(troger)


def test_the_input_is_not_changed():
    mol = embedded("NCC(=O)O")
    before = Chem.MolToMolBlock(mol)
    protonate(mol)
    assert Chem.MolToMolBlock(mol) == before
    assert not mol.GetAtomWithIdx(0).HasProp("_molgen_origin")


@pytest.mark.parametrize(
    ("smiles", "told"),
    [
        ("Cc1cc[nH+]cc1", "charge +1 of N5 taken away at pH 7.4 (pyridine, pKa about 5.2)"),
        ("CC(=O)N[O-]", "charge -1 of O5 taken away at pH 7.4 (hydroxamic acid, pKa about 9.0)"),
        ("[S-]CC[S-]", "charge -1 of S1, S4 taken away at pH 7.4 (thiol, pKa about 10.3)"),
        ("CCC[O-]", "charge -1 of O4 taken away at pH 7.4 (no group that keeps it)"),
        ("CP(=O)([O-])[O-]", "charge -1 of O5 taken away at pH 7.4 (phosphonate, pKa about 7.7)"),
    ],
)
def test_every_charge_that_is_taken_away_is_named(smiles, told):
    state, notes = protonate(Chem.MolFromSmiles(smiles))
    assert [note for note in notes if note.startswith(told)]
    assert all("taken away" not in note for note in protonate(state)[1])


def test_a_drawn_charge_stays_on_its_oxygen():
    for smiles in ("OP([O-])([O-])=O", "CP(=O)(O)[O-]", "OP(O)([O-])=O"):
        state, notes = protonate(Chem.MolFromSmiles(smiles))
        assert all("taken away" not in note for note in notes)
        assert protonate(state)[1] == notes


def test_a_pka_near_the_ph_is_said():
    imidazole = Chem.MolFromSmiles("c1c[nH]cn1")
    (note,) = protonate(imidazole)[1]
    assert note == "both states of imidazole are likely: its pKa of about 7.0 is near pH 7.4, --states 2 docks both"
    assert protonate(imidazole, 9.0)[1] == ()
    for smiles in ("Nc1nc(N)c2c(Sc3ccccc3)cccc2n1", "CCn1c(N)nc2ccccc12"):
        (note,) = protonate(Chem.MolFromSmiles(smiles))[1]
        assert note.startswith("both states of 2")
    for smiles in ("Nc1nc(N)c2nccnc2n1", "COC(=O)Nc1nc2ccccc2[nH]1"):
        assert protonate(Chem.MolFromSmiles(smiles))[1] == ()


def test_hydrogens_that_state_the_protonation_are_told_from_those_that_do_not():
    alanine = Chem.MolFromSmiles("C[C@H](N)C(=O)O")
    polar = Chem.AddHs(alanine, onlyOnAtoms=[2, 5])
    bracketed = Chem.MolFromSmiles("[CH3][CH]([NH2])[C](=[O])[OH]")
    assert all(map(has_stated_protons, (Chem.AddHs(alanine), polar, bracketed)))
    marked = Chem.AddHs(alanine, onlyOnAtoms=[1])  # the hydrogen of a stereocenter
    charged = Chem.MolFromSmiles("C[C@H]([NH3+])C(=O)[O-]")
    assert not any(map(has_stated_protons, (alanine, marked, charged, Chem.RemoveHs(embedded("CCN")))))


def test_the_likely_states_come_with_their_free_energy():
    states = protonation_states(Chem.MolFromSmiles("OC(=O)CCc1cnc[nH]1"), 7.4, 3)
    assert [Chem.GetFormalCharge(state) for state, _, _ in states] == [-1, 0, 0]
    np.testing.assert_allclose([energy for _, _, energy in states], [0, 1.364 * 0.4, 1.364 * 3.2])
    assert "carboxylic acid deprotonated" not in states[2][1]
    assert len(protonation_states(Chem.MolFromSmiles("CCO"), 7.4, 3)) == 1
