import math

import numpy as np
import pytest
import torch
from scipy.stats import qmc

from molgen.sampling import low_discrepancy, torus_points


@pytest.mark.parametrize(
    ("n", "dim"), [(1, 1), (7, 3), (50, 12), (64, 0), (0, 4), pytest.param(1, 21202, marks=pytest.mark.slow)]
)
def test_any_number_of_points_and_dimensions(n, dim):
    points = low_discrepancy(n, dim, seed=0)
    assert points.shape == (n, dim)
    assert points.dtype == torch.float64
    assert ((points >= 0) & (points < 1)).all()


def test_points_cover_the_box_more_evenly_than_independent_ones():
    rng = np.random.default_rng(0)
    for n in (50, 64):
        sobol = np.mean([qmc.discrepancy(low_discrepancy(n, 4, seed).numpy()) for seed in range(10)])
        independent = np.mean([qmc.discrepancy(rng.random((n, 4))) for _ in range(10)])
        assert sobol < 0.35 * independent


def test_every_coordinate_is_stratified():
    cells = (low_discrepancy(64, 30, seed=1) * 64).floor().sort(0).values
    torch.testing.assert_close(cells, torch.arange(64.0).double()[:, None].expand(64, 30))


def test_the_seed_decides_alone():
    torch.manual_seed(0)
    first = low_discrepancy(10, 5, seed=3)
    state = torch.get_rng_state()
    torch.manual_seed(1)
    assert torch.equal(first, low_discrepancy(10, 5, seed=3))
    assert not torch.equal(first, low_discrepancy(10, 5, seed=4))
    assert torch.equal(first[:6], low_discrepancy(6, 5, seed=3))
    torch.manual_seed(0)
    assert torch.equal(state, torch.get_rng_state())


def test_torus_points_fill_the_circle():
    angles = torus_points(128, 3, seed=0)
    assert ((angles >= -math.pi) & (angles < math.pi)).all()
    assert torch.polar(torch.ones_like(angles), angles).mean(0).abs().max() < 1e-2
