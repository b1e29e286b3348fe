"""Clash and contact of ligand and receptor at and beside their limits."""

import pytest
import torch

from molgen.metrics.validity.distances import near_enough, no_clash, pair_distances

EPS = 1e-9


@pytest.mark.parametrize(("distance", "passes"), [(0.75 * 3.4, True), (0.75 * 3.4 - EPS, False)])
def test_three_quarters_of_the_sum_of_radii_is_no_clash(distance: float, passes: bool) -> None:
    distances = torch.tensor([[[distance, 9.0]]], dtype=torch.float64)
    ligand, receptor = torch.tensor([1.7]).double(), torch.tensor([1.7, 1.7]).double()
    receptor = torch.tensor([3.4, 3.4], dtype=torch.float64) - ligand
    assert no_clash(distances, ligand, receptor).tolist() == [passes]


@pytest.mark.parametrize(("distance", "passes"), [(5.0, True), (5.0 + EPS, False)])
def test_five_angstrom_are_near_enough(distance: float, passes: bool) -> None:
    assert near_enough(torch.tensor([[[distance, 40.0]]], dtype=torch.float64)).tolist() == [passes]


def test_poses_are_judged_one_by_one() -> None:
    ligand = torch.tensor([[[0.0, 0.0, 0.0]], [[9.0, 0.0, 0.0]]], dtype=torch.float64)
    distances = pair_distances(ligand, torch.tensor([[3.0, 4.0, 0.0]], dtype=torch.float64))
    assert distances.flatten().tolist() == pytest.approx([5.0, 52**0.5])
    assert near_enough(distances).tolist() == [True, False]


def test_distances_of_far_coordinates_do_not_cancel() -> None:
    far = torch.full((1, 1, 3), 1e4, dtype=torch.float64)
    assert pair_distances(far, far[0] + 1e-3).item() == pytest.approx(1e-3 * 3**0.5, rel=1e-6)
