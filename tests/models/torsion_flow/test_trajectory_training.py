"""Training on trajectories: from the flow that made them, with molecules held back."""

from dataclasses import replace
from pathlib import Path

import pytest
from flow_trajectories import MANY, Field, conformer_set, saved_model, settings, turning
from small_molecules import entry_of
from small_sets import TORSION_SIZE

from molgen.conformers.prepare.prepare import prepare
from molgen.conformers.prepare.reflow import trajectories_of
from molgen.datasets.records.trajectories import encode_trajectories
from molgen.datasets.sources import SourceConfig
from molgen.errors import ConfigError, InputError
from molgen.models.torsion_flow import task
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.models.torsion_flow.task import load_model, train, training_data


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    return conformer_set(tmp_path_factory.mktemp("prepared"))


def configured(prepared: Path, objective: str, jumps: bool, steps: int = 3) -> ConformerConfig:
    source = SourceConfig(str(prepared))
    options = TrainConfig((source,), objective=objective, batch=2, draws=2, warmup=1, steps=steps, ema=0.5)  # type: ignore[arg-type]
    return ConformerConfig(
        ModelConfig("flow", TORSION_SIZE, 2, jumps), replace(options, validate_every=100, validation_samples=2)
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("objective", "jumps"), [("reflow", False), ("map", True)])
def test_training_starts_from_the_flow_that_made_the_trajectories(objective, jumps, prepared, tmp_path):
    flow = saved_model(tmp_path)
    prepare(prepared, tmp_path / "paths", settings(flow))
    config = configured(tmp_path / "paths", objective, jumps)
    config = replace(config, train=replace(config.train, validation=str(prepared)))
    result = train(config, tmp_path / "run", resume=flow)
    trained = load_model(result.weights)
    assert result.steps == 3
    assert trained.config == config.model
    assert trained.jumps == jumps
    before, after = load_model(flow).state_dict(), trained.state_dict()
    assert before.keys() <= after.keys()
    assert all((before[name] - after[name]).abs().max() < 0.02 for name in before)
    if jumps:
        assert after["network.jump.edge.weight"].abs().max() > 0


def test_molecules_are_held_back_from_trajectories(tmp_path, monkeypatch):
    many = [entry_of(f"C{'C' * k}OC", 2) for k in range(1, 11)] * 2
    records = [trajectories_of(e, Field(turning), MANY, seed=0) for e in many]  # type: ignore[arg-type]
    (tmp_path / "part.safetensors").write_bytes(encode_trajectories(records, "x"))
    held = []
    monkeypatch.setattr(task, "validate", lambda model, entries, *_: held.extend(entries) or {})
    data = training_data(configured(tmp_path, "reflow", False))
    data.measure(None)
    assert len(data.stream(start=0).sources[0].records) == 18  # type: ignore[attr-defined]
    assert len(held) == 2
    assert held[0].graph.n_atoms == held[1].graph.n_atoms  # one molecule, both times that it is there


@pytest.mark.parametrize(
    ("objective", "process", "jumps", "message"),
    [
        ("reflow", "diffusion", False, "needs model.process"),
        ("map", "flow", False, "together"),
        ("flow", "flow", True, "together"),
    ],
)
def test_objectives_that_the_model_cannot_have_are_refused(objective, process, jumps, message, prepared):
    config = configured(prepared, objective, False)
    with pytest.raises(ConfigError, match=message):
        training_data(replace(config, model=ModelConfig(process, TORSION_SIZE, 2, jumps)))


def test_conformers_are_no_trajectories(prepared):
    with pytest.raises(InputError, match="molgen-trajectories-1"):
        training_data(configured(prepared, "reflow", False))
