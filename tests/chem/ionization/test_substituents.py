"""The pKa that substituents leave to a group, against measured ones; and the note where it is near pH 7.4."""

import pytest
from rdkit import Chem

from molgen.chem.ionization.sites import ionizations
from molgen.chem.ionization.substituents import ring_shifts
from molgen.chem.molecules.protonation import protonate

# the strongest acid or the base named | SMILES | pKa in water at 25 C, as textbooks and tables give it
# (phenols and azoles: Serjeant and Dempsey 1979, Albert and Serjeant; bases: Perrin 1965; drugs: DrugBank),
# rounded and not compared with these one by one
MEASURED = """
phenol | Oc1ccccc1 | 10.0
phenol | Oc1ccc(cc1)[N+](=O)[O-] | 7.15
phenol | Oc1cccc(c1)[N+](=O)[O-] | 8.4
phenol | Oc1ccccc1[N+](=O)[O-] | 7.2
phenol | Oc1ccc(cc1[N+](=O)[O-])[N+](=O)[O-] | 4.1
phenol | Oc1ccccc1Cl | 8.5
phenol | Oc1ccc(Cl)cc1Cl | 7.9
phenol | Oc1c(Cl)cc(Cl)cc1Cl | 6.2
phenol | Oc1c(Cl)c(Cl)c(Cl)c(Cl)c1Cl | 4.7
phenol | Oc1c(F)c(F)c(F)c(F)c1F | 5.5
phenol | O=Cc1ccc(O)cc1 | 7.6
phenol | O=Cc1ccccc1O | 8.4
phenol | COc1cc(C=O)ccc1O | 7.4
phenol | CC(=O)c1ccc(O)cc1 | 8.05
phenol | COC(=O)c1ccc(O)cc1 | 8.4
phenol | N#Cc1ccc(O)cc1 | 7.95
phenol | N#Cc1ccccc1O | 6.9
phenol | NC(=O)c1ccccc1O | 8.4
phenol | CS(=O)(=O)c1ccc(O)cc1 | 7.8
phenol | O=c1ccc2ccc(O)cc2o1 | 7.8
phenol | O=c1cc(-c2ccccc2)oc2cc(O)ccc12 | 7.4
phenol | N#CC(C#N)=Cc1ccc(O)cc1 | 7.0
phenol | Oc1ccc(Cl)cc1C(=O)Nc1ccc(cc1Cl)[N+](=O)[O-] | 7.0
phenol | CCN1CCC[C@H]1CNC(=O)c1c(O)c(Cl)cc(Cl)c1OC | 6.0
phenol | O=C1C=CC(C=C1)=C(c1ccc(O)cc1)c1ccccc1S(=O)(=O)O | 7.9
sulfonanilide | CS(=O)(=O)Nc1ccccc1 | 8.9
sulfonanilide | O=S(=O)(Nc1ccccc1)c1ccccc1 | 8.4
sulfonanilide | CS(=O)(=O)Nc1ccc(cc1Oc1ccccc1)[N+](=O)[O-] | 6.5
sulfonanilide | CC(C)(C)c1nc(c(s1)-c1ccnc(N)n1)-c1cccc(NS(=O)(=O)c2c(F)cccc2F)c1F | 6.6
sulfonanilide | CCCS(=O)(=O)Nc1ccc(F)c(C(=O)c2c[nH]c3ncc(cc23)-c2ccc(Cl)cc2)c1F | 7.9
uracil | O=c1cc[nH]c(=O)[nH]1 | 9.4
uracil | O=c1[nH]cc(F)c(=O)[nH]1 | 8.0
uracil | O=c1[nH]c(=O)n(C2CCCO2)cc1C(F)(F)F | 7.85
uracil | O=c1[nH]cc([N+](=O)[O-])c(=O)[nH]1 | 5.3
1,2,4-triazole | c1nc[nH]n1 | 10.2
1,2,4-triazole | Clc1nc[nH]n1 | 8.1
1,2,4-triazole | [O-][N+](=O)c1nc[nH]n1 | 6.0
imidazole | c1c[nH]cn1 | 7.0
imidazole | Cc1ncc([N+](=O)[O-])n1CCO | 2.5
imidazole | [O-][N+](=O)c1c[nH]cn1 | 0.0
imidazole | Brc1c[nH]cn1 | 3.9
imidazole | NC(=O)c1c[nH]cn1 | 3.7
imidazole | c1ccc(cc1)-c1c[nH]cn1 | 6.0
imidazole | c1ccc(cc1)-n1ccnc1 | 5.5
imidazole | Cc1ncc2CN=C(c3ccccc3F)c3cc(Cl)ccc3-n12 | 6.0
dialkylimidazole | Cc1nc[nH]c1C | 8.3
dialkylimidazole | CCc1ncc(C)[nH]1 | 8.7
aliphatic amine | CN1CCN(CC1)C(C)=O | 7.1
aliphatic amine | CC(=O)N1CCNCC1 | 7.9
aliphatic amine | C1CN(CCN1)c1ccccc1 | 8.7
aliphatic amine | CCCc1nn(C)c2c1nc([nH]c2=O)-c1cc(ccc1OCC)S(=O)(=O)N1CCN(C)CC1 | 6.8
aliphatic amine | Cc1nc(Nc2ncc(s2)C(=O)Nc2c(C)cccc2Cl)cc(n1)N1CCN(CCO)CC1 | 6.8
aliphatic amine | O=C1CC2(CCCC2)CC(=O)N1CCCCN1CCN(CC1)c1ncccn1 | 7.6
aliphatic amine | OCCN(CCO)CCO | 7.8
aliphatic amine | OCCN(CCO)C(CO)(CO)CO | 6.5
aliphatic amine | C1OCC1N1CCCCC1 | 7.2
benzylamine | CS(=O)(=O)CCNCc1ccc(o1)-c1ccc2ncnc(Nc3ccccc3)c2c1 | 7.2
guanidine | NC(=N)Nc1ccccc1 | 10.8
guanidine | Clc1cccc(Cl)c1NC1=NCCN1 | 8.05
guanidine | Clc1ccc2nsnc2c1NC1=NCCN1 | 7.4
4-aminopyridine | Nc1ccncc1Br | 7.0
"""

