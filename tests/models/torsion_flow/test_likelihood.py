"""The density of the flow: the integral over the torus, the way back, and trained weights."""

import math

import pytest
import torch
from small_molecules import batch_of

from molgen.geometry import torus
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.likelihood import log_likelihood, sample_with_likelihood
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model
from molgen.nets.config import BackboneConfig
from molgen.sampling import torus_points
from molgen.sampling.likelihood import integrate_with_divergence

TINY = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=1)


def gentle(process: str, seed: int = 0) -> TorsionModel:
    """Random weights, of a size that makes wells a grid can resolve."""
    torch.manual_seed(seed)
    model = TorsionModel(ModelConfig(process, TINY, 2)).double().eval()
    with torch.no_grad():
        for parameter in model.network.head.parameters():
            parameter.mul_(0.3)
    return model


@pytest.fixture
def network() -> TorsionModel:
    return gentle("flow")


def grid_over_torus(size: int, m: int) -> torch.Tensor:
    axis = (torch.arange(size, dtype=torch.float64) + 0.5) / size * 2 * math.pi - math.pi
    return torch.cartesian_prod(*[axis] * m).reshape(-1, m)


def turned(smiles: str, torsions: torch.Tensor):
    """The graph, and its conformations at the torsions [S, m]."""
    graph, positions = batch_of(smiles)
    template = positions[0].expand(len(torsions), -1, -1)
    return graph, batch_coordinates(template[None], graph).positions(torsions[None])[0]


def integral(model: TorsionModel, smiles: str, size: int, m: int, **options) -> float:
    """Of the density over the torus, by the midpoint rule, which is exact for smooth periodic functions."""
    points = grid_over_torus(size, m)
    graph, positions = turned(smiles, points)
    dtype = next(model.parameters()).dtype
    density = log_likelihood(model, graph, positions.to(dtype), **options).double().exp()
    return float(density.sum()) * (2 * math.pi / size) ** m


@pytest.mark.parametrize(("smiles", "m", "size"), [("CCCC", 1, 64), ("CCCCC", 2, 14)])
@pytest.mark.parametrize("process", ["flow", "diffusion"])
def test_the_density_integrates_to_one(smiles, m, size, process):
    assert integral(gentle(process), smiles, size, m, steps=8) == pytest.approx(1.0, abs=1e-2)


def test_the_density_is_not_the_uniform_one(network):
    graph, positions = turned("CCCC", grid_over_torus(16, 1))
    found = log_likelihood(network, graph, positions, steps=8)
    assert float(found.max() - found.min()) > 0.05


def test_the_way_back_leads_to_the_start(network):
    """Forward and inverted, the same ODE: the start and the density of the end agree."""
    start = torus_points(6, 3, seed=2)
    graph, template = turned("CCCCCC", start)
    end, likelihood = sample_with_likelihood(network, graph, template, start, steps=12)
    _, positions = turned("CCCCCC", end)
    torch.testing.assert_close(log_likelihood(network, graph, positions, steps=12), likelihood, atol=1e-4, rtol=0)
    encoding = network.encode(graph)
    shape = batch_coordinates(template[None], graph)

    def velocity(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return network(graph, encoding, shape.positions(x[None]), t.to(x).expand(1, len(x)))[0]

    back, _ = integrate_with_divergence(velocity, network.process, end, torch.linspace(0, 1, 13, dtype=torch.float64))
    assert torus.log(start, back).abs().max() < 1e-4


def test_a_sample_is_as_likely_alone_as_among_others(network, monkeypatch):
    graph, positions = turned("CCCCC", torus_points(5, 2, seed=0))
    together = log_likelihood(network, graph, positions, steps=2)
    torch.testing.assert_close(log_likelihood(network, graph, positions[3:4], steps=2), together[3:4])
    monkeypatch.setattr("molgen.models.torsion_flow.sample.CHUNK_EDGES", 1)
    torch.testing.assert_close(log_likelihood(network, graph, positions, steps=2), together)


def test_a_molecule_that_does_not_turn_has_likelihood_one(network):
    graph, positions = batch_of("c1ccccc1", count=2)
    torch.testing.assert_close(log_likelihood(network, graph, positions[0]), torch.zeros(2, dtype=torch.float64))


@pytest.mark.slow
def test_the_density_of_the_shipped_weights_integrates_to_one():
    """Its wells are 5 degrees wide, so that the grid has to be fine; at t = 0.1 they are wider."""
    model = load_model()
    assert integral(model, "CCCC", 960, 1, steps=16) == pytest.approx(1.0, abs=1e-2)
    assert integral(model, "CCCC", 120, 1, time=0.1, steps=8) == pytest.approx(1.0, abs=1e-2)
