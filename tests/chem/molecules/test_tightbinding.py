"""xTB relaxation; without tblite a clear word."""

import importlib.util

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules import xtb
from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.xtb import minimize_xtb
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.conformer_records import conformer_record
from molgen.conformers.prepare.prepare import prepare
from molgen.errors import MolgenError

needs_tblite = pytest.mark.skipif(importlib.util.find_spec("tblite") is None, reason="tblite is not installed")


def relaxed(smiles: str, count: int):
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    embedding = embed_templates(mol, count, seed=1)
    return mol, minimize_conformers(embedding.mol, 200)[0]


@needs_tblite
def test_anti_butane_lies_below_gauche_butane():
    """By 0.67 kcal/mol in the gas (Herrebout et al. 1995, doi:10.1021/j100002a020)."""
    mol, positions = relaxed("CCCC", 8)
    minimized, energies = minimize_xtb(mol, positions)
    anti = np.linalg.norm(minimized[:, 0] - minimized[:, 3], axis=-1) > 3.5
    assert 0 < anti.sum() < 8
    assert energies.method == "GFN2-xTB"
    assert energies.values[~anti].min() - energies.values[anti].min() == pytest.approx(0.67, abs=0.15)
    assert np.ptp(energies.values[anti]) < 0.02


@needs_tblite
def test_relaxation_lowers_the_energy_and_keeps_the_input():
    mol, positions = relaxed("CC(=O)NC", 2)
    given = positions.copy()
    before = minimize_xtb(mol, positions, steps=0)[1]
    minimized, energies = minimize_xtb(mol, positions)
    assert np.array_equal(positions, given)
    assert (energies.values < before.values - 0.1).all()
    again = minimize_xtb(mol, minimized, steps=0)[1]
    np.testing.assert_allclose(again.values, energies.values, atol=1e-4)


@needs_tblite
def test_charge_and_solvent_are_used():
    mol = embedded("C[NH3+]")
    positions = mol.GetConformer().GetPositions()[None]
    vacuum = minimize_xtb(mol, positions, steps=0)[1]
    water = minimize_xtb(mol, positions, steps=0, solvent="water")[1]
    assert water.values[0] - vacuum.values[0] == pytest.approx(-75, abs=10)  # as computed with tblite 0.8: -74.3
    assert water.method == "GFN2-xTB in water"


@needs_tblite
def test_ensembles_are_weighted_by_their_xtb_energies():
    settings = {"conformers": 8, "boltzmann": True, "merge": 0.1}
    entry = conformer_record(Chem.MolFromSmiles("CCCC"), PrepareConfig(relax="gfn2", **settings))
    ends = entry.positions[:, 0].astype(float) - entry.positions[:, 3].astype(float)
    anti = np.linalg.norm(ends, axis=-1) > 3.5
    assert entry.weights[anti].tolist() == [1.0]
    assert ((entry.weights[~anti] > 0.2) & (entry.weights[~anti] < 0.5)).all()
    assert 1 <= (~anti).sum() <= 2  # gauche and its mirror image


def test_without_tblite_the_run_does_not_begin(tmp_path, monkeypatch):
    monkeypatch.setattr(xtb, "find_spec", lambda name: None)
    with pytest.raises(MolgenError, match=r"tblite: pip install 'molgen\[relax\]'"):
        prepare(tmp_path / "none.smi", tmp_path / "out", PrepareConfig(relax="gfn2"))
    assert not (tmp_path / "out").exists()


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="gfn2"):
        PrepareConfig(relax="gfn3")
