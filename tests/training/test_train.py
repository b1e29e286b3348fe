"""Training the conformer model in pieces: stopping, resuming exactly, and refusing what cannot be resumed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_molecules import entry_of

from molgen.datasets.conformers import encode_conformers
from molgen.datasets.sources import SourceConfig
from molgen.errors import CheckpointError, InputError
from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow import task as training
from molgen.models.torsion_flow.checkpoint import load_model, load_with_record
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import train
from molgen.nets.backbone import BackboneConfig

STEPS = 11  # more than one pool of batches
SIZE = BackboneConfig(scalars=6, pseudoscalars=2, vectors=3, pseudovectors=2, edge_channels=6, layers=1, graph_layers=1)

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> ConformerConfig:
    folder = tmp_path_factory.mktemp("prepared")
    names = ("CCOC", "CC(F)COC", "C[C@H](O)CCl", "OCCN")
    (folder / "part.safetensors").write_bytes(encode_conformers([entry_of(s) for s in names], "tiny"))
    source = str(folder)
    settings = TrainConfig((SourceConfig(source),), source, batch=2, draws=2, warmup=3, steps=STEPS, ema=0.9)
    return ConformerConfig(ModelConfig("flow", SIZE, 2), replace(settings, validate_every=6, validation_samples=2))


@pytest.fixture(scope="module")
def whole(config, tmp_path_factory):
    return train(config, tmp_path_factory.mktemp("whole"))


def weights(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)["state_dict"]


def test_training_makes_all_steps_and_leaves_weights_that_load(whole):
    assert whole.steps == STEPS
    _, record = load_with_record(whole.weights)
    (run,) = record["runs"]
    assert (run["steps"], run["sources"], run["bad_batches"]) == (STEPS, ["tiny"], 0)
    assert set(whole.metrics) == {"amr_recall", "amr_precision", "cov_recall"}
    assert 0 < whole.metrics["amr_recall"] < 3


def test_validation_gives_no_credit_for_the_torsions_of_the_template_conformer(monkeypatch):
    """A model that reads them off bond angles returns the template; the conformers to be found are others."""

    def copied(model, graph, template, torsions, **_):
        return dihedral_angles(template, graph.torsions[0])

    monkeypatch.setattr(training, "sample_torsions", copied)
    entry = entry_of("CCCCOCC", 6)
    several = training.validate(TorsionModel(ModelConfig("flow", SIZE, 2)), [entry], 8)
    single = replace(entry, positions=entry.positions[:1], weights=entry.weights[:1])
    one = training.validate(TorsionModel(ModelConfig("flow", SIZE, 2)), [single], 8)
    assert one["amr_recall"] < 0.01
    assert several["amr_recall"] > 0.3


def test_the_same_seed_gives_the_same_weights(config, whole, tmp_path):
    again = train(config, tmp_path)
    assert all(torch.equal(a, weights(whole.state)[name]) for name, a in weights(again.state).items())


def test_a_run_in_pieces_gives_the_weights_of_an_uninterrupted_one(config, whole, tmp_path):
    state = None
    for expected in (1, 2, 3):
        part = train(config, tmp_path, max_minutes=0.0, resume=state)
        state = part.state
        assert part.steps == expected
        assert load_model(part.weights).config == config.model
    end = train(config, tmp_path, resume=state)
    assert end.steps == STEPS
    for name, value in weights(end.state).items():
        assert torch.equal(value, weights(whole.state)[name]), name
    averaged = load_model(end.weights).state_dict()
    for name, value in load_model(whole.weights).state_dict().items():
        assert torch.equal(averaged[name], value), name
    steps = [run["steps"] for run in load_with_record(end.weights)[1]["runs"]]
    assert steps == [1, 2, 3, STEPS]


def test_training_can_start_from_weights(config, whole, tmp_path):
    result = train(config, tmp_path, max_minutes=0.0, resume=whole.weights)
    assert result.steps == 1
    begun, start = load_model(result.weights).state_dict(), load_model(whole.weights).state_dict()
    assert all((begun[name] - start[name]).abs().max() < 0.01 for name in start)
    assert len(load_with_record(result.weights)[1]["runs"]) == 2


def test_weights_of_another_configuration_are_refused(config, whole, tmp_path):
    other = replace(config, model=replace(config.model, process="diffusion"))
    with pytest.raises(CheckpointError, match="another model configuration"):
        train(other, tmp_path, resume=whole.weights)


def test_states_that_cannot_be_resumed_are_refused_in_one_line(config, whole, tmp_path):
    damaged, foreign = tmp_path / "damaged.ckpt", tmp_path / "foreign.ckpt"
    damaged.write_bytes(whole.state.read_bytes()[:1000])
    torch.save({"a": torch.ones(1)}, foreign)
    for path in (damaged, foreign, tmp_path / "missing.ckpt"):
        with pytest.raises(CheckpointError, match="training state") as caught:
            train(config, tmp_path, resume=path)
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)
    larger = replace(config, model=replace(config.model, harmonics=3))
    with pytest.raises(CheckpointError, match="do not fit"):
        train(larger, tmp_path, resume=whole.state)


def test_a_missing_source_is_refused(config, tmp_path):
    missing = replace(config.train, sources=(SourceConfig(str(tmp_path / "nowhere")),))
    with pytest.raises(InputError, match="nowhere"):
        train(replace(config, train=missing), tmp_path)