# name and pKa | SMILES | charge at pH 7.4 | a note of both states
NOTED = """
tizanidine 7.4 | Clc1ccc2nsnc2c1NC1=NCCN1 | +1 | near
edaravone 7.0 | CC1=NN(C(=O)C1)c1ccccc1 | -1 | near
edaravone, its enol | Cc1cc(O)n(n1)-c1ccccc1 | -1 | near
nitrofurantoin 7.2 | O=C1CN(N=Cc2ccc(o2)[N+](=O)[O-])C(=O)N1 | -1 | near
dantrolene 7.5 | O=C1CN(N=Cc2ccc(o2)-c2ccc(cc2)[N+](=O)[O-])C(=O)N1 | -1 | near
vanillin 7.4, CRC Handbook | COc1cc(C=O)ccc1O | 0 | near
p-hydroxybenzaldehyde 7.6, CRC Handbook | O=Cc1ccc(O)cc1 | 0 | near
7-hydroxycoumarin 7.8, papers on umbelliferone | O=c1ccc2ccc(O)cc2o1 | 0 | near
niclosamide about 7 | Oc1ccc(Cl)cc1C(=O)Nc1ccc(cc1Cl)[N+](=O)[O-] | -1 | near
6-azauracil 7.0, Albert and Serjeant | O=c1cn[nH]c(=O)[nH]1 | -1 | near
mercaptopurine 7.7 | S=c1[nH]cnc2nc[nH]c12 | 0 | near
mercaptopurine, its N3-H | S=C1N=CNc2nc[nH]c12 | 0 | near
mercaptopurine, its S-H | Sc1ncnc2nc[nH]c12 | 0 | near
6-aminoisoquinoline 7.2, Albert | Nc1ccc2cnccc2c1 | 0 | near
hydralazine 7.3 | NNc1nncc2ccccc12 | 0 | near
sulfathiazole 7.1 | Nc1ccc(cc1)S(=O)(=O)Nc1nccs1 | -1 | near
amodiaquine 7.1 and 8.1, papers | CCN(CC)Cc1cc(Nc2ccnc3cc(Cl)ccc23)ccc1O | +1 | near
bosutinib, no base by its quinoline | CN1CCN(CCCOc2cc3ncc(C#N)c(Nc4ccccc4)c3cc2)CC1 | +1 | far
sildenafil 6.8 | CN1CCN(CC1)S(=O)(=O)c1ccccc1 | 0 | near
N-acetylpiperazine 7.9 | CC(=O)N1CCNCC1 | +1 | near
aripiprazole 7.5 | Clc1cccc(N2CCN(CCCC)CC2)c1Cl | +1 | near
rifampicin 7.9 | CN1CCN(CC1)N=Cc1ccccc1 | +1 | near
N-benzoyl-N'-benzylpiperazine 6.5 | O=C(N1CCN(Cc2ccccc2)CC1)c1ccccc1 | 0 | far
imatinib 8.1 | NC(=O)c1ccc(CN2CCN(C)CC2)cc1 | +1 | far
taurine 9.1, CRC Handbook | NCCS(=O)(=O)O | 0 | far
metronidazole 2.5 | Cc1ncc([N+](=O)[O-])n1CCO | 0 | far
dichloroimidazole below 2, by its nitrogen | Clc1nc[nH]c1Cl | 0 | far
losartan 4.9 of its tetrazole | CCCCc1nc(Cl)c(CO)n1Cc1ccc(cc1)-c1ccccc1-c1nnn[nH]1 | -1 | far
proflavine 9.6, Albert | Nc1ccc2cc3ccc(N)cc3nc2c1 | +1 | far
acridine orange 10.4, Albert | CN(C)c1ccc2cc3ccc(cc3nc2c1)N(C)C | +1 | far
benzenesulfonyl cyanamide, below 3 | N#CNS(=O)(=O)c1ccccc1 | -1 | far
5-phenyloxadiazolethione about 5 | S=c1[nH]nc(o1)-c1ccccc1 | -1 | far
methylthiadiazolethiol about 5.5 | Cc1nnc(S)s1 | -1 | far
violuric acid 4.5, CRC Handbook | ON=C1C(=O)NC(=O)NC1=O | -1 | far
perfluoro-tert-butanol 5.4, Filler and Schure 1967 | OC(C(F)(F)F)(C(F)(F)F)C(F)(F)F | -1 | far
hexafluoroisopropanol 9.3 | OC(C(F)(F)F)C(F)(F)F | 0 | far
hexafluoroacetone hydrate 6.6 | OC(O)(C(F)(F)F)C(F)(F)F | -1 | far
fluorescein 4.3 and 6.4, Sjoback 1995 | OC(=O)c1ccccc1C1=C2C=CC(=O)C=C2Oc2cc(O)ccc12 | -2 | far
tolcapone 4.5 and 10 | Cc1ccc(cc1)C(=O)c1cc(O)c(O)c(c1)[N+](=O)[O-] | -1 | far
barbituric acid 4.0, CRC Handbook | O=C1CC(=O)NC(=O)N1 | -1 | far
thiobarbituric acid 2.3, CRC Handbook | O=C1CC(=O)NC(=S)N1 | -1 | far
phosphoric acid 2.1 7.2 12.3, CRC Handbook | OP(O)(O)=O | -2 | far
hydrogen phosphate | OP([O-])([O-])=O | -2 | far
thiophosphoric acid 1.8 5.4 10.1 | OP(O)(O)=S | -2 | far
arsenic acid 2.2 6.9 11.5, CRC Handbook | O[As](O)(O)=O | -2 | near
"""


