"""GFN2-xTB through tblite, where it is installed."""

import sys

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms

from molgen.chem.molecules.xtb import minimize_gfn2
from molgen.errors import ConfigError, EmbeddingError


def embedded(smiles: str, count: int = 1) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=7)
    return mol


def with_positions(mol: Chem.Mol, positions: np.ndarray) -> Chem.Mol:
    mol = Chem.Mol(mol)
    mol.GetConformer().SetPositions(positions)
    return mol


def test_without_tblite_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tblite", None)
    monkeypatch.setitem(sys.modules, "tblite.interface", None)
    with pytest.raises(ConfigError, match=r"pip install 'molgen\[relax\]'"):
        minimize_gfn2(embedded("C"))


def test_water_has_the_energy_and_the_shape_of_the_method():
    """The minimum of water lies at -5.0705 Eh in GFN2-xTB."""
    pytest.importorskip("tblite")
    mol = embedded("O")
    positions, energies = minimize_gfn2(mol)
    assert energies.method == "GFN2-xTB"
    assert energies.values[0] / 627.5094740631 == pytest.approx(-5.0705, abs=2e-4)
    conformer = with_positions(mol, positions[0]).GetConformer()
    assert rdMolTransforms.GetBondLength(conformer, 0, 1) == pytest.approx(0.96, abs=0.01)
    assert rdMolTransforms.GetAngleDeg(conformer, 1, 0, 2) == pytest.approx(105.0, abs=4.0)


def test_every_conformer_ends_in_a_minimum_and_the_input_stays():
    pytest.importorskip("tblite")
    mol = embedded("CCO", 2)
    before = [c.GetPositions() for c in mol.GetConformers()]
    positions, energies = minimize_gfn2(mol)
    assert positions.shape == (2, 9, 3)
    for k, conformer in enumerate(mol.GetConformers()):
        assert np.array_equal(conformer.GetPositions(), before[k])
        start = minimize_gfn2(Chem.Mol(mol, confId=conformer.GetId()), steps=0)[1].values[0]
        again = minimize_gfn2(with_positions(Chem.Mol(mol, confId=conformer.GetId()), positions[k]))[1].values[0]
        assert energies.values[k] < start - 0.5
        assert again == pytest.approx(energies.values[k], abs=0.05)


@pytest.mark.parametrize("smiles", ["[CH3]", "[NH4+]", "[OH-]", "[NH3+]CC(=O)[O-]"])
def test_charges_and_open_shells_are_taken_from_the_molecule(smiles):
    pytest.importorskip("tblite")
    mol = embedded(smiles)
    positions, energies = minimize_gfn2(mol)
    assert np.isfinite(energies.values).all()
    assert np.isfinite(positions).all()


def test_atoms_on_top_of_each_other_are_an_embedding_error():
    pytest.importorskip("tblite")
    mol = embedded("O")
    with pytest.raises(EmbeddingError, match="GFN2-xTB"):
        minimize_gfn2(with_positions(mol, np.zeros((3, 3))))
