"""Graph symmetries: counts known from group theory, and the identity."""

import numpy as np
import pytest
from rdkit import Chem

from molgen.metrics import atom_matches, automorphisms, heavy_atoms


@pytest.mark.parametrize(
    ("smiles", "count"),
    [  # orders of the automorphism groups of the heavy-atom graphs, counted by hand
        ("CCO", 1),
        ("c1ccccc1", 12),
        ("CC(C)(C)C", 24),
        ("FC(F)(F)c1ccccc1", 12),
        ("CC(=O)[O-]", 2),
        ("CC(=O)O", 2),
        ("CP(=O)([O-])[O-]", 6),
        ("C[N+](=O)[O-]", 2),
        ("CS(=O)(=O)[O-]", 6),
        ("NC(=[NH2+])C", 2),
        ("COC(C)=O", 1),
        ("C12C3C4C1C5C2C3C45", 48),
    ],
)
def test_number_of_symmetries(smiles: str, count: int) -> None:
    found = automorphisms(Chem.MolFromSmiles(smiles))
    assert found.permutations.shape == (count, Chem.MolFromSmiles(smiles).GetNumAtoms())
    assert found.complete
    assert len(np.unique(found.permutations, axis=0)) == count


def test_identity_is_first_and_every_row_keeps_the_neighbors() -> None:
    mol = Chem.MolFromSmiles("CC(C)(C)c1ccc(cc1)C(F)(F)F")
    permutations = automorphisms(mol).permutations
    adjacency = Chem.GetAdjacencyMatrix(mol)
    assert (permutations[0] == np.arange(mol.GetNumAtoms())).all()
    for row in permutations:
        assert (adjacency[np.ix_(row, row)] == adjacency).all()


def test_hydrogens_change_nothing() -> None:
    mol = Chem.MolFromSmiles("[H]/N=C(/N)c1ccccc1")
    bare = automorphisms(Chem.RemoveAllHs(mol)).permutations
    full = Chem.AddHs(mol)
    assert (automorphisms(full).permutations == bare).all()
    assert len(heavy_atoms(full)) == bare.shape[1] == 9


def test_a_cap_is_kept_and_reported() -> None:
    mol = Chem.MolFromSmiles("CC(C)(C)c1cc(C(C)(C)C)cc(C(C)(C)C)c1")
    capped = automorphisms(mol, max_matches=10)
    assert capped.permutations.shape[0] == 10
    assert not capped.complete
    assert (capped.permutations[0] == np.arange(mol.GetNumAtoms())).all()
    full = automorphisms(mol)
    assert full.complete
    assert len(full.permutations) == 6**4  # three tert-butyl groups and the D3h frame
    assert automorphisms(mol, max_matches=6**4).complete


def test_matches_undo_a_shuffle() -> None:
    mol = Chem.MolFromSmiles("OC(=O)c1ccc(cc1)S(=O)(=O)NC")
    order = np.random.default_rng(0).permutation(mol.GetNumAtoms())
    shuffled = Chem.RenumberAtoms(mol, order.tolist())
    matches = atom_matches(mol, shuffled).permutations
    assert any((order[row] == np.arange(len(order))).all() for row in matches)


def test_another_molecule_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="CCO and CCN"):
        atom_matches(Chem.MolFromSmiles("CCO"), Chem.MolFromSmiles("CCN"))
