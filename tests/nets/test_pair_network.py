"""Symmetries of the network over all pairs of atoms."""

from dataclasses import replace

import pytest
import torch
from equivariance import assert_equivariant
from small_cartesian import polar_of, polar_positions

from molgen.graphs.stereo_batch import StereoBatch, batch_stereo_graphs
from molgen.nets.pair_network import PairNetwork, PairNetworkConfig

NAMES = ("C[C@H](O)[C@@H](N)C(=O)O", "C/C=C/Cl")
SIZE = PairNetworkConfig(scalars=12, vectors=4, pair_channels=8, graph_layers=1, layers=2, distance_channels=6)


def batch_of(*names: str) -> tuple[StereoBatch, torch.Tensor]:
    polar = [polar_of(name) for name in names]
    batch = batch_stereo_graphs([p.graph for p in polar], [p.marks for p in polar])
    positions = torch.zeros(len(names), 2, batch.graph.atoms.shape[1], 3, dtype=torch.float64)
    for row, name in enumerate(names):
        own = torch.from_numpy(polar_positions(name, 2))
        positions[row, :, : own.shape[1]] = own + 0.3 * torch.randn(
            own.shape, generator=torch.Generator().manual_seed(row)
        )
    return batch, positions


@pytest.fixture(scope="module")
def network() -> PairNetwork:
    torch.manual_seed(0)
    network = PairNetwork(SIZE).double()
    torch.nn.init.normal_(network.out.weight)
    return network


def vectors(network: PairNetwork, batch: StereoBatch, positions: torch.Tensor, t: float = 0.3) -> torch.Tensor:
    with torch.no_grad():
        times = torch.full(positions.shape[:2], t, dtype=positions.dtype)
        found = network(batch, network.encode(batch), positions, times)
    return found * batch.graph.atom_mask[:, None, :, None]


def test_vectors_turn_with_the_molecule_and_reflect_with_its_mirror_image(network):
    batch, positions = batch_of(*NAMES)
    other = replace(batch, chiral=batch.chiral[..., [0, 1, 3, 2]])
    assert_equivariant(
        lambda x: {"vector": vectors(network, batch, x)},
        positions,
        {"vector": "1o"},
        mirrored=lambda x: {"vector": vectors(network, other, x)},
        real=batch.graph.atom_mask,
    )


def test_the_network_tells_a_molecule_from_its_mirror_image(network):
    batch, positions = batch_of(NAMES[0])
    other = replace(batch, chiral=batch.chiral[..., [0, 1, 3, 2]])
    assert (vectors(network, batch, positions) - vectors(network, other, positions)).abs().max() > 1e-3


def test_the_order_of_the_three_neighbors_does_not_matter(network):
    batch, positions = batch_of(NAMES[0])
    turned = replace(batch, chiral=batch.chiral[..., [0, 2, 3, 1]])
    torch.testing.assert_close(vectors(network, batch, positions), vectors(network, turned, positions))


def test_the_network_tells_cis_from_trans(network):
    batch, positions = batch_of(NAMES[1])
    cis = replace(batch, across=batch.across * 2)
    assert (vectors(network, batch, positions) - vectors(network, cis, positions)).abs().max() > 1e-3


def test_padding_and_other_molecules_change_nothing(network):
    batch, positions = batch_of(*NAMES)
    alone, _ = batch_of(NAMES[1])
    own = positions[1:, :, : alone.graph.atoms.shape[1]]
    found = vectors(network, batch, positions)[1:, :, : own.shape[2]]
    torch.testing.assert_close(found, vectors(network, alone, own))
