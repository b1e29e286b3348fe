"""The example of docs/new-manifold.md: a manifold in one file, with a flow and a diffusion on it."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from molgen.processes import GeodesicFlow, HeatDiffusion, VarianceExploding

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "new_manifold.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("new_manifold", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_the_example_samples_its_data_with_both_families():
    done = subprocess.run([sys.executable, str(EXAMPLE)], capture_output=True, text=True, check=True)
    lines = {line.split()[0]: [float(x) for x in re.findall(r"-?\d+\.\d+", line)] for line in done.stdout.splitlines()}
    assert list(lines) == ["data", "flow", "diffusion"]
    for share, height, turn, spread, other_height, other_turn in lines.values():
        assert share == pytest.approx(0.3, abs=0.06)
        assert (height, other_height) == (pytest.approx(-2, abs=0.2), pytest.approx(2, abs=0.2))
        assert (turn, other_turn) == (pytest.approx(3, abs=0.2), pytest.approx(0, abs=0.2))
        assert spread == pytest.approx(0.3, abs=0.2)


def test_the_cylinder_is_a_manifold(example):
    rng, cylinder = torch.Generator().manual_seed(0), example.Cylinder()
    x, y = (cylinder.prior(torch.zeros(500, 2, dtype=torch.float64), rng) for _ in range(2))
    torch.testing.assert_close(cylinder.exp(x, cylinder.log(x, y)), y)
    mask = torch.rand(500, generator=rng) < 0.5
    for process in (GeodesicFlow(cylinder), HeatDiffusion(cylinder, VarianceExploding(0.05, 5.0))):
        noised = process.corrupt(x, 0.5, rng, mask)
        assert torch.equal(noised.x_t[~mask], x[~mask])
        assert (noised.target[mask] != 0).all()


def test_the_targets_of_its_diffusion_have_unit_variance(example):
    process = HeatDiffusion(example.Cylinder(), VarianceExploding(0.05, 5.0))
    for t in (0.1, 0.6, 0.9):
        noised = process.corrupt(torch.zeros(20000, 2), t, torch.Generator().manual_seed(0))
        assert float((noised.weight * noised.target**2).mean()) == pytest.approx(1, abs=0.05)
