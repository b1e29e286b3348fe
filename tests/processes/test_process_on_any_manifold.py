"""A family and a manifold make a process; masks are arguments of its verbs."""

import pytest
import torch

from molgen.manifolds import SO3, CenterFree, Euclidean, Sphere, Torus
from molgen.processes import (
    CartesianDiffusion,
    CartesianFlow,
    GeodesicFlow,
    HeatDiffusion,
    LinearPath,
    ProductProcess,
    TranslationDiffusion,
    TranslationFlow,
    VarianceExploding,
)
from molgen.sampling import adams_bashforth, euler, euler_maruyama, heun, integrate, midpoint, uniform_grid

NOISE = VarianceExploding(0.05, 3.0)
LIKE = {Torus(): (5, 4), SO3(): (5, 3, 3), Euclidean(): (5, 3), Sphere(): (5, 3), CenterFree(): (5, 6, 3)}
PROCESSES = [
    *(GeodesicFlow(manifold) for manifold in LIKE),
    *(HeatDiffusion(manifold, NOISE) for manifold in LIKE if manifold != CenterFree()),
    CartesianDiffusion(),
    CartesianFlow(),
]


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def start(process, mask=None):
    return process.prior(torch.zeros(LIKE[process.manifold], dtype=torch.float64), rng(1), mask)


def some_mask(process):
    """Padding in most rows; a molecule keeps at least two atoms."""
    shape = LIKE[process.manifold][: 2 if isinstance(process.manifold, Torus | CenterFree) else 1]
    mask = torch.rand(shape, generator=rng(2)) < 0.6
    if mask.ndim == 2:
        mask[:, :2] = True
    return mask


def padding_of(mask, like):
    return ~mask.reshape(mask.shape + (1,) * (like.ndim - mask.ndim)).expand_as(like)


@pytest.mark.parametrize("process", PROCESSES, ids=str)
def test_padding_has_no_target_no_weight_and_does_not_move(process):
    mask = some_mask(process)
    x0 = start(process, mask)
    noised = process.corrupt(x0, 0.6, rng(3), mask)
    padding = padding_of(mask, x0)
    assert padding.any()
    assert noised.x_t.isfinite().all()
    torch.testing.assert_close(noised.x_t[padding], x0[padding])
    assert not noised.target[padding_of(mask, noised.target)].any()
    weight = noised.weight.expand_as(noised.target)
    assert torch.equal(weight > 0, ~padding_of(mask, noised.target))
    field = process.tangent_noise(x0, rng(4))
    moved = process.step(noised.x_t, field, 0.6, -0.1, None, mask)
    torch.testing.assert_close(moved[padding], noised.x_t[padding])
    assert not torch.equal(moved[~padding], noised.x_t[~padding])


@pytest.mark.parametrize("process", PROCESSES, ids=str)
def test_what_is_real_does_not_feel_a_mask_of_what_is_padding(process):
    if isinstance(process.manifold, CenterFree):
        pytest.skip("the center of a molecule depends on which atoms are real")
    mask, x0 = some_mask(process), start(process)
    plain, masked = process.corrupt(x0, 0.6, rng(3)), process.corrupt(x0, 0.6, rng(3), mask)
    real = ~padding_of(mask, plain.target)
    assert torch.equal(masked.target[real], plain.target[real])
    assert torch.equal(masked.x_t[~padding_of(mask, x0)], plain.x_t[~padding_of(mask, x0)])


@pytest.mark.parametrize("stepper", [euler, heun, midpoint, adams_bashforth(), euler_maruyama])
def test_integration_leaves_padding_of_a_product_where_it_is(stepper):
    process = ProductProcess({"angles": HeatDiffusion(Torus(), NOISE), "direction": HeatDiffusion(Sphere(), NOISE)})
    like = {"angles": torch.full((5, 4), 0.5).double(), "direction": torch.eye(3).double()[[0, 1, 2, 0, 1]]}
    mask = {"angles": torch.rand(5, 4, generator=rng(2)) < 0.6}

    def field(state, t):
        return {"angles": state["angles"].cos(), "direction": state["direction"].roll(1, -1)}

    state = process.prior(like, rng(), mask)
    end = integrate(field, process, state, uniform_grid(4), stepper=stepper, rng=rng(), mask=mask)
    assert torch.equal(end["angles"][~mask["angles"]], like["angles"][~mask["angles"]])
    assert (end["angles"] != state["angles"])[mask["angles"]].all()
    assert (end["direction"] != state["direction"]).all()


def test_flat_space_gives_the_linear_flow_and_the_exploding_diffusion():
    x0, t = torch.randn(50, 3, generator=rng(), dtype=torch.float64), torch.rand(50, generator=rng(1)).double()
    pairs = [
        (GeodesicFlow(Euclidean(scale=4.0)), TranslationFlow(LinearPath(4.0))),
        (HeatDiffusion(Euclidean(scale=3.0), NOISE), TranslationDiffusion(NOISE)),
    ]
    for general, flat in pairs:
        first, second = general.corrupt(x0, t, rng(2)), flat.corrupt(x0, t, rng(2))
        torch.testing.assert_close(first.x_t, second.x_t)
        torch.testing.assert_close(first.target, second.target)
        torch.testing.assert_close(general.prior(x0, rng(3)), flat.prior(x0, rng(3)))
        torch.testing.assert_close(
            general.velocity(first.x_t, first.target, t), flat.velocity(second.x_t, second.target, t)
        )


def test_a_diffusion_needs_a_heat_kernel():
    with pytest.raises(ValueError, match=r"CenterFree.* has no heat kernel"):
        HeatDiffusion(CenterFree(), NOISE)  # pyright: ignore[reportArgumentType]
