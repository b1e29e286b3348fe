"""Boltzmann weights against the integral over a scan of the torsions, which shares no code with the flow."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from molgen import generate_conformers
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.boltzmann import boltzmann_weights, effective_samples
from molgen.conformers.templates.embedding import set_torsions, template_conformers
from molgen.errors import ConfigError
from molgen.geometry.torsions import dihedral_angles

KT = 0.0019872041 * 298.0


def scan(smiles: str, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Torsions [size^m, m] and MMFF94s energies over the grid, on the one template conformer that the ensemble uses."""
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    record = molecule_graph(mol)
    axis = (torch.arange(size, dtype=torch.float64) + 0.5) / size * 2 * np.pi - np.pi
    points = torch.cartesian_prod(*[axis] * record.n_torsions).reshape(-1, record.n_torsions)
    template = torch.from_numpy(template_conformers(mol, 1, seed=seed).positions).expand(len(points), -1, -1)
    made = with_conformers(mol, set_torsions(mol, template, points, record).numpy())
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(made, mmffVariant="MMFF94s")
    fields = (rdForceFieldHelpers.MMFFGetMoleculeForceField(made, properties, confId=k) for k in range(len(points)))
    return points.numpy(), np.array([field.CalcEnergy() for field in fields])


def torsions_of(mol: Chem.Mol) -> np.ndarray:
    record = molecule_graph(mol)
    positions = torch.from_numpy(np.array([c.GetPositions() for c in mol.GetConformers()]))
    return dihedral_angles(positions, torch.from_numpy(heavy_atoms(mol)[record.torsions])).numpy()


def property_of(mol: Chem.Mol, name: str) -> np.ndarray:
    return np.array([conformer.GetDoubleProp(name) for conformer in mol.GetConformers()])


def compare(smiles: str, size: int, n: int, model: str) -> tuple[float, float, float, float, float]:
    """Population of the anti well (|first torsion| > 120 degrees) and mean energy above the lowest, of the scan and of
    the ensemble; and the effective number of samples."""
    points, energies = scan(smiles, size)
    weights = np.exp(-(energies - energies.min()) / KT)
    weights /= weights.sum()
    anti = np.abs(points[:, 0]) > 2 * np.pi / 3
    mol = generate_conformers(smiles, n, model=model, templates=1, boltzmann=298.0)
    own = property_of(mol, "molgen_weight")
    found = np.abs(torsions_of(mol)[:, 0]) > 2 * np.pi / 3
    above = property_of(mol, "molgen_energy")
    span = above - above.min()
    exact = float(weights @ (energies - energies.min()))
    return (
        float(weights[anti].sum()),
        float(own[found].sum()),
        exact,
        float(own @ span),
        float(property_of(mol, "molgen_effective_samples")[0]),
    )


@pytest.mark.parametrize(("smiles", "size"), [("CCCC", 180), ("COCC=O", 60)])
def test_uniform_torsions_are_reweighted_to_the_integral(smiles, size):
    anti, own, mean, own_mean, effective = compare(smiles, size, 512, "uniform")
    assert own == pytest.approx(anti, abs=0.05)
    assert own_mean == pytest.approx(mean, abs=0.1)
    assert 1 < effective < 512


@pytest.mark.parametrize(
    ("smiles", "size"),
    [
        ("CCCC", 180),
        ("CCCCl", 180),
        pytest.param("CCCCC", 60, marks=pytest.mark.slow),
        pytest.param("c1ccccc1-c1ccccc1", 180, marks=pytest.mark.slow),
    ],
)
def test_samples_of_the_flow_are_reweighted_to_the_integral(smiles, size):
    anti, own, mean, own_mean, effective = compare(smiles, size, 256, "default")
    assert own == pytest.approx(anti, abs=0.08)
    assert own_mean == pytest.approx(mean, abs=0.15)
    assert effective > 15


def test_an_ensemble_is_whole_and_ordered():
    mol = generate_conformers("CCCC", 32, model="uniform", boltzmann=298.0, templates=2)
    weights = property_of(mol, "molgen_weight")
    assert mol.GetNumConformers() == 32
    assert weights.sum() == pytest.approx(1.0)
    assert (np.diff(weights) <= 0).all()
    assert property_of(mol, "molgen_effective_samples") == pytest.approx(1 / np.square(weights).sum())
    np.testing.assert_allclose(property_of(mol, "molgen_log_likelihood"), -np.log(2 * np.pi), rtol=1e-6)
    assert mol.GetConformer(0).GetProp("molgen_energy_method") == "MMFF94s"


def test_at_high_temperature_the_energy_does_not_matter():
    mol = generate_conformers("CCCC", 32, model="uniform", boltzmann=1e9, templates=1)
    assert property_of(mol, "molgen_effective_samples")[0] == pytest.approx(32, rel=1e-3)


def test_weights_are_those_of_the_definition():
    energies, density = np.array([0.0, 1.0, np.nan]), np.array([0.5, 0.25, 1.0])
    weights = boltzmann_weights(energies, np.log(density), 298.0)
    wanted = np.array([1 / 0.5, np.exp(-1 / KT) / 0.25, 0.0])
    np.testing.assert_allclose(weights, wanted / wanted.sum())
    assert effective_samples(np.full(7, 1 / 7)) == pytest.approx(7)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"boltzmann": 0.0}, "boltzmann must be"),
        ({"boltzmann": 298.0, "minimize_with": "mmff"}, "not for minimized ones"),
    ],
)
def test_weights_that_make_no_sense_are_refused(options, reason):
    with pytest.raises(ConfigError, match=reason):
        generate_conformers("CCCC", 4, model="uniform", **options)
