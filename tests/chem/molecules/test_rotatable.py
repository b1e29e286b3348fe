"""The documented rules of what turns, each with named molecules."""

import pytest
from rdkit import Chem

from molgen.chem.molecules.rotatable import four_atom_paths, rotatable_torsions, side_of

DRUGS = [
    "CC(=O)N(CC)c1ccc(OCC(O)CNC(C)C)cc1",
    "CN(C)CCCN1c2ccccc2CCc2ccccc21",
    "COc1ccc(CCN(C)CCCC(C#N)(C(C)C)c2ccc(OC)c(OC)c2)cc1OC",
    "OCCC#CC(C)CCC#CC#CCO",
    "OCCC#CC(F)CCNCC",
    "OCCC#CC(F)CCN",  # the larger side is half of the atoms
    "OCC(=O)NC(CS)C(=O)NC(Cc1ccccc1)C(=O)OC",
]


def axes(smiles: str) -> set[frozenset[int]]:
    return {frozenset(t[1:3]) for t in rotatable_torsions(Chem.MolFromSmiles(smiles))}


def pairs(*bonds: tuple[int, int]) -> set[frozenset[int]]:
    return {frozenset(b) for b in bonds}


def test_biphenyl_has_one_axis():
    assert axes("c1ccccc1-c1ccccc1") == pairs((5, 6))


@pytest.mark.parametrize("smiles", ["c1ccccc1", "C1CCCCC1", "C1CC2CCC1CC2", "O=C1CCCCCCCCCCCCCC1"])
def test_rings_do_not_turn(smiles):
    assert axes(smiles) == set()


@pytest.mark.parametrize("smiles", ["C", "CC", "CO", "CN", "CCO", "Cc1ccccc1", "Oc1ccccc1", "Nc1ccccc1", "CC(C)=O"])
def test_rotors_of_hydrogens_only_do_not_turn(smiles):
    assert axes(smiles) == set()


def test_double_bonds_do_not_turn():
    assert axes("CCC=CCC") == pairs((1, 2), (3, 4))


def test_an_alkyne_is_one_axis_between_its_bent_ends():
    assert axes("CCC#CCC") == pairs((1, 4))


def test_a_diyne_is_one_axis():
    assert axes("CCC#CC#CCC") == pairs((1, 6))


def test_an_alkyne_between_rings_is_one_axis():
    assert axes("c1ccccc1C#Cc1ccccc1") == pairs((5, 8))


@pytest.mark.parametrize("smiles", ["CC#N", "CCC#N", "N#Cc1ccccc1", "CCC#C", "CC#CC", "CCC#CC", "N#CC#N"])
def test_chains_that_end_straight_do_not_turn(smiles):
    assert axes(smiles) == set()


def test_a_strained_ring_alkyne_does_not_turn():
    assert axes("C1CCCC#CCC1") == set()


@pytest.mark.parametrize("smiles", ["CCNC(=O)CC", "CCNC(=S)CC", "CCNC(=O)OCC"])
def test_secondary_amides_are_frozen(smiles):
    amide = frozenset((2, 3))
    assert amide not in axes(smiles)
    assert frozenset((1, 2)) in axes(smiles)  # the neighboring bonds turn


def test_both_bonds_of_a_urea_are_frozen():
    assert axes("CCNC(=O)NCC") == pairs((1, 2), (5, 6))


def test_a_tertiary_amide_turns():
    assert frozenset((2, 6)) in axes("CCN(CCC)C(C)=O")
    assert axes("CN(c1ccccc1)C(C)=O") == pairs((1, 2), (1, 8))


@pytest.mark.parametrize("smiles", ["CN(C)C(C)=O", "CC(=O)N1CCCCC1", "CC(=O)N1CCOCC1"])
def test_a_tertiary_amide_with_equal_substituents_is_frozen(smiles):
    assert axes(smiles) == set()


def test_a_hydroxamic_ester_bond_is_no_amide():
    assert frozenset((1, 3)) in axes("CC(=O)NOC")


@pytest.mark.parametrize(
    "smiles",
    [
        "FC(F)(F)c1ccccc1",
        "ClC(Cl)(Cl)c1ccccc1",
        "CC(C)(C)c1ccccc1",
        "OS(=O)(=O)c1ccccc1",
        "[O-]S(=O)(=O)c1ccccc1",
        "OP(=O)(O)c1ccccc1",
        "C[N+](C)(C)c1ccccc1",
    ],
)
def test_symmetric_threefold_rotors_are_frozen(smiles):
    assert axes(smiles) == set()


@pytest.mark.parametrize("smiles", ["FC(F)(Cl)c1ccccc1", "CCC(C)(C)c1ccccc1", "CS(=O)(=O)c1ccccc1"])
def test_unsymmetric_tetrahedral_ends_turn(smiles):
    ring = next(a.GetIdx() for a in Chem.MolFromSmiles(smiles).GetAtoms() if a.GetIsAromatic())
    assert any(ring in axis for axis in axes(smiles))


@pytest.mark.parametrize("smiles", DRUGS)
def test_moving_sides_are_nested_or_apart(smiles):
    mol = Chem.MolFromSmiles(smiles)
    sides = [side_of(mol, b, c) for _, b, c, _ in rotatable_torsions(mol)]
    assert len(sides) >= 3
    for first in sides:
        for second in sides:
            both = first & second
            assert not both.any() or (both == first).all() or (both == second).all()


@pytest.mark.parametrize("smiles", DRUGS)
def test_the_smaller_side_moves(smiles):
    mol = Chem.MolFromSmiles(smiles)
    for _, b, c, _ in rotatable_torsions(mol):
        moving, still = side_of(mol, b, c), side_of(mol, c, b)
        assert not (moving & still).any()
        assert moving.sum() <= still.sum()
        if moving.sum() == still.sum():
            assert moving.argmax() > still.argmax()
        assert moving[c]
        assert not moving[b]


@pytest.mark.parametrize("smiles", DRUGS)
def test_references_and_paths_are_bonded_along_the_axis(smiles):
    mol = Chem.MolFromSmiles(smiles)
    torsions = rotatable_torsions(mol)
    paths = four_atom_paths(mol, torsions)
    for k, (a, b, c, d) in enumerate(torsions):
        moving = side_of(mol, b, c)
        assert mol.GetBondBetweenAtoms(a, b) is not None
        assert mol.GetBondBetweenAtoms(c, d) is not None
        assert moving[d]
        assert not moving[a]
        own = {p[:4] for p in paths if p[4] == k}
        assert (a, b, c, d) in own
        assert len(own) == (mol.GetAtomWithIdx(b).GetDegree() - 1) * (mol.GetAtomWithIdx(c).GetDegree() - 1)


def test_the_choice_does_not_depend_on_the_bond_order_of_the_input():
    mol = Chem.MolFromSmiles(DRUGS[0])
    again = Chem.RWMol(mol)
    bond = next(b for b in mol.GetBonds() if frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) in axes(DRUGS[0]))
    begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
    again.RemoveBond(begin, end)
    again.AddBond(end, begin, Chem.BondType.SINGLE)
    Chem.SanitizeMol(again)
    assert rotatable_torsions(again.GetMol()) == rotatable_torsions(mol)
