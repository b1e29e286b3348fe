"""What reaches the loss of every model in a training is a batch of torch_geometric."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from same_records import assert_same
from torch_geometric.data import Batch

from molgen.config import from_yaml
from molgen.graphs import ComplexData, MoleculeData
from molgen.graphs.padding import pad_molecules
from molgen.graphs.records import molecule_graph_of
from molgen.models import trainable_models
from molgen.models.side_chains.record import SideChainData

ROOT = Path(__file__).parents[2]
MOLECULES = {"conformers": MoleculeData, "cartesian": MoleculeData, "docking": ComplexData, "confidence": ComplexData}
RECORDS: dict[str, type] = {**MOLECULES, "side-chains": SideChainData}
SETTINGS = {
    "conformers": "conformers.yaml",
    "cartesian": "cartesian.yaml",
    "docking": "poses.yaml",
    "confidence": "confidence.yaml",
    "side-chains": "side-chains.yaml",
}


@pytest.mark.parametrize("command", RECORDS)
def test_a_training_carries_its_data_as_batches_of_torch_geometric(command, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)  # the paths in the settings are relative to it
    task = trainable_models()[command].task()
    config = from_yaml(task.config, Path("data/training") / SETTINGS[command])
    seen = []

    def watched(config):
        data = task.data(config)

        def loss(model, batch, rng):
            seen.append(batch)
            return data.loss(model, batch, rng)

        return replace(data, loss=loss, measure=lambda model: {})

    replace(task, data=watched).train(replace(config, train=replace(config.train, steps=2)), tmp_path)
    assert len(seen) == 2
    for batch in seen:
        assert isinstance(batch, Batch)
        assert isinstance(batch, RECORDS[command])
        assert batch.num_graphs == config.train.batch
        if command not in MOLECULES:
            continue
        graph = pad_molecules(batch)
        for row, record in enumerate(batch.to_data_list()):
            plain = molecule_graph_of(record)
            assert torch.equal(graph.atoms[row, : plain.n_atoms], torch.from_numpy(plain.atoms).long())
            assert_same(plain, molecule_graph_of(record.clone()))


def test_every_trainable_model_is_watched():
    assert set(trainable_models()) == set(RECORDS)
