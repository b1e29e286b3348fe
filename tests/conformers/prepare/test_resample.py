"""Samples drawn again by their energies: which, how often, and what is refused."""

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.prepare import resample
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.conformer_records import conformer_record
from molgen.conformers.prepare.prepare import prepare
from molgen.conformers.prepare.resample import ResampleConfig, importance, resampled_conformers
from molgen.conformers.samples import sample_conformers
from molgen.conformers.selection.candidates import low_strain
from molgen.errors import CheckpointError

DIOL = "OCCCCO"
QUICK = ResampleConfig(samples=24, templates=2)


def test_samples_are_drawn_as_often_as_their_weights_say():
    mol = prepare_molecule(Chem.MolFromSmiles(DIOL))
    positions, times = resampled_conformers(mol, QUICK, 20000, seed=3)
    options = GenerateConfig(n=1, samples=24, templates=2, seed=3, template_steps=40, torsion_library="none")
    samples = sample_conformers(mol, resample.trained_model("default"), options)
    kept = low_strain(samples, options.energy_window)
    weights = importance(samples, kept, 0.5)
    assert times.sum() == 20000
    drawn = {p.tobytes(): t / 20000 for p, t in zip(positions, times, strict=True)}
    found = np.array([drawn.get(p.tobytes(), 0.0) for p in samples.positions[kept]])
    np.testing.assert_allclose(found, weights, atol=5 * np.sqrt(weights.max() / 20000))
    assert weights.max() > 3 * weights.min()


def test_an_entry_holds_what_was_drawn_with_its_counts():
    config = PrepareConfig(kind="resampled", conformers=12, resample=QUICK)
    entry = conformer_record(Chem.MolFromSmiles(DIOL), config)
    assert entry.positions.shape[1:] == (6, 3)
    assert entry.weights.sum() == 12
    assert (entry.weights >= 1).all()
    assert len(entry.permutations) == 2
    np.testing.assert_array_equal(conformer_record(Chem.MolFromSmiles(DIOL), config).positions, entry.positions)


def test_energies_in_vacuum_draw_hydrogen_bonds():
    mol = prepare_molecule(Chem.MolFromSmiles(DIOL))

    def mean_distance(share: float) -> float:
        positions, times = resampled_conformers(mol, ResampleConfig(samples=60, templates=2, gas_phase=share), 2000)
        return float((np.linalg.norm(positions[:, 0] - positions[:, 5], axis=-1) * times).sum() / 2000)

    assert mean_distance(1.0) < mean_distance(0.0) - 0.03


def test_a_missing_model_is_named_before_the_work(tmp_path):
    (tmp_path / "in.smi").write_text("CCO x\n")
    config = PrepareConfig(kind="resampled", resample=ResampleConfig(model=str(tmp_path / "none.safetensors")))
    with pytest.raises(CheckpointError, match=r"none\.safetensors"):
        prepare(tmp_path / "in.smi", tmp_path / "out", config)


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"templates": 0}, {"gas_phase": 1.5}])
def test_settings_without_a_meaning_are_refused(wrong):
    with pytest.raises(ValueError, match="resample"):
        ResampleConfig(**wrong)
