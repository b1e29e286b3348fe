"""The example of docs/new-network.md: a plain network of torch_geometric learns molgen's torsional flow."""

import importlib.util
import math
import re
import sys
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from field_tests import Fields, Scene, SymmetryTests

import molgen
from molgen.config import override
from molgen.nets.protocol import FieldNetwork

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "new_network.py"
PAGE = ROOT / "docs" / "new-network.md"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("new_network", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class TestSymmetriesOfTheNetwork(SymmetryTests):
    kinds: ClassVar = {"torsion": "0o"}

    @pytest.fixture(autouse=True)
    def use(self, example):
        self.example = example

    def fields(self, scene: Scene) -> Fields:
        torch.manual_seed(0)
        network = self.example.PathNetwork(8, 2, 2).to(scene.positions.dtype)
        assert isinstance(network, FieldNetwork)
        with torch.no_grad():
            return {"torsion": network(scene.graph, network.encode(scene.graph), scene.positions, scene.t)}


@pytest.mark.filterwarnings("ignore")
def test_its_loss_falls_and_the_stored_model_generates_conformers(example, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)  # the toy set is in data/
    settings = ["train.steps=80", "train.validate_every=80", "train.validation_samples=2", "train.ema=0.9"]
    config = override(example.PathTraining(), [*example.TOY, *settings])
    data = example.training_data(config)

    def mean_loss(model) -> float:
        with torch.no_grad():
            rng = torch.Generator().manual_seed(0)
            return float(np.mean([data.loss(model, batch, rng).item() for batch in islice(data.stream(start=0), 16)]))

    torch.manual_seed(0)
    before = mean_loss(example.build(config.model))
    result = example.TASK.train(config, tmp_path)
    model, record = example.TASK.load(result.weights)
    after = mean_loss(model)
    assert after < 0.8 * before
    assert after < 0.95 * math.pi**2 / 3  # the loss of a field that is zero
    assert record["runs"][-1]["steps"] == 80
    mol = molgen.generate_conformers("CCOC(=O)c1ccccc1", 2, model=model, samples=6)
    assert 1 <= mol.GetNumConformers() <= 2


def test_the_loader_of_the_page_makes_batches_of_limited_size(monkeypatch):
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)
    sizes: list[tuple[int, int, int]] = []
    watched = code.replace("    ...", "    sizes.append((batch.num_nodes, len(batch.pos), batch.num_graphs))")
    exec(watched, {"sizes": sizes})
    assert sum(graphs for *_, graphs in sizes) > 20
    assert all(nodes == rows <= 200 for nodes, rows, _ in sizes)
