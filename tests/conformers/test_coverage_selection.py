"""The greedy choice of conformers against brute force."""

import math
from itertools import combinations

import numpy as np
import pytest

from molgen.conformers.coverage import cover


def pool(size: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(size, 2))
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def value(distances: np.ndarray, chosen, weights: np.ndarray) -> float:
    far = distances.max() + 1.0
    return float(weights @ (far - distances[:, list(chosen)].min(1)))


@pytest.mark.parametrize("seed", range(5))
def test_the_first_k_of_many_are_the_choice_of_k(seed):
    distances = pool(12, seed)
    whole = cover(distances, 12)
    assert sorted(whole) == list(range(12))
    for k in range(1, 12):
        assert cover(distances, k) == whole[:k]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_choice_is_within_the_greedy_bound_of_the_best(seed, count):
    distances = pool(9, seed)
    weights = np.random.default_rng(seed + 100).uniform(0.1, 2.0, size=9)
    best = max(value(distances, chosen, weights) for chosen in combinations(range(9), count))
    found = value(distances, cover(distances, count, weights=weights), weights)
    assert found <= best + 1e-9
    assert found >= (1 - 1 / math.e) * best
    if count == 1:
        assert found == pytest.approx(best)


def test_the_first_choice_is_the_medoid_and_the_second_the_other_cluster():
    places = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 10.0, 10.2])
    distances = np.abs(places[:, None] - places)
    assert cover(distances, 2)[0] == 3  # the median
    assert cover(distances, 2)[1] in (5, 6)


def test_weights_move_the_choice():
    places = np.array([0.0, 0.1, 0.2, 0.3, 10.0])
    distances = np.abs(places[:, None] - places)
    assert cover(distances, 1) == [2]
    assert cover(distances, 1, weights=np.array([1.0, 1.0, 1.0, 1.0, 100.0])) == [4]


@pytest.mark.parametrize("seed", range(5))
def test_the_spacing_is_kept_and_nothing_that_fits_is_left_out(seed):
    distances = pool(20, seed)
    chosen = cover(distances, 20, spacing=0.8)
    gaps = distances[np.ix_(chosen, chosen)] + 10 * np.eye(len(chosen))
    assert gaps.min() >= 0.8
    assert 1 < len(chosen) < 20
    assert (distances[:, chosen].min(1) < 0.8).all()


def test_equal_members_are_all_chosen_when_spacing_allows():
    assert sorted(cover(np.zeros((3, 3)), 5)) == [0, 1, 2]
    assert cover(np.zeros((3, 3)), 5, spacing=0.1) == [0]


def test_an_empty_pool_gives_an_empty_choice():
    assert cover(np.zeros((0, 0)), 3) == []


def test_a_given_first_member_comes_first_and_the_rest_cover_what_it_leaves():
    distances = np.abs(np.subtract.outer([0.0, 1.0, 10.0, 11.0], [0.0, 1.0, 10.0, 11.0]))
    assert cover(distances, 2, first=3) in ([3, 0], [3, 1])
    assert cover(distances, 4, first=0, spacing=2.0)[0] == 0
