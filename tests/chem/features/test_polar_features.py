"""The graph of heavy atoms and polar hydrogens, and stereo as relations between atoms."""

import numpy as np
import pytest
from rdkit import Chem
from small_cartesian import polar_of, polar_positions

from molgen.chem.features.molecule_graph import ATOM_COLUMNS
from molgen.chem.features.stereo_marks import stereo_is_right, volumes

HANDED = {
    "a lone hydrogen left out": "C[C@H](F)C(=O)O",
    "a polar hydrogen at a center": "C[C@@H](O)[C@H](F)Cl",
    "four heavy neighbors": "F[C@](Cl)(Br)CC",
    "a sulfoxide": "C[S@](=O)c1ccccc1",
    "phosphorus": "C[P@](=O)(O)CC",
    "fused rings": "O[C@H]1CC[C@@H]2CCCC[C@H]2C1",
    "a ring that only the tag tells": "O[C@H]1CC[C@@H](N)CC1",
    "a cis bond": "C/C=C\\C(=O)O",
    "a trans bond": "C/C=C/C=O",
    "an oxime": "C/C(CC)=N/O",
}


@pytest.mark.parametrize("smiles", HANDED.values(), ids=list(HANDED))
def test_conformers_have_the_stereo_that_is_marked_and_mirror_images_have_not(smiles):
    marks, positions = polar_of(smiles).marks, polar_positions(smiles, 3)
    assert len(marks.chiral) + len(marks.double_bonds)
    assert stereo_is_right(positions, marks).all()
    assert (volumes(positions, marks.chiral) > 1).all()
    mirrored = positions * [1, 1, -1]
    assert stereo_is_right(mirrored, marks).all() == (not len(marks.chiral))


def test_the_other_form_of_a_double_bond_is_wrong():
    cis, trans = "C/C=C\\C(=O)O", "C/C=C/C(=O)O"
    assert not stereo_is_right(polar_positions(trans), polar_of(cis).marks).any()
    assert not stereo_is_right(polar_positions(cis), polar_of(trans).marks).any()


def test_a_flat_center_is_wrong():
    marks, positions = polar_of("C[C@H](F)Cl").marks, polar_positions("C[C@H](F)Cl")
    assert not stereo_is_right(positions * [1, 1, 0], marks).any()


def test_only_hydrogens_on_nitrogen_oxygen_and_sulfur_are_kept():
    polar = polar_of("CC(N)C(S)C(=O)O")
    elements = polar.graph.atoms[:, 0]
    assert (elements == 0).sum() == 4
    assert len(polar.atoms) == polar.graph.n_atoms == 12
    assert polar.graph.n_torsions == 0
    hydrogens = polar.graph.atoms[:, list(ATOM_COLUMNS).index("hydrogens")]
    assert hydrogens[:3].tolist() == [3, 1, 2]


def test_marks_follow_the_order_of_atoms():
    mol = Chem.MolFromSmiles("C[C@@H](O)[C@H](F)Cl")
    order = np.random.default_rng(0).permutation(mol.GetNumAtoms()).tolist()
    shuffled = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    assert stereo_is_right(polar_positions(shuffled), polar_of(shuffled).marks).all()
