"""Rotatable bonds as Vina counts them: golden numbers worked out by hand from its rules."""

import pytest
from rdkit import Chem, rdBase

from molgen.chem.atom_types.vina_rotors import vina_rotors

# one for a bond with heavy atoms on both sides, a half where one end has a single heavy neighbor and turns a hydrogen
COUNTS = {
    "C": 0,
    "CC": 0,
    "CCCC": 1,
    "CCCCCCCC": 5,
    "CCO": 0.5,
    "OCCO": 2,  # the bond in the middle, two hydroxyls of a half each
    "NCCN": 2,
    "C[NH3+]": 0,  # both ends have one heavy neighbor
    "CS": 0,
    "CCS": 0.5,
    "CCCl": 0,
    "FC(F)(F)CC": 1,
    "COC": 0,
    "CCOCC": 2,
    "c1ccccc1": 0,
    "c1ccccc1-c1ccccc1": 1,
    "Oc1ccccc1": 0.5,
    "Cc1ccccc1": 0,
    "C1CCCCC1": 0,
    "C1CCCCC1O": 0.5,
    "CC(=O)O": 0.5,
    "CC(=O)[O-]": 0,
    "CC(=O)NC": 0,  # a secondary amide
    "CC(=O)Nc1ccccc1": 1,  # the bond from N to the ring
    "CC(=O)N(C)C": 0,  # a tertiary amide with equal substituents
    "CC(=O)N(C)CC": 2,  # with different ones: the amide and the ethyl
    "CC(=O)N": 0,
    "NC(=[NH2+])c1ccccc1": 1,  # an amidine: only the bond to the ring
    "NC(=O)Nc1ccccc1": 1,
    "CC#N": 0,
    "CCCC#N": 1,
    "CCC#CCC": 1,  # a straight chain turns as one
    "CC#CC": 1,
    "CC#CCO": 1.5,
    "CC#CC#CC": 2,
    "CCCC#CCCC": 3,
    "CCC#C": 0,  # at the end of a chain it does not
    "CCCC#C": 1,
    "OCCC#C": 1.5,
    "C1CCCCCCCCCCC1": 0,  # Meeko would open it
    "C=CC=C": 1,
    "CCS(=O)(=O)Nc1ccccc1": 3,
    "CCOP(=O)([O-])[O-]": 2,
}


@pytest.mark.parametrize(("smiles", "count"), COUNTS.items())
def test_counts_are_those_worked_out_by_hand(smiles: str, count: float) -> None:
    assert vina_rotors(Chem.AddHs(Chem.MolFromSmiles(smiles))) == count


@pytest.mark.parametrize("smiles", COUNTS)
def test_hydrogens_may_be_implicit(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    assert vina_rotors(mol) == vina_rotors(Chem.AddHs(mol))


def test_the_order_of_the_atoms_does_not_matter() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("CC(=O)N(C)CCOC(=O)CCC#CCO"))
    turned = Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])
    assert vina_rotors(turned) == vina_rotors(mol) > 4


def torsdof(smiles: str) -> float:
    """The torsions that meeko makes, counted as Vina does: a half for each end with two heavy neighbors."""
    meeko = pytest.importorskip("meeko")
    rdBase.LogToCppStreams()  # importing meeko redirects the log of RDKit
    from rdkit.Chem import rdDistGeom

    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    setup = meeko.MoleculePreparation().prepare(mol)[0]
    total = 0.0
    for bond in setup.bond_info.values():
        if not bond.rotatable:
            continue
        ends = [mol.GetAtomWithIdx(k) for k in bond.canon_id]
        total += sum(0.5 for end in ends if sum(a.GetAtomicNum() > 1 for a in end.GetNeighbors()) > 1)
    return total


PREPARED = [
    "CCCCCCCC",
    "OCCO",
    "CC#CCO",
    "CC#CC#CC",
    "CCCC#C",
    "CCCC#N",
    "CC(=O)Nc1ccccc1",
    "CC(=O)N(C)CC",
    "CCS(=O)(=O)Nc1ccccc1",
    "NC(=[NH2+])c1ccccc1",
    "CN1CCN(CC1)Cc1ccc(cc1)C(=O)Nc1ccc(C)c(c1)Nc1nccc(n1)-c1cccnc1",
]


@pytest.mark.parametrize("smiles", PREPARED)
def test_agrees_with_the_torsions_that_meeko_makes(smiles: str) -> None:
    assert vina_rotors(Chem.AddHs(Chem.MolFromSmiles(smiles))) == torsdof(smiles)
