"""What a configuration of the training asks of its sources."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from small_molecules import entry_of

from molgen.config import from_mapping, from_yaml
from molgen.datasets.records.conformers import encode_conformers, load_conformers
from molgen.datasets.sources import SourceConfig
from molgen.errors import ConfigError, InputError
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.models.torsion_flow.task import load_model, train, training_data, weighted
from molgen.nets.config import BackboneConfig

CONFIGS = Path(__file__).parents[3] / "configs"
SIZE = BackboneConfig(scalars=6, pseudoscalars=2, vectors=3, pseudovectors=2, edge_channels=6, layers=1, graph_layers=1)
WEIGHTED = replace(entry_of("CCOC(=O)CN", 2), weights=np.array([1.0, 0.0], np.float16))


def folder_of(folder: Path, *entries) -> SourceConfig:
    folder.mkdir()
    (folder / "part.safetensors").write_bytes(encode_conformers(entries, folder.name))
    return SourceConfig(str(folder))


def config(*sources: SourceConfig, **settings) -> ConformerConfig:
    options = {"validation": sources[0].path, "batch": 2, "draws": 4, **settings}
    return ConformerConfig(ModelConfig("flow", SIZE, 2), TrainConfig(sources, **options))


def used(source: SourceConfig) -> int:
    """Different conformers that are drawn from a source of one molecule."""
    data = training_data(config(source))
    batches = islice(data.stream(start=0), 8)
    return len(torch.cat([record.pos.transpose(0, 1) for b in batches for record in b.to_data_list()]).unique(dim=0))


def test_weights_are_those_of_the_source_unless_told_otherwise(tmp_path):
    source = folder_of(tmp_path / "a", WEIGHTED)
    assert used(source) == 1
    assert used(replace(source, weights="boltzmann")) == 1
    assert used(replace(source, weights="equal")) == 2


def test_boltzmann_factors_are_drawn_at_the_temperature_asked_for(tmp_path):
    entry = replace(WEIGHTED, weights=np.array([1.0, 0.01], np.float16))
    source = replace(folder_of(tmp_path / "a", entry), weights="boltzmann", temperature=2 * 298.15)
    weights = weighted(load_conformers(source.parts())[0], source)[0].weights
    np.testing.assert_allclose(weights, [1.0, 0.1], rtol=1e-3)
    with pytest.raises(ConfigError, match=r"train.sources\[0\].temperature must be more than 0"):
        from_mapping(ConformerConfig, {"train": {"sources": [{"path": "a", "temperature": 0.0}]}})


def test_a_source_without_boltzmann_factors_is_refused(tmp_path):
    source = folder_of(tmp_path / "a", entry_of("CCOC(=O)CN", 2), entry_of("CCCO", 1))
    with pytest.raises(InputError, match="holds no Boltzmann factors") as caught:
        training_data(config(replace(source, weights="boltzmann")))
    assert source.path in str(caught.value)


def test_an_unknown_word_is_refused():
    with pytest.raises(ConfigError, match="objective must be one of flow, reflow, map"):
        from_mapping(ConformerConfig, {"train": {"objective": "reflux"}})


def test_transport_needs_a_flow(tmp_path):
    source = folder_of(tmp_path / "a", WEIGHTED)
    asked = config(source, coupling="transport")
    with pytest.raises(ConfigError, match="this one needs model"):
        training_data(replace(asked, model=replace(asked.model, process="diffusion")))


@pytest.mark.filterwarnings("ignore")
def test_training_with_transport_gives_the_same_weights_again(tmp_path):
    source = folder_of(tmp_path / "a", *(entry_of(s, 3) for s in ("CCOC(=O)CN", "FCCOc1ccccc1", "CCCO")))
    asked = config(source, coupling="transport", steps=3, validation_samples=2)
    first, second = (load_model(train(asked, tmp_path / name).weights).state_dict() for name in "xy")
    plain = load_model(
        train(replace(asked, train=replace(asked.train, coupling="independent")), tmp_path / "z").weights
    )
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert any(not torch.equal(value, first[name]) for name, value in plain.state_dict().items())


def test_the_configurations_are_of_the_shipped_flow_and_of_a_map_made_of_it():
    flow = from_yaml(ConformerConfig, CONFIGS / "conformers.yaml")
    few = from_yaml(ConformerConfig, CONFIGS / "conformers_map.yaml")
    assert flow.model == load_model().config
    assert few.model == replace(flow.model, jumps=True)
    assert few.train.objective == "map"
