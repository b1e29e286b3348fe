"""Relaxation against RDKit's own evaluation of the same fields."""

import numpy as np
import pytest
from rdkit import Chem, RDLogger
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers
from small_molecules import embedded

from molgen.chem.molecules.force_field import minimize_conformers

ESTER = "CCOC(=O)[C@H](N)CO"


def rdkit_energies(mol: Chem.Mol, positions: np.ndarray) -> list[float]:
    """A field of its own for every conformer."""
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
    energies = []
    for x in positions:
        single = Chem.Mol(mol)
        single.RemoveAllConformers()
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(np.ascontiguousarray(x))
        single.AddConformer(conformer)
        energies.append(rdForceFieldHelpers.MMFFGetMoleculeForceField(single, properties).CalcEnergy())
    return energies


def test_energies_are_those_of_rdkit():
    mol = embedded(ESTER, 3)
    positions, energies = minimize_conformers(mol, 0)
    assert energies.method == "MMFF94s"
    np.testing.assert_allclose(positions, [c.GetPositions() for c in mol.GetConformers()])
    np.testing.assert_allclose(energies.values, rdkit_energies(mol, positions), rtol=1e-9)


def test_relaxing_lowers_every_energy_and_reports_the_energy_of_what_it_returns():
    mol = embedded(ESTER, 3)
    _, before = minimize_conformers(mol, 0)
    positions, after = minimize_conformers(mol, 50)
    assert (after.values < before.values - 1.0).all()
    np.testing.assert_allclose(after.values, rdkit_energies(mol, positions), rtol=1e-6)


def test_relaxing_reaches_the_minimum_that_rdkit_reaches():
    mol = Chem.Mol(embedded("CCO"))
    _, energies = minimize_conformers(mol, 500, max_force=1e-6)
    rdForceFieldHelpers.MMFFOptimizeMolecule(mol, mmffVariant="MMFF94s", maxIters=500)
    own = rdkit_energies(mol, np.array([mol.GetConformer().GetPositions()]))
    np.testing.assert_allclose(energies.values, own, atol=1e-3)


def test_the_molecule_is_not_changed():
    mol = embedded(ESTER, 2)
    before = [c.GetPositions().copy() for c in mol.GetConformers()]
    positions, _ = minimize_conformers(mol, 20)
    assert np.abs(positions - before).max() > 0.01
    for conformer, x in zip(mol.GetConformers(), before, strict=True):
        assert np.array_equal(conformer.GetPositions(), x)


def test_a_conformer_relaxes_the_same_alone_and_among_others():
    mol = embedded(ESTER, 3)
    together, energies = minimize_conformers(mol, 30)
    single = Chem.Mol(mol)
    single.RemoveAllConformers()
    single.AddConformer(Chem.Conformer(mol.GetConformers()[2]))
    alone, energy = minimize_conformers(single, 30)
    np.testing.assert_allclose(together[2], alone[0], atol=1e-6)
    np.testing.assert_allclose(energies.values[2], energy.values[0], atol=1e-6)


def test_charges_do_not_fold_a_zwitterion_without_electrostatics():
    mol = Chem.AddHs(Chem.MolFromSmiles("[NH3+]CCCCC(=O)[O-]"))
    assert rdDistGeom.EmbedMolecule(mol, randomSeed=2) == 0
    nitrogen, carbon = 0, 5

    def ends(positions: np.ndarray) -> float:
        return float(np.linalg.norm(positions[0, nitrogen] - positions[0, carbon]))

    charged, full = minimize_conformers(mol, 1000)
    neutral, strain = minimize_conformers(mol, 1000, electrostatics=False)
    assert strain.method == "MMFF94s without electrostatics"
    assert ends(charged) < ends(neutral)
    assert (
        abs(minimize_conformers(mol, 0)[1].values[0] - minimize_conformers(mol, 0, electrostatics=False)[1].values[0])
        > 20.0
    )
    assert full.values[0] != strain.values[0]


def test_uff_stands_in_where_mmff_has_no_parameters():
    mol = embedded("OB(O)c1ccccc1")
    assert not rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol)
    _, before = minimize_conformers(mol, 0)
    positions, energies = minimize_conformers(mol, 100)
    assert energies.method == "UFF"
    assert energies.values[0] < before.values[0]
    expected = rdForceFieldHelpers.UFFGetMoleculeForceField(mol).CalcEnergy()
    assert before.values[0] == pytest.approx(expected, rel=1e-3)
    assert np.isfinite(positions).all()


def test_without_any_parameters_positions_stay_and_energies_are_nan():
    mol = Chem.AddHs(Chem.MolFromSmiles("*CCO"))
    rdDistGeom.EmbedMultipleConfs(mol, 2, randomSeed=1)
    assert mol.GetNumConformers() == 2
    RDLogger.DisableLog("rdApp.*")
    positions, energies = minimize_conformers(mol, 100)
    RDLogger.EnableLog("rdApp.*")
    assert energies.method == "none"
    assert np.isnan(energies.values).all()
    np.testing.assert_array_equal(positions, [c.GetPositions() for c in mol.GetConformers()])


def test_no_conformers_give_no_energies():
    mol = Chem.AddHs(Chem.MolFromSmiles("CO"))
    positions, energies = minimize_conformers(mol)
    assert positions.shape == (0, 6, 3)
    assert energies.values.shape == (0,)
