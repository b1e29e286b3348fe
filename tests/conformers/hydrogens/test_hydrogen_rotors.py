"""Which hydrogens turn or change sides, where they can be, and the search of their lowest places."""

import numpy as np
import pytest
from generated import uniform
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers, rdMolTransforms
from small_molecules import embedded

from molgen.conformers.force_field import ConformerField
from molgen.conformers.hydrogens.rotors import hydrogen_rotors
from molgen.conformers.hydrogens.search import HydrogenSearch
from molgen.conformers.hydrogens.tables import is_minimum

SALICYLALDEHYDE = "Oc1ccccc1C=O"
INOSITOL = "O[C@H]1[C@H](O)[C@@H](O)[C@H](O)[C@H](O)[C@@H]1O"


def positions_of(smiles: str, count: int = 4) -> np.ndarray:
    return np.array([c.GetPositions() for c in embedded(smiles, count).GetConformers()])


@pytest.mark.parametrize(
    ("smiles", "carriers"),
    [
        ("OCCS", ["O", "S"]),
        ("NCC(=O)O", ["N", "O"]),
        ("C[NH2+]CC[NH3+]", ["N"]),  # NH2+ between two carbons has one place
        ("CNCC", ["N"]),
        ("C1CCNCC1", ["N"]),
        ("NC(=O)c1ccc(N)cc1", []),  # both places are taken
        ("CNC(C)=O", []),
        ("CC(=N)CC", ["N"]),
        ("C/C(=N/[H])CC", []),  # its place is given
        ("O=C=N", []),
        ("OO", []),
        ("NN", ["N"]),  # one of them turns against the other
        ("NO", ["O"]),
        ("OC#N", []),
        ("CO", []),  # turning it is turning the methyl group
    ],
)
def test_rotors_are_the_groups_whose_hydrogens_have_several_places(smiles, carriers):
    mol = embedded(smiles)
    assert [mol.GetAtomWithIdx(rotor.carrier).GetSymbol() for rotor in hydrogen_rotors(mol)] == carriers


@pytest.mark.parametrize(("smiles", "places"), [("OCCO", 6), ("NCCO", 6), ("CNCC", 2), ("CC(=N)CC", 2)])
def test_places_keep_bonds_and_angles_and_begin_with_the_present_one(smiles, places):
    positions = positions_of(smiles)
    rotor = hydrogen_rotors(embedded(smiles))[0]
    placed = rotor.placements(positions)
    assert placed.shape[:3] == (4, places, len(rotor.hydrogens))
    np.testing.assert_allclose(placed[:, 0], positions[:, rotor.hydrogens], atol=1e-9)
    for atom in (rotor.carrier, *rotor.anchors):
        lengths = np.linalg.norm(placed - positions[:, None, [atom]], axis=-1)
        np.testing.assert_allclose(lengths, lengths[:, :1].repeat(places, 1), atol=1e-9)
    assert np.abs(placed[:, 1] - placed[:, 0]).max() > 0.5


def test_the_tables_are_differences_of_the_energy():
    field = ConformerField(embedded("OCC(N)CO"))
    search, positions = HydrogenSearch(field), positions_of("OCC(N)CO")
    turned, origin = search.rotamers(positions, 50.0)
    assert len(turned)
    lowest = search.lowest(positions)
    # of all places together, the search finds the best
    before, after = (field.energies(x).values for x in (positions, lowest))
    assert (after <= before + 1e-3).all()
    assert (field.energies(turned).values >= after[origin] - 1e-3).all()


def test_heavy_atoms_stay():
    mol, positions = embedded(INOSITOL, 4), positions_of(INOSITOL)
    moved = HydrogenSearch(ConformerField(mol)).lowest(positions)
    still = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    np.testing.assert_array_equal(moved[:, still], positions[:, still])
    assert np.abs(moved - positions).max() > 0.5


@pytest.mark.parametrize("smiles", ["CCC", "C[Si](C)(C)[Se]", "CC(C)(C)[B](O)O"])
def test_without_rotors_or_parameters_nothing_moves(smiles):
    mol, positions = embedded(smiles), positions_of(smiles, 1)
    search = HydrogenSearch(ConformerField(mol))
    np.testing.assert_array_equal(search.lowest(positions), positions)
    assert search.rotamers(positions, 5.0)[0].shape == (0, mol.GetNumAtoms(), 3)


@pytest.mark.parametrize("smiles", [SALICYLALDEHYDE, INOSITOL, "OCCO", "SCCN", "OC(=O)c1ccccc1O", "NN"])
def test_the_lowest_place_of_the_hydrogens_is_found(smiles):
    mol = uniform(smiles, 10, templates=8)
    reference = Chem.Mol(embedded(smiles, 20))
    lowest = min(e for _, e in rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(reference, 1, 2000, mmffVariant="MMFF94s"))
    found = rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(Chem.Mol(mol), 1, 200, mmffVariant="MMFF94s")
    assert min(energy for _, energy in found) < lowest + 0.1


@pytest.mark.parametrize(
    ("smiles", "sides"), [("CC(=N)c1ccccc1", 2), (r"C/C(=N/[H])c1ccccc1", 1), (r"C/C(=N\[H])c1ccccc1", 1), ("CC=N", 2)]
)
def test_the_hydrogen_of_an_imine_is_on_both_sides_unless_one_is_given(smiles, sides):
    mol = uniform(smiles, 10, unique="minima")
    (path,) = mol.GetSubstructMatches(Chem.MolFromSmarts("[H]N=C[CH3]"))
    angles = [abs(rdMolTransforms.GetDihedralDeg(conformer, *path)) > 90 for conformer in mol.GetConformers()]
    assert len(set(angles)) == sides


def test_either_place_of_two_is_a_minimum_and_of_six_those_below_their_neighbors():
    inverting, turning = np.array([0.0, 3.0]), np.array([0.0, 2.0, 1.0, 2.0, 4.0, 3.0])
    lowest = is_minimum((inverting[:, None] + turning)[None])[0]
    np.testing.assert_array_equal(lowest, [[True, False, True, False, False, False]] * 2)


def test_a_hydrogen_that_a_restraint_names_stays_where_it_says():
    for angle in (0, 180):
        mol = uniform("CC(=N)c1ccccc1", 4, torsions={"[H]N=C[CH3]": angle})
        (path,) = mol.GetSubstructMatches(Chem.MolFromSmarts("[H]N=C[CH3]"))
        angles = [abs(rdMolTransforms.GetDihedralDeg(conformer, *path)) for conformer in mol.GetConformers()]
        np.testing.assert_allclose(angles, angle, atol=15)


def test_turned_hydrogens_are_conformers_of_their_own():
    assert uniform("OCCO", 20).GetNumConformers() > uniform("FCCF", 20).GetNumConformers()
    assert uniform("Oc1ccccc1", 20).GetNumConformers() == 1  # both places are the same
    assert uniform("Oc1ccccc1F", 20).GetNumConformers() == 2
    assert uniform("Oc1ccccc1F", 20, minimize_with="mmff").GetNumConformers() == 2
