"""Minima of a search: distinct ones, and chains that go on from the lowest."""

import torch

from molgen.docking.search.minima import Minima, distinct, renewed


def test_the_worst_chains_go_on_from_the_lowest_minima_in_turn():
    chains = Minima(torch.arange(4.0).expand(2, 3, 4), torch.tensor([3.0, 1.0, 9.0, 2.0]), torch.arange(4))
    minima = Minima(10 + torch.arange(3.0).expand(2, 3, 3), torch.tensor([-4.0, -3.0, -2.0]), 5 + torch.arange(3))
    mixed = renewed(chains, minima, 0.75, elite=2)
    assert mixed.energies.tolist() == [-3.0, 1.0, -4.0, -4.0]  # 9, 3 and 2 are replaced, in this order
    assert mixed.template.tolist() == [6, 1, 5, 5]
    assert mixed.positions[0, 0].tolist() == [11.0, 1.0, 10.0, 10.0]
    assert chains.energies.tolist() == [3.0, 1.0, 9.0, 2.0]


def test_distinct_minima_are_the_lowest_of_each_neighborhood_in_order():
    rng = torch.Generator().manual_seed(0)
    centers = 20 * torch.randn(5, 3, 3, generator=rng)  # three minima of a molecule of five atoms, far apart
    positions = centers.repeat_interleave(4, dim=2) + 0.05 * torch.randn(5, 3, 12, generator=rng) + 500
    energies = torch.randperm(12, generator=rng).float()
    found = distinct(Minima(positions, energies, torch.arange(12)), 12)
    lowest = sorted(float(group.min()) for group in energies.view(3, 4))
    assert found.energies.tolist() == lowest
    for energy, template in zip(found.energies, found.template, strict=True):
        assert energies[template] == energy
    assert distinct(Minima(positions, energies, torch.arange(12)), 2).energies.tolist() == lowest[:2]


def test_joined_and_replaced_minima_keep_their_columns_together():
    first = Minima(torch.zeros(2, 3, 2), torch.tensor([1.0, 2.0]), torch.tensor([0, 1]))
    second = Minima(torch.ones(2, 3, 2), torch.tensor([3.0, 4.0]), torch.tensor([5, 6]))
    both = first.joined(second)
    assert both.energies.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert both.template.tolist() == [0, 1, 5, 6]
    assert both.positions[0, 0].tolist() == [0.0, 0.0, 1.0, 1.0]
    mixed = first.replaced(torch.tensor([False, True]), second)
    assert mixed.energies.tolist() == [1.0, 4.0]
    assert mixed.template.tolist() == [0, 6]
    assert mixed.positions[0, 0].tolist() == [0.0, 1.0]
