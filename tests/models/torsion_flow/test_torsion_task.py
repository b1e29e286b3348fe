"""Training the conformer model: repeatable, and validated on torsions that the template does not give away."""

from dataclasses import replace

import pytest
import torch
from small_molecules import entry_of
from small_sets import TORSION_SIZE, conformer_training

from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow import validation
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model, train


@pytest.mark.filterwarnings("ignore")
def test_the_same_seed_gives_the_same_weights_and_another_does_not(tmp_path):
    config = conformer_training(tmp_path / "prepared")
    other = replace(config, train=replace(config.train, seed=1))
    first, second, third = (
        load_model(train(chosen, tmp_path / name).weights).state_dict()
        for name, chosen in (("a", config), ("b", config), ("c", other))
    )
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert any(not torch.equal(value, third[name]) for name, value in first.items())


def test_validation_gives_no_credit_for_the_torsions_of_the_template_conformer(monkeypatch):
    """A model that reads them off bond angles returns the template; the conformers to be found are others."""

    def copied(model, graph, template, torsions, **_):
        return dihedral_angles(template, graph.torsions[0])

    monkeypatch.setattr(validation, "sample_torsions", copied)
    model = TorsionModel(ModelConfig("flow", TORSION_SIZE, 2))
    entry = entry_of("CCCCOCC", 6)
    several = validation.validate(model, [entry], 8)
    single = replace(entry, positions=entry.positions[:1], weights=entry.weights[:1])
    one = validation.validate(model, [single], 8)
    assert set(one) == {"amr_recall", "amr_precision", "cov_recall"}
    assert one["amr_recall"] < 0.01
    assert several["amr_recall"] > 0.3
