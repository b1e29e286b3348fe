import numpy as np
import pytest
import torch

from molgen.geometry import rotations
from molgen.processes import (
    LinearPath,
    ProductProcess,
    RotationDiffusion,
    TorsionDiffusion,
    TorsionFlow,
    TranslationDiffusion,
    TranslationFlow,
    VarianceExploding,
    VariancePreservingCosine,
)
from molgen.sampling import Guidance, energy_gradient, heun, integrate, karras_grid, uniform_grid

MEAN, SPREAD = 1.0, 0.5
SLOPE = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)


def linear_energy(x):
    return x @ SLOPE


def exact_field(process):
    def field(x, t):
        a = process.schedule(t)
        variance = a.alpha**2 * SPREAD**2 + a.sigma**2
        if process.prediction == "score":
            return -(x - a.alpha * MEAN) / variance
        slope = (a.alpha * a.dalpha * SPREAD**2 + a.sigma * a.dsigma) / variance
        return a.dalpha * MEAN + slope * (x - a.alpha * MEAN)

    return field


@pytest.mark.parametrize(
    "process",
    [
        TranslationDiffusion(VarianceExploding(0.005, 40.0)),
        TranslationDiffusion(VariancePreservingCosine()),
        TranslationFlow(LinearPath(2.0)),
    ],
    ids=["ve", "vp", "flow"],
)
def test_guidance_at_the_denoised_state_tilts_a_gaussian_exactly(process):
    """exp(-scale a.x) N(x; m, s^2) is N(m - scale s^2 a, s^2)."""
    start = process.prior(torch.zeros(2000, 3).double(), torch.Generator().manual_seed(0))
    is_exploding = isinstance(process.schedule, VarianceExploding)
    times = karras_grid(100, process.schedule) if is_exploding else uniform_grid(200)
    guidance = Guidance(linear_energy, scale=1.5, at_denoised=True)
    with torch.no_grad():
        x = integrate(exact_field(process), process, start, times, stepper=heun, guidance=guidance)
    torch.testing.assert_close(x.mean(0), MEAN - 1.5 * SPREAD**2 * SLOPE, atol=0.05, rtol=0)
    torch.testing.assert_close(x.std(0), torch.full((3,), SPREAD).double(), atol=0.03, rtol=0)


def test_scale_may_depend_on_time():
    process, start = TranslationDiffusion(), torch.ones(1, 3, dtype=torch.float64)
    late = Guidance(linear_energy, scale=lambda t: 1.0 if t < 0.5 else 0.0)
    seen = {}
    for name, guidance in (("late", late), ("none", None)):
        path = []
        integrate(
            exact_field(process),
            process,
            start,
            uniform_grid(10),
            guidance=guidance,
            on_step=lambda i, t, x, path=path: path.append(x),
        )
        seen[name] = path
    assert torch.equal(seen["late"][5], seen["none"][5])
    assert not torch.equal(seen["late"][6], seen["none"][6])


def test_energy_gradient_is_a_tangent():
    rng = torch.Generator().manual_seed(0)
    probe = torch.randn(3, 3, generator=rng, dtype=torch.float64)
    process = ProductProcess({"rotation": RotationDiffusion(), "torsion": TorsionDiffusion()})
    state = {
        "rotation": rotations.random_rotation((4,), rng, dtype=torch.float64),
        "torsion": torch.randn(4, 2, generator=rng, dtype=torch.float64),
    }

    def energy(state):
        return (state["rotation"] * probe).sum((-1, -2)) + state["torsion"].cos().sum(-1)

    with torch.no_grad():
        gradient = energy_gradient(energy, process, state)
    torch.testing.assert_close(gradient["torsion"], -state["torsion"].sin())
    h = 1e-6
    for i in range(3):
        twist = torch.zeros(3, dtype=torch.float64)
        twist[i] = h
        ahead = energy({**state, "rotation": rotations.exp(twist) @ state["rotation"]})
        behind = energy({**state, "rotation": rotations.exp(-twist) @ state["rotation"]})
        torch.testing.assert_close(gradient["rotation"][:, i], (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-8)


def test_a_part_that_the_energy_does_not_use_is_not_bent():
    process = ProductProcess({"translation": TranslationDiffusion(), "torsion": TorsionDiffusion()})
    state = {"translation": torch.ones(2, 3), "torsion": torch.ones(2, 4)}
    gradient = energy_gradient(lambda s: s["translation"].sum(-1), process, state)
    assert torch.equal(gradient["torsion"], torch.zeros(2, 4))
    assert torch.equal(gradient["translation"], torch.ones(2, 3))


@pytest.mark.parametrize("at_denoised", [False, True])
@pytest.mark.parametrize("process", [TorsionFlow(), TorsionDiffusion()], ids=["flow", "diffusion"])
def test_guidance_lowers_the_energy_on_the_torus(process, at_denoised):
    start = process.prior(torch.zeros(500, 1), torch.Generator().manual_seed(0))

    def energy(x):
        return -torch.cos(x - 1).sum(-1)

    guidance = Guidance(energy, scale=2.0, at_denoised=at_denoised)
    x = integrate(lambda x, t: torch.zeros_like(x), process, start, uniform_grid(50), guidance=guidance)
    assert energy(x).mean() < energy(start).mean() - 0.4


def test_the_gradient_does_not_reach_the_network():
    weight = torch.ones(3, requires_grad=True)
    process = TranslationDiffusion()
    guidance = Guidance(lambda x: (x**2).sum(-1), at_denoised=True)
    with torch.no_grad():
        x = integrate(lambda x, t: -weight * x, process, torch.ones(2, 3), uniform_grid(3), guidance=guidance)
    assert not x.requires_grad
    assert weight.grad is None
    assert np.isfinite(x.numpy()).all()
