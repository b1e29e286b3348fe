"""Noise with springs along bonds."""

from itertools import pairwise

import torch

from molgen.manifolds import HarmonicCenterFree, harmonic_root
from molgen.processes import GaussianProcess
from molgen.processes.schedules import LinearPath

CHAIN = torch.tensor([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]], dtype=torch.bool)
MASK = torch.tensor([True, True, True, False])


def test_noise_has_the_mean_squared_distances_of_a_chain_of_springs():
    manifold = HarmonicCenterFree(harmonic_root(CHAIN))
    x = manifold.prior(torch.zeros(40_000, 4, 3), torch.Generator().manual_seed(0), MASK)
    assert (x[:, 3] == 0).all()
    assert x.mean(1).abs().max() < 1e-5
    near, far = ((x[:, 0] - x[:, k]).square().sum(-1).mean() for k in (1, 2))
    torch.testing.assert_close(torch.stack([near, far]), torch.tensor([3.0, 6.0]), rtol=0.03, atol=0)


def test_the_root_squared_is_the_inverse_of_the_laplacian():
    bonded = CHAIN[:3, :3]
    laplacian = torch.diag(bonded.sum(1)) - bonded.float()
    root = harmonic_root(bonded)
    torch.testing.assert_close(root @ root, torch.linalg.pinv(laplacian), rtol=0, atol=1e-5)


def test_the_stochastic_sampler_keeps_the_distribution_of_gaussian_data():
    """Data N(0, s^2 L^-1): the clean state is known, and its samples must have that covariance again."""
    manifold, s, steps = HarmonicCenterFree(harmonic_root(CHAIN[:3, :3])), 0.5, 60
    process = GaussianProcess(manifold, LinearPath(1.0), "x0")
    rng = torch.Generator().manual_seed(1)
    x = process.prior(torch.zeros(20_000, 3, 3), rng)
    times = torch.linspace(1, 0, steps + 1)
    for t, after in pairwise(times):
        point = process.path(x, t)
        clean = point.alpha * s**2 / ((point.alpha * s) ** 2 + point.sigma**2) * x
        x = process.step(x, clean, t, after - t, rng)
    spread = (x[:, 0] - x[:, 2]).square().sum(-1).mean()
    assert abs(spread / (6 * s**2) - 1) < 0.1
