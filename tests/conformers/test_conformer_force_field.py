"""The force field on all conformers of a molecule."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms

from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.force_field import ConformerField


def embedded(smiles: str, count: int = 8) -> tuple[Chem.Mol, np.ndarray]:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=3)
    return mol, np.array([c.GetPositions() for c in mol.GetConformers()])


@pytest.mark.parametrize("smiles", ["OCCCCO", "CC(=O)Oc1ccccc1C(=O)O", "CB(O)OCC", "[Na+]", "[H][H]"])
@pytest.mark.parametrize("charges", [True, False])
def test_energies_are_those_of_the_field_one_by_one(smiles, charges):
    mol, x = embedded(smiles)
    found, expected = (
        ConformerField(mol).energies(x, electrostatics=charges),
        minimize_conformers(mol, 0, electrostatics=charges)[1],
    )
    assert found.method == expected.method
    np.testing.assert_allclose(found.values, expected.values, atol=0.01)


@pytest.mark.parametrize("smiles", ["OCCCCO", "CB(O)OCC"])
def test_relaxing_lowers_every_energy_and_says_which(smiles):
    mol, x = embedded(smiles)
    field = ConformerField(mol)
    at, energies = field.minimize(x, 200)
    assert at.shape == x.shape
    assert at.dtype == np.float64
    assert (energies.values < field.energies(x).values - 0.1).all()
    np.testing.assert_allclose(minimize_conformers(with_conformers(mol, at), 0)[1].values, energies.values, atol=0.01)


def test_minima_are_those_of_rdkit():
    """Ethanol has two, trans and gauche; both ways of relaxing find their energies."""
    mol, x = embedded("CCO", 20)
    expected = np.unique(minimize_conformers(mol, 2000)[1].values.round(2))
    found = np.unique(ConformerField(mol).minimize(x, 500)[1].values.round(2))
    assert len(expected) == 2
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_no_conformers_give_none():
    mol, x = embedded("CCO", 2)
    at, energies = ConformerField(mol).minimize(x[:0], 10)
    assert at.shape == (0, 9, 3)
    assert energies.values.shape == (0,)


def test_conformers_come_as_low_as_by_rdkit():
    """In the median of 40 conformers."""
    mol, x = embedded("CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC", 40)
    lowest = (ConformerField(mol).minimize(x, 60)[1], minimize_conformers(mol, 96)[1])
    assert abs(np.median(lowest[0].values) - np.median(lowest[1].values)) < 1.0


def test_a_conformer_that_is_not_finite_stays_and_has_no_energy():
    mol, x = embedded("OCCCCO", 3)
    x[1, 0, 0] = np.nan
    at, energies = ConformerField(mol).minimize(x, 20)
    np.testing.assert_array_equal(np.isnan(energies.values), [False, True, False])
    assert np.isfinite(at[[0, 2]]).all()
    np.testing.assert_allclose(at[1], x[1], atol=1e-6)


@pytest.mark.parametrize(
    ("smiles", "torsion"),
    [("CC(=O)O", "O=CO[H]"), ("O=CO", "O=CO[H]"), ("Oc1ccccc1C=O", "c(C=O)cO[H]")],
    ids=["an acid is syn", "formic acid, too", "a hydrogen bond closes"],
)
def test_in_the_dielectric_the_hydrogen_of_the_lowest_is_near_the_oxygen(smiles, torsion):
    mol, _ = embedded(smiles, 2)
    match = mol.GetSubstructMatch(Chem.MolFromSmarts(torsion))
    path = match if len(match) == 4 else (match[0], *match[3:])
    for conformer, angle in zip(mol.GetConformers(), (0.0, 180.0), strict=True):
        rdMolTransforms.SetDihedralDeg(conformer, *path, angle)
    near_and_far, _ = ConformerField(mol).minimize(np.array([c.GetPositions() for c in mol.GetConformers()]), 100)
    near, far = ConformerField(mol).screened_energies(near_and_far).values
    assert near < far


def test_energies_without_charges_stay_what_they_are():
    mol, x = embedded("CB(O)OCC")
    field = ConformerField(mol)
    np.testing.assert_array_equal(field.screened_energies(x).values, field.energies(x).values)


@pytest.mark.parametrize(
    ("smiles", "without_charges"),
    [("[NH3+]CCCCC(=O)[O-]", True), ("OCCCC(=O)[O-]", False), ("O=[N+]([O-])CCCO", False)],
    ids=["a zwitterion", "an anion", "a nitro group"],
)
def test_charges_of_both_signs_do_not_fold_a_molecule(smiles, without_charges):
    mol, x = embedded(smiles)
    field = ConformerField(mol)
    screened, bare = field.screened_energies(x), field.energies(x, electrostatics=False)
    assert (screened.method == bare.method) is without_charges
    assert np.array_equal(screened.values, bare.values) is without_charges


@pytest.mark.parametrize(
    ("smiles", "ends", "planar"),
    [
        ("CC=C=C=CCO", (1, 4), True),
        ("CC=C=C=C=C=CF", (1, 6), True),
        ("CC=C=CCO", (1, 3), False),
        ("CC=C=NC", (1, 3), False),
        ("CC=C=C=C=C(C)F", (1, 5), False),
    ],
)
def test_ends_of_cumulenes_are_planar_or_perpendicular(smiles, ends, planar):
    mol, x = embedded(smiles)
    field = ConformerField(mol)
    at, energies = field.minimize(x, 100)
    np.testing.assert_allclose(minimize_conformers(with_conformers(mol, at), 0)[1].values, energies.values, atol=0.01)
    sides = [
        next(n.GetIdx() for n in mol.GetAtomWithIdx(end).GetNeighbors() if not ends[0] < n.GetIdx() < ends[1])
        for end in ends
    ]
    for conformer in with_conformers(mol, at).GetConformers():
        angle = rdMolTransforms.GetDihedralDeg(conformer, sides[0], *ends, sides[1])
        assert abs(np.cos(np.radians(angle))) == pytest.approx(float(planar), abs=0.1)
