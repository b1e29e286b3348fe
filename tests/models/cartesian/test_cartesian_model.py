"""The model of coordinates: its output at the ends of time, its loss and its samples."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_cartesian import cartesian_entry_of, polar_positions

from molgen.models.cartesian.config import CartesianModelConfig
from molgen.models.cartesian.data import CartesianBatch, CollateCartesian
from molgen.models.cartesian.loss import cartesian_loss
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.sample import refined, sample_coordinates, time_grid
from molgen.nets.pair_network import PairNetworkConfig
from molgen.sampling import euler_maruyama

SIZE = PairNetworkConfig(scalars=12, vectors=4, pair_channels=8, graph_layers=1, layers=1, distance_channels=6)
KINDS = [(process, prior) for process in ("flow", "diffusion") for prior in ("gaussian", "harmonic")]
every_kind = pytest.mark.parametrize(("process", "prior"), KINDS)


def batch_of(*names: str, draws: int = 2) -> CartesianBatch:
    drawn = CollateCartesian(draws)([cartesian_entry_of(name) for name in names], np.random.default_rng(0))
    return CartesianBatch.padded(drawn)


def model_of(process: str, prior: str) -> CartesianModel:
    torch.manual_seed(0)
    return CartesianModel(CartesianModelConfig(process, prior, network=SIZE)).eval()  # type: ignore[arg-type]


@every_kind
def test_little_noise_is_nearly_left_as_it_is(process, prior):
    batch, model = batch_of("C[C@H](O)CN"), model_of(process, prior)
    torch.nn.init.normal_(model.network.network.out.weight)  # type: ignore[union-attr]
    t = torch.full((1, 2), 1e-4)
    clean = model(batch.molecules, model.encode(batch.molecules), batch.positions, t)
    assert (clean - batch.positions).abs().max() < 0.02


@every_kind
def test_the_loss_of_a_model_that_knows_nothing_is_about_one(process, prior):
    batch = batch_of("C[C@H](O)CN", "CCOC(=O)CC", draws=64)
    loss = cartesian_loss(model_of(process, prior), batch, torch.Generator().manual_seed(0), aligned=False)
    assert 0.2 < float(loss) < 2


def test_atoms_whose_place_is_not_known_do_not_count():
    batch, model = batch_of("CCO", draws=4), model_of("flow", "gaussian")
    torch.nn.init.normal_(model.network.network.out.weight)  # type: ignore[union-attr]
    all_but_one = batch.placed & (torch.arange(batch.placed.shape[1]) != 1)
    losses = [
        float(cartesian_loss(model, replace(batch, placed=placed), torch.Generator().manual_seed(0)))
        for placed in (batch.placed, all_but_one)
    ]
    assert losses[0] != losses[1]


@every_kind
def test_samples_are_centered_and_the_same_for_the_same_seed(process, prior):
    batch, model = batch_of("CC[C@H](O)CN"), model_of(process, prior)
    one, other = (
        sample_coordinates(model, batch.molecules, 3, torch.Generator().manual_seed(5), times=time_grid(4))
        for _ in range(2)
    )
    assert torch.equal(one, other)
    assert torch.isfinite(one).all()
    assert one.mean(1).abs().max() < 1e-4


@pytest.mark.parametrize("prior", ["gaussian", "harmonic"])
def test_a_diffusion_can_be_sampled_by_its_stochastic_equation(prior):
    batch, model = batch_of("CC[C@H](O)CN"), model_of("diffusion", prior)
    rng = torch.Generator().manual_seed(0)
    made = sample_coordinates(model, batch.molecules, 2, rng, times=time_grid(6), stepper=euler_maruyama)
    assert torch.isfinite(made).all()


def test_refining_from_early_times_keeps_the_structure():
    batch, model = batch_of("CC[C@H](O)CN"), model_of("flow", "harmonic")
    given = torch.from_numpy(polar_positions("CC[C@H](O)CN", 2)).float()
    given = given - given.mean(1, keepdim=True)
    found = refined(model, batch.molecules, given, torch.Generator().manual_seed(0), begin=0.02, steps=2)
    assert 0 < (found - given).abs().max() < 0.3


def test_a_small_network_learns_two_molecules():
    """The loss of placing atoms falls well below that of a network which knows nothing."""
    batch, model = batch_of("C[C@H](O)C(=O)O", "C1CC1CN", draws=8), model_of("flow", "harmonic").train()
    optimizer, rng = torch.optim.Adam(model.parameters(), 1e-2), torch.Generator().manual_seed(0)
    losses = []
    for _ in range(60):
        loss = cartesian_loss(model, batch, rng)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-10:]) < 0.75 * np.mean(losses[:5])
