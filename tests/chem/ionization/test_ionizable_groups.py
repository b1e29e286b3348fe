"""The charge at pH 7.4 of drugs and simple molecules, by their measured pKa; what the table says, by group."""

import pytest
from rdkit import Chem

from molgen.chem.ionization.groups import GROUPS
from molgen.chem.molecules.protonation import protonate

# name and measured pKa (DrugBank, CRC Handbook, or the papers that report the drug) | SMILES | charge at pH 7.4
CHARGES = """
piroxicam 6.3 | CN1C(=C(O)c2ccccc2S1(=O)=O)C(=O)Nc1ccccn1 | -1
teriflunomide 3.1 | CC(O)=C(C#N)C(=O)Nc1ccc(cc1)C(F)(F)F | -1
squaric acid 1.5 3.4 | OC1=C(O)C(=O)C1=O | -2
gaboxadol 4.3 8.3 | O=c1[nH]oc2c1CCNC2 | 0
uric acid 5.4 | O=C1NC(=O)c2[nH]c(=O)[nH]c2N1 | -1
tenofovir, second 6.7 | C[C@H](Cn1cnc2c(N)ncnc12)OCP(O)(O)=O | -2
famotidine 6.8 | NC(N)=Nc1nc(CSCCC(N)=NS(N)(=O)=O)cs1 | 0
physostigmine 8.2 | CNC(=O)Oc1ccc2N(C)C3N(C)CCC3(C)c2c1 | +1
meloxicam 4.1 | Cc1cnc(s1)NC(=O)C1=C(O)c2ccccc2S(=O)(=O)N1C | -1
tenoxicam 5.3 | CN1C(=C(O)c2sccc2S1(=O)=O)C(=O)Nc1ccccn1 | -1
lornoxicam 5.5 | CN1C(=C(O)c2sc(Cl)cc2S1(=O)=O)C(=O)Nc1ccccn1 | -1
isoxicam 3.9 | CN1C(=C(O)c2ccccc2S1(=O)=O)C(=O)Nc1cc(C)on1 | -1
dimedone 5.2 | CC1(C)CC(=O)CC(=O)C1 | -1
dimedone 5.2 | CC1(C)CC(O)=CC(=O)C1 | -1
acetylacetone 8.9 | CC(=O)CC(C)=O | 0
barbituric acid 4.0 | O=C1CC(=O)NC(=O)N1 | -1
barbital 7.9 | CCC1(CC)C(=O)NC(=O)NC1=O | 0
Meldrum's acid 4.8 | CC1(C)OC(=O)CC(=O)O1 | -1
tetronic acid 3.8 | O=C1COC(=O)C1 | -1
tetronic 3.8 | OC1=CC(=O)OC1 | -1
tenuazonic acid 3.4 | CCC(C)C1NC(=O)C(C(C)=O)=C1O | -1
mesotrione 3.1 | CS(=O)(=O)c1ccc(C(=O)C2C(=O)CCCC2=O)c(c1)[N+](=O)[O-] | -1
lawsone 4.0 | OC1=CC(=O)c2ccccc2C1=O | -1
2,5-dihydroxybenzoquinone 2.7 5.2 | OC1=CC(=O)C(O)=CC1=O | -2
kojic acid 7.9 | OCc1cc(=O)c(O)co1 | 0
maltol 8.4 | Cc1occc(=O)c1O | 0
tropolone 6.9 | Oc1cccccc1=O | -1
laquinimod 4.2 | CCN(C(=O)c1c(O)c2c(Cl)cccc2n(C)c1=O)c1ccccc1 | -1
raltegravir 6.7 | Cc1nnc(o1)C(=O)NC(C)(C)c1nc(C(=O)NCc2ccc(F)cc2)c(O)c(=O)n1C | -1
phenindione 4.1 | O=C1C(c2ccccc2)C(=O)c2ccccc12 | -1
muscimol 4.8 8.4 | NCc1cc(O)no1 | 0
ibotenic acid 3.0 5.0 8.2 | NC(C(O)=O)c1cc(O)no1 | -1
3-hydroxyisothiazole thiomuscimol 6 | NCc1cc(O)ns1 | 0
selenocysteine 5.2 | N[C@@H](C[SeH])C(O)=O | -1
selenophenol 5.9 | [SeH]c1ccccc1 | -1
ethyl xanthate K | CCOC(=S)[S-] | -1
isopropyl xanthic acid | CC(C)OC(S)=S | -1
diethyldithiocarbamic acid 3.4 | CCN(CC)C(S)=S | -1
N-hydroxyphthalimide 6.3 | ON1C(=O)c2ccccc2C1=O | -1
HOBt 4.6 | On1nnc2ccccc12 | -1
roxarsone 3.5 5.7 9.1 | O[As](O)(=O)c1ccc(O)c(c1)[N+](=O)[O-] | -2
arsanilic acid 4.1 9.2 | Nc1ccc(cc1)[As](O)(O)=O | -1
cacodylic acid 6.3 | C[As](C)(O)=O | -1
methylarsonic acid 3.6 8.2 | C[As](O)(O)=O | -1
doxycycline | C[C@@H]1c2cccc(O)c2C(=O)C2=C(O)[C@]3(O)[C@@H]([C@@H](O)[C@H]12)[C@H](N(C)C)C(O)=C(C(N)=O)C3=O | 0
minocycline 2.8 7.8 9.5 | CN(C)[C@H]1[C@@H]2C[C@@H]3Cc4c(ccc(O)c4C(=O)C3=C(O)[C@]2(O)C(=O)C(C(N)=O)=C1O)N(C)C | 0
oxytetracycline | CN(C)[C@H]1[C@@H]2[C@@H](O)[C@H]3C(=C(O)[C@]2(O)C(=O)C(C(N)=O)=C1O)C(=O)c1c(O)cccc1[C@@]3(C)O | 0
tiotidine guanidinothiazole 6.8 | NC(N)=Nc1nc(CSCCNC(=NC)NC#N)cs1 | 0
2-guanidinothiazole 6.8 | NC(=N)Nc1nccs1 | 0
phenylguanidine 10.8 | NC(=N)Nc1ccccc1 | +1
guanabenz 8.1 | NC(=N)NN=Cc1c(Cl)cccc1Cl | +1
guanfacine 7.1 | NC(=N)NC(=O)Cc1c(Cl)cccc1Cl | 0
aminoguanidine 11.0 | NNC(N)=N | +1
nitroguanidine -0.6 | NC(N)=N[N+](=O)[O-] | 0
cyanoguanidine 0.4 | NC(N)=NC#N | 0
hydroxyguanidine 8.0 | NC(=N)NO | +1
clonidine 8.1 | Clc1cccc(Cl)c1NC1=NCCN1 | +1
adefovir 2.0 6.8 | Nc1ncnc2n(CCOCP(O)(O)=O)cnc12 | -2
cidofovir 2.2 6.8 | NC1=NC(=O)N(C[C@@H](CO)OCP(O)(O)=O)C=C1 | -2
fosfomycin 2.5 6.7 | C[C@@H]1O[C@@H]1P(O)(O)=O | -2
foscarnet 0.5 3.4 7.3 | OC(=O)P(O)(O)=O | -3
glyphosate 0.8 2.2 5.5 10.1 | OC(=O)CNCP(O)(O)=O | -2
phenylphosphonic acid 1.8 7.1 | OP(O)(=O)c1ccccc1 | -2
difluoromethylphosphonate 5.7 | OP(O)(=O)C(F)(F)c1ccccc1 | -2
propylphosphonic acid 2.5 8.2 | CCCP(O)(O)=O | -1
celecoxib 11 | Cc1ccc(cc1)-c1cc(nn1-c1ccc(cc1)S(N)(=O)=O)C(F)(F)F | 0
nimesulide 6.5 | CS(=O)(=O)Nc1ccc(cc1Oc1ccccc1)[N+](=O)[O-] | -1
acetazolamide 7.2 | CC(=O)Nc1nnc(s1)S(N)(=O)=O | -1
phenobarbital 7.4 | CCC1(C(=O)NC(=O)NC1=O)c1ccccc1 | 0
phenytoin 8.3 | O=C1NC(=O)C(N1)(c1ccccc1)c1ccccc1 | 0
5-fluorouracil 8.0 | O=c1[nH]cc(F)c(=O)[nH]1 | 0
theophylline 8.8 | Cn1c2nc[nH]c2c(=O)n(C)c1=O | 0
xanthine 7.5 | O=c1[nH]c2nc[nH]c2c(=O)[nH]1 | 0
1-methyluric acid 5.8 | Cn1c(=O)[nH]c2[nH]c(=O)[nH]c2c1=O | -1
sulfadiazine 6.5 | Nc1ccc(cc1)S(=O)(=O)Nc1ncccn1 | -1
sulfapyridine 8.4 | Nc1ccc(cc1)S(=O)(=O)Nc1ccccn1 | 0
chlorothiazide 6.7 | NS(=O)(=O)c1cc2c(cc1Cl)N=CNS2(=O)=O | -1
ciclopirox 7.2 | Cc1cc(C2CCCCC2)n(O)c(=O)c1 | -1
deferiprone 9.8 | Cc1c(O)c(=O)ccn1C | 0
xylazine 7.0 | Cc1cccc(C)c1NC1=NCCCS1 | 0
morphine 8.2 | CN1CC[C@]23c4c5ccc(O)c4O[C@H]2[C@@H](O)C=C[C@H]3[C@H]1C5 | +1
methotrexate -2 | CN(Cc1cnc2nc(N)nc(N)c2n1)c1ccc(cc1)C(=O)N[C@@H](CCC(O)=O)C(O)=O | -2
ranitidine 8.2 | CNC(=C[N+](=O)[O-])NCCSCc1ccc(CN(C)C)o1 | +1
captopril 3.7 9.8 | C[C@H](CS)C(=O)N1CCC[C@H]1C(O)=O | -1
vorinostat 9.3 | ONC(=O)CCCCCCC(=O)Nc1ccccc1 | 0
penicillamine 1.8 7.9 10.5 | CC(C)(S)C(N)C(O)=O | 0
phosphocreatine | CN(CC(O)=O)C(=N)NP(O)(O)=O | -2
N-acetylcysteine 3.2 9.5 | CC(=O)N[C@@H](CS)C(O)=O | -1
thioguanine 8.2 | Nc1nc2[nH]cnc2c(=S)[nH]1 | 0
phenylbutazone 4.5 | CCCCC1C(=O)N(c2ccccc2)N(c2ccccc2)C1=O | -1
"""
CASES = [[part.strip() for part in line.split("|")] for line in CHARGES.strip().splitlines()]


@pytest.mark.parametrize(("smiles", "charge"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_charge_at_ph_7_4(smiles, charge):
    state, _ = protonate(Chem.MolFromSmiles(smiles))
    assert Chem.GetFormalCharge(state) == int(charge)
    again, _ = protonate(state)
    assert Chem.MolToSmiles(again) == Chem.MolToSmiles(state)


def test_the_anion_of_a_c_h_acid_is_an_enolate():
    for smiles in ("CC1(C)CC(=O)CC(=O)C1", "CC1(C)CC(O)=CC(=O)C1"):
        mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
        assert Chem.MolToSmiles(Chem.RemoveHs(protonate(mol)[0])) == "CC1(C)CC(=O)C=C([O-])C1"


def test_every_group_can_be_matched_and_names_its_atom():
    for group in GROUPS:
        assert group.pattern is not None
        assert group.pattern.GetNumAtoms() > 0
        assert 0 <= group.pka + 1 <= 15
