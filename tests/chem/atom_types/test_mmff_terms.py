"""The terms of MMFF94s that RDKit's parameters give."""

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from molgen.chem.atom_types.mmff_terms import mmff_terms


def terms(smiles: str):
    return mmff_terms(Chem.AddHs(Chem.MolFromSmiles(smiles)))


def test_ethane_has_the_terms_that_its_graph_says():
    found = terms("CC")
    assert found.n_atoms == 8
    assert len(found.bonds) == len(found.stretch) == 7
    assert len(found.angles) == 2 * 6
    assert len(found.torsions) == len(found.pairs) == 9  # H-C-C-H, each a pair three bonds apart
    assert len(found.planes) == 0
    np.testing.assert_allclose(found.stretch[0], [4.258, 1.508])  # Halgren 1996, C(sp3)-C(sp3)


def test_a_trigonal_atom_bends_out_of_plane_in_three_ways():
    found = terms("C=O")
    assert sorted(found.planes[:, 3]) == [1, 2, 3]
    assert (found.planes[:, 1] == 0).all()
    assert len(set(found.lift)) == 1


def test_a_straight_apex_is_marked_and_nothing_turns_about_it():
    found = terms("CC#CC")
    assert found.linear.sum() == 2
    assert set(found.angles[found.linear][:, 1]) == {1, 2}
    assert not len(found.torsions)


def test_charges_three_bonds_apart_count_three_quarters():
    mol = Chem.AddHs(Chem.MolFromSmiles("[NH3+]CCC[O-]"))
    found = mmff_terms(mol)
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol)
    charge = [properties.GetMMFFPartialCharge(k) for k in range(mol.GetNumAtoms())]
    coulomb = {tuple(pair): row[2] for pair, row in zip(found.pairs, found.contact, strict=True)}
    np.testing.assert_allclose(coulomb[0, 3], 0.75 * 332.0716 * charge[0] * charge[3])  # Halgren 1996
    np.testing.assert_allclose(coulomb[0, 4], 332.0716 * charge[0] * charge[4])


def test_an_element_that_the_field_does_not_know_gives_nothing():
    assert terms("C[Se]C") is None
    assert terms("CB(O)O") is None


def test_water_has_no_pairs():
    found = terms("O")
    assert len(found.bonds) == 2
    assert len(found.angles) == 1
    assert found.pairs.shape == (0, 2)
    assert found.contact.shape == (0, 3)
