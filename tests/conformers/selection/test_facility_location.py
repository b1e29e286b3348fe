"""The greedy choice of conformers against brute force."""

import math
from itertools import combinations

import numpy as np
import pytest

from molgen.conformers.selection.facility_location import facility_location


def pairwise(size: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(size, 2))
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def value(distances: np.ndarray, selected, weights: np.ndarray) -> float:
    far = distances.max() + 1.0
    return float(weights @ (far - distances[:, list(selected)].min(1)))


@pytest.mark.parametrize("seed", range(5))
def test_the_first_k_of_many_are_the_choice_of_k(seed):
    distances = pairwise(12, seed)
    whole = facility_location(distances, 12)
    assert sorted(whole) == list(range(12))
    for k in range(1, 12):
        assert facility_location(distances, k) == whole[:k]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_choice_is_within_the_greedy_bound_of_the_best(seed, count):
    distances = pairwise(9, seed)
    weights = np.random.default_rng(seed + 100).uniform(0.1, 2.0, size=9)
    best = max(value(distances, selected, weights) for selected in combinations(range(9), count))
    found = value(distances, facility_location(distances, count, weights=weights), weights)
    assert found <= best + 1e-9
    assert found >= (1 - 1 / math.e) * best
    if count == 1:
        assert found == pytest.approx(best)


def test_the_first_choice_is_the_medoid_and_the_second_the_other_cluster():
    places = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 10.0, 10.2])
    distances = np.abs(places[:, None] - places)
    assert facility_location(distances, 2)[0] == 3  # the median
    assert facility_location(distances, 2)[1] in (5, 6)


def test_weights_move_the_choice():
    places = np.array([0.0, 0.1, 0.2, 0.3, 10.0])
    distances = np.abs(places[:, None] - places)
    assert facility_location(distances, 1) == [2]
    assert facility_location(distances, 1, weights=np.array([1.0, 1.0, 1.0, 1.0, 100.0])) == [4]


@pytest.mark.parametrize("seed", range(5))
def test_the_min_rmsd_is_kept_and_nothing_that_fits_is_left_out(seed):
    distances = pairwise(20, seed)
    selected = facility_location(distances, 20, min_rmsd=0.8)
    gaps = distances[np.ix_(selected, selected)] + 10 * np.eye(len(selected))
    assert gaps.min() >= 0.8
    assert 1 < len(selected) < 20
    assert (distances[:, selected].min(1) < 0.8).all()


def test_equal_members_are_all_selected_when_min_rmsd_allows():
    assert sorted(facility_location(np.zeros((3, 3)), 5)) == [0, 1, 2]
    assert facility_location(np.zeros((3, 3)), 5, min_rmsd=0.1) == [0]


def test_an_empty_set_gives_an_empty_selection():
    assert facility_location(np.zeros((0, 0)), 3) == []


def test_a_given_first_member_comes_first_and_the_rest_cover_what_it_leaves():
    distances = np.abs(np.subtract.outer([0.0, 1.0, 10.0, 11.0], [0.0, 1.0, 10.0, 11.0]))
    assert facility_location(distances, 2, first=3) in ([3, 0], [3, 1])
    assert facility_location(distances, 4, first=0, min_rmsd=2.0)[0] == 0
