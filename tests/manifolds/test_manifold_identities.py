"""What every manifold owes to its name, in both precisions."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from molgen.manifolds import SO3, CenterFree, Euclidean, HarmonicCenterFree, Sphere, Torus, harmonic_root

DTYPES = [torch.float32, torch.float64]
SHAPES = {"torus": (5,), "so3": (3, 3), "euclidean": (3,), "center-free": (4, 3), "harmonic": (4, 3)}
RING = torch.tensor([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]], dtype=torch.bool)
MANIFOLDS = {
    "torus": Torus(),
    "so3": SO3(),
    "euclidean": Euclidean(scale=2.0),
    "center-free": CenterFree(),
    "harmonic": HarmonicCenterFree(harmonic_root(RING)),
    **{f"sphere-{dim}": Sphere(dim) for dim in (1, 2, 3, 7)},
}
REACH = 0.95 * math.pi  # geodesics shorter than this are the only shortest ones
seeds = st.integers(0, 2**31 - 1)
sizes = st.floats(0, 1)


def points(name, rng, dtype, count=6):
    manifold = MANIFOLDS[name]
    shape = SHAPES[name] if name in SHAPES else (manifold.dim + 1,)
    return manifold.prior(torch.zeros(count, *shape, dtype=dtype), rng)


def tangents(name, x, size, rng):
    """Random tangents, the longest of them (per geodesic) `size` times REACH."""
    v = MANIFOLDS[name].tangent_noise(x, rng)
    flat = v.abs() if name == "torus" else v.flatten(1).norm(dim=-1).reshape(-1, *[1] * (v.ndim - 1))
    return size * REACH * v / flat.max()


def close(first, second, dtype, scale=1.0):
    torch.testing.assert_close(first, second, rtol=0, atol=scale * (2e-4 if dtype == torch.float32 else 1e-8))


def apart(name, x, y):
    return MANIFOLDS[name].log(x, y).abs().max() if name == "torus" else (x - y).abs().max()


every_manifold = pytest.mark.parametrize("name", MANIFOLDS)
both_precisions = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def identity(**drawn):
    """A test that must hold on every manifold in both precisions, for any seed and whatever else is `drawn`."""

    def wrapped(test):
        return every_manifold(both_precisions(settings(max_examples=25)(given(seed=seeds, **drawn)(test))))

    return wrapped


@identity(size=sizes)
def test_log_undoes_exp(name, dtype, seed, size):
    rng, manifold = torch.Generator().manual_seed(seed), MANIFOLDS[name]
    x = points(name, rng, dtype)
    v = tangents(name, x, size, rng)
    y = manifold.exp(x, v)
    assert y.dtype == dtype
    close(manifold.log(x, y), v, dtype)
    close(manifold.project(y), y, dtype)


@identity()
def test_exp_undoes_log(name, dtype, seed):
    rng, manifold = torch.Generator().manual_seed(seed), MANIFOLDS[name]
    x, y = points(name, rng, dtype), points(name, rng, dtype)
    v = manifold.log(x, y)
    assert apart(name, manifold.exp(x, v), y) < (5e-4 if dtype == torch.float32 else 1e-8)
    close(manifold.project_tangent(x, v), v, dtype)
    close(manifold.exp(x, manifold.tangent(x)), x, dtype)


@identity(size=sizes)
def test_transport_keeps_inner_products_and_goes_back(name, dtype, seed, size):
    rng, manifold = torch.Generator().manual_seed(seed), MANIFOLDS[name]
    x = points(name, rng, dtype)
    y = manifold.exp(x, tangents(name, x, size, rng))
    v, w = manifold.tangent_noise(x, rng), manifold.tangent_noise(x, rng)
    v_there, w_there = manifold.transport(x, y, v), manifold.transport(x, y, w)
    close((v_there * w_there).flatten(1).sum(-1), (v * w).flatten(1).sum(-1), dtype, scale=5)
    close(manifold.project_tangent(y, v_there), v_there, dtype, scale=5)
    close(manifold.transport(y, x, v_there), v, dtype, scale=5)


@identity(size=sizes, share=st.floats(0.01, 0.99))
def test_the_velocity_of_a_geodesic_is_parallel_along_it(name, dtype, seed, size, share):
    rng, manifold = torch.Generator().manual_seed(seed), MANIFOLDS[name]
    x = points(name, rng, dtype)
    v = tangents(name, x, size, rng)
    y, middle = manifold.exp(x, v), manifold.exp(x, share * v)
    close((1 - share) * manifold.transport(x, middle, v), manifold.log(middle, y), dtype)
    close(-share * manifold.transport(x, middle, v), manifold.log(middle, x), dtype)


@pytest.mark.parametrize("name", [name for name in MANIFOLDS if name != "harmonic"])  # whose metric is another
@both_precisions
def test_noise_is_tangent_and_standard_normal_in_each_direction(name, dtype):
    rng, manifold = torch.Generator().manual_seed(0), MANIFOLDS[name]
    x = points(name, rng, dtype, count=1).expand(20000, *points(name, rng, dtype, count=1).shape[1:])
    noise = manifold.tangent_noise(x, rng)
    close(manifold.project_tangent(x, noise), noise, dtype)
    flat = noise.flatten(1).double()
    spread = torch.linalg.eigvalsh(flat.T @ flat / len(flat))
    normal_directions = {"center-free": 3}.get(name, int(name.startswith("sphere")))
    expected = torch.cat([torch.zeros(normal_directions), torch.ones(len(spread) - normal_directions)]).double()
    torch.testing.assert_close(spread, expected, atol=0.05, rtol=0)


@every_manifold
def test_padding_stays_where_it_is(name):
    rng, manifold = torch.Generator().manual_seed(0), MANIFOLDS[name]
    x = points(name, rng, torch.float64)
    v = manifold.tangent_noise(x, rng)
    mask = torch.rand(v.shape[: {"torus": 2, "center-free": 2, "harmonic": 2}.get(name, 1)], generator=rng) > 0.5
    real = mask.reshape(mask.shape + (1,) * (v.ndim - mask.ndim)).expand_as(v)
    assert not manifold.project_tangent(x, v, mask)[~real].any()
    assert manifold.project_tangent(x, v, mask)[real].any()
    padding = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim)).expand_as(x).logical_not()
    start = manifold.prior(x, rng, mask)
    flat = name in ("euclidean", "center-free", "harmonic")
    assert torch.equal(start[padding], torch.zeros_like(x[padding]) if flat else x[padding])
    assert not torch.equal(start[~padding], x[~padding])