def rows(table):
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("group", "smiles", "measured"), rows(MEASURED))
def test_substituents_move_the_pka_as_measured(group, smiles, measured):
    pka = [site.pka for site in ionizations(Chem.MolFromSmiles(smiles), 7.4) if site.site.group.name == group]
    assert pka[0] == pytest.approx(float(measured), abs=1.0 if float(measured) < 5 else 0.55)


@pytest.mark.parametrize(
    ("smiles", "charge", "note"), [row[1:] for row in rows(NOTED)], ids=[row[0] for row in rows(NOTED)]
)
def test_the_charge_and_whether_the_pka_is_near(smiles, charge, note):
    state, notes = protonate(Chem.MolFromSmiles(smiles))
    assert Chem.GetFormalCharge(state) == int(charge)
    assert any(text.startswith("both states") for text in notes) == (note == "near")
    assert Chem.MolToSmiles(protonate(state)[0]) == Chem.MolToSmiles(state)


def test_an_anion_beside_keeps_the_second_proton():
    nitrocatechol = Chem.MolFromSmiles("Oc1ccc(cc1O)[N+](=O)[O-]")
    pka = sorted(site.pka for site in ionizations(nitrocatechol, 7.4))
    assert pka == pytest.approx([7.2, 11.4], abs=0.1)


def test_shifts_are_rho_times_sigma():
    shifts = dict(ring_shifts("[OX2H1]", 2.0, 1.0))
    assert shifts["[OX2H1]-c1ccc([CX2]#N)cc1"] == pytest.approx(-2.0 * 0.93)
    assert shifts["[OX2H1]-c1c([CX2]#N)cccc1"] == pytest.approx(-1.38)
    assert all(Chem.MolFromSmarts(smarts) is not None for smarts in shifts)
