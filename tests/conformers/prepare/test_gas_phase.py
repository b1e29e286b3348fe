"""Low-energy conformers in vacuum: the lowest samples, their energies, and what is refused."""

from importlib.util import find_spec

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.conformer_records import conformer_record
from molgen.conformers.prepare.gas_phase import GasPhaseConfig, gas_phase_conformers
from molgen.conformers.prepare.prepare import prepare
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.conformers import load_conformers
from molgen.errors import CheckpointError, ConfigError

DIOL = "OCCCCO"
QUICK = GasPhaseConfig(samples=40, energies="mmff")


def oxygens_apart(positions: np.ndarray) -> np.ndarray:
    return np.linalg.norm(positions[:, 0] - positions[:, 5], axis=-1)


def test_the_lowest_samples_are_kept_in_order_and_hold_hydrogen_bonds():
    mol = prepare_molecule(Chem.MolFromSmiles(DIOL))
    positions, energies = gas_phase_conformers(mol, QUICK, 5)
    assert len(positions) == len(energies) == 5
    assert (np.diff(energies) >= 0).all()
    np.testing.assert_allclose(minimize_conformers(with_conformers(mol, positions), 0)[1].values, energies, atol=1e-3)
    every, _ = gas_phase_conformers(mol, GasPhaseConfig(samples=40, energies="mmff", window=1e3), 40)
    assert len(every) == 40
    np.testing.assert_array_equal(every[:5], positions)
    assert oxygens_apart(positions)[0] < 3.1 < np.median(oxygens_apart(every))


def test_those_above_the_window_are_dropped():
    mol = prepare_molecule(Chem.MolFromSmiles(DIOL))
    _, energies = gas_phase_conformers(mol, GasPhaseConfig(samples=40, energies="mmff", window=2.0), 40)
    assert 0 < len(energies) < 40
    assert energies[-1] <= energies[0] + 2.0


@pytest.mark.skipif(find_spec("tblite") is None, reason="needs tblite")
def test_weights_are_those_of_xtb_at_the_polished_geometry():
    from molgen.chem.molecules.xtb import minimize_xtb

    mol = prepare_molecule(Chem.MolFromSmiles("OCCO"))
    positions, energies = gas_phase_conformers(mol, GasPhaseConfig(samples=8), 4)
    np.testing.assert_allclose(minimize_xtb(mol, positions, "gfn2", 0)[1].values, energies, atol=1e-3)
    field, _ = gas_phase_conformers(mol, GasPhaseConfig(samples=8, energies="mmff"), 4)
    np.testing.assert_array_equal(field, positions)


def test_an_entry_holds_the_heavy_atoms_with_boltzmann_factors():
    config = PrepareConfig(kind="gas-phase", conformers=6, boltzmann=True, merge=0.1, gas_phase=QUICK)
    entry = conformer_record(Chem.MolFromSmiles(DIOL), config)
    assert entry.positions.shape[1:] == (6, 3)
    assert 1 < len(entry.positions) <= 6
    assert entry.weights.max() == 1.0
    _, energies = gas_phase_conformers(prepare_molecule(Chem.MolFromSmiles(DIOL)), QUICK, 6)
    expected = np.exp(-(energies - energies[0]) / (0.0019872 * 298.15))
    assert all(np.abs(expected - weight).min() < 2e-3 for weight in entry.weights.astype(float))


def test_a_set_is_prepared_from_smiles(tmp_path):
    (tmp_path / "in.smi").write_text(f"{DIOL} diol\nC1CC broken\nNCCCO aminol\n")
    config = PrepareConfig(
        kind="gas-phase", conformers=3, boltzmann=True, gas_phase=GasPhaseConfig(samples=8, energies="mmff")
    )
    summary = prepare(tmp_path / "in.smi", tmp_path / "out", config)
    assert (summary.prepared, summary.failures) == (2, 1)
    assert [e.graph.n_atoms for e in load_conformers(find_parts(tmp_path / "out"))[0]] == [6, 5]


def test_what_is_missing_is_said_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "in.smi").write_text("CCO x\n")
    absent = PrepareConfig(kind="gas-phase", gas_phase=GasPhaseConfig(model=str(tmp_path / "none.safetensors")))
    with pytest.raises(CheckpointError, match=r"none\.safetensors"):
        prepare(tmp_path / "in.smi", tmp_path / "a", absent)
    monkeypatch.setattr("molgen.chem.molecules.xtb.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="tblite"):
        prepare(tmp_path / "in.smi", tmp_path / "b", PrepareConfig(kind="gas-phase"))
    assert not list(tmp_path.glob("*/part-*"))


@pytest.mark.parametrize("wrong", [{"energies": "dft"}, {"samples": 0}, {"window": 0.0}, {"minimize_steps": -1}])
def test_settings_without_a_meaning_are_refused(wrong):
    with pytest.raises(ValueError, match="gas_phase"):
        GasPhaseConfig(**wrong)
