"""Kinds of molecules that are hard to embed: each has conformers with the right stereo, or a reason that names it."""

import pytest
from generated import uniform
from rdkit import Chem

from benchmarks.hard_molecules.listed import hard_molecules
from benchmarks.hard_molecules.stereo_check import wrong_stereo
from molgen.errors import MolgenError

KINDS = {
    "trans ring of eight": "C1CCC/C=C/CC1",
    "macrolactone, E": "O=C1CCCCCC/C=C/CCO1",
    "macrolactone, Z": r"O=C1CCCCCC/C=C\CCO1",
    "cyclic peptide": "N1[C@@H](C)C(=O)N2CCC[C@H]2C(=O)N[C@@H](CO)C(=O)NCC1=O",
    "disaccharide": "OC[C@H]1O[C@@H](O[C@H]2[C@H](O)[C@@H](O)[C@H](O)O[C@@H]2CO)[C@H](O)[C@@H](O)[C@@H]1O",
    "nucleotide": "Nc1ncnc2c1ncn2[C@@H]1O[C@H](COP(=O)(O)O)[C@@H](O)[C@H]1O",
    "camphor": "CC1(C)[C@@H]2CC[C@@]1(C)C(=O)C2",
    "morphine": "CN1CC[C@]23c4c5ccc(O)c4O[C@H]2[C@@H](O)C=C[C@H]3[C@H]1C5",
    "cubane": "C12C3C4C1C5C2C3C45",
    "housane": "C1C[C@H]2C[C@H]12",
    "paracyclophane": "C1Cc2ccc(cc2)CCc2ccc1cc2",
    "spiroketal": "O1[C@@H](C)CCC[C@]21CCC[C@H](C)O2",
    "biaryl axis": "Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.7|",
    "anilide axis": "CC(=O)N(CC)c1c(C)cccc1CC |wU:6.6|",
    "sulfoximine": "C[S@](=N)(=O)c1ccccc1",
    "sulfonium": "C[S@@+](CC)CCC",
    "phosphine oxide": "C[P@](=O)(c1ccccc1)CC",
    "ammonium": "C[N@@+](CC)(CCC)Cc1ccccc1",
    "aziridine": "C[N@]1C[C@@H]1C",
    "oxime": "CC(C)(C)/C(=N/O)c1ccccc1",
    "silane": "C[Si@](F)(Cl)c1ccccc1",
    "boronic acid": "CC(C)C[C@H](NC(C)=O)B(O)O",
    "tetraphenylborate": "C[B-](c1ccccc1)(c1ccccc1)c1ccccc1",
    "hexafluorophosphate": "F[P-](F)(F)(F)(F)F",
    "polyene": r"C/C=C/C=C\C=C/C=C/C",
    "zwitterion": "[NH3+][C@@H](CCC(=O)[O-])C(=O)[O-]",
}


@pytest.mark.slow
@pytest.mark.parametrize("smiles", KINDS.values(), ids=KINDS)
def test_conformers_have_the_stereo_that_rdkit_reads_off_them(smiles):
    mol = uniform(smiles, 2)
    assert mol.GetNumConformers()
    assert wrong_stereo(smiles, mol) == 0


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("[Fe]c1ccccc1", "metal Fe"),
        ("C[Mg]Br", "metal Mg"),
        ("C1[C@H]2[C@@H]3O[C@@H]3[C@@H]1[C@@]13O[C@@]21[C@@H]1C[C@H]3[C@@H]2O[C@@H]21", "no geometry has the stereo"),
    ],
)
def test_what_has_none_has_a_reason(smiles, reason):
    with pytest.raises(MolgenError, match=reason):
        uniform(smiles, 1)


def test_the_check_sees_the_other_isomer():
    mol = uniform("C[S@](=N)(=O)c1ccccc1", 2)
    assert wrong_stereo("C[S@@](=N)(=O)c1ccccc1", mol) == mol.GetNumConformers()
    axis = uniform("Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.7|", 1)
    assert wrong_stereo("Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.6|", axis) == 1


def test_the_list_can_be_read_and_has_many_families():
    listed = hard_molecules()
    assert len(listed) > 400
    assert len({family for family, _ in listed}) > 15
    assert all(Chem.MolFromSmiles(smiles) is not None for _, smiles in listed)
