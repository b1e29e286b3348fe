"""Flow and diffusion on a curved manifold that is no group: targets are tangents at x_t."""

import math

import pytest
import torch

from molgen.manifolds import Sphere
from molgen.processes import GeodesicFlow, HeatDiffusion, VarianceExploding
from molgen.processes.predictions import velocity_from_x0

COUNT = 40000
SPHERE = Sphere()
FLOW, DIFFUSION = GeodesicFlow(SPHERE), HeatDiffusion(SPHERE, VarianceExploding(0.03, 3.0))
PROCESSES = pytest.mark.parametrize("process", [FLOW, DIFFUSION], ids=["flow", "diffusion"])


def data(count=COUNT, dtype=torch.float64):
    return torch.tensor([0.36, -0.48, 0.8], dtype=dtype).expand(count, 3)


@PROCESSES
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("t", [0.05, 0.5, 1.0])
def test_targets_are_tangents_at_the_noised_state(process, dtype, t):
    noised = process.corrupt(data(dtype=dtype), t, torch.Generator().manual_seed(0))
    assert noised.x_t.dtype == noised.target.dtype == noised.weight.dtype == dtype
    off = (noised.x_t * noised.target).sum(-1).abs().max()
    assert off < (1e-4 if dtype == torch.float32 else 1e-12) * noised.target.abs().max()


@pytest.mark.parametrize("dim", [2, 3])
def test_flow_target_is_the_velocity_of_its_path(dim):
    process, x0 = GeodesicFlow(Sphere(dim)), torch.eye(dim + 1, dtype=torch.float64)
    at = {t: process.corrupt(x0, t, torch.Generator().manual_seed(1)) for t in (0.0, 0.4, 0.6, 0.600001, 1.0)}
    torch.testing.assert_close(at[0.0].x_t, x0)
    torch.testing.assert_close((at[0.600001].x_t - at[0.6].x_t) / 1e-6, at[0.6].target, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(at[1.0].x_t, process.prior(x0, torch.Generator().manual_seed(1)))
    torch.testing.assert_close(at[0.4].target.norm(dim=-1), at[0.6].target.norm(dim=-1))


def test_flow_target_leads_back_to_the_data_from_any_time():
    t = torch.linspace(0.05, 0.99, 500, dtype=torch.float64)
    noised = FLOW.corrupt(data(500), t, torch.Generator().manual_seed(0))
    torch.testing.assert_close(FLOW.denoised(noised.x_t, noised.target, t), data(500))
    torch.testing.assert_close(FLOW.step(noised.x_t, noised.target, t, -t), data(500))
    velocity = velocity_from_x0(noised.x_t, data(500), t[:, None], SPHERE.log)
    torch.testing.assert_close(velocity, noised.target)


def test_full_noise_is_nearly_uniform():
    x1 = DIFFUSION.corrupt(data(), 1.0, torch.Generator().manual_seed(0)).x_t
    torch.testing.assert_close(x1.mean(0), torch.zeros(3).double(), atol=0.02, rtol=0)
    torch.testing.assert_close(x1.T @ x1 / COUNT, torch.eye(3).double() / 3, atol=0.02, rtol=0)


@pytest.mark.parametrize("t", [0.3, 0.6, 0.8])
def test_noised_points_have_the_mean_of_the_heat_kernel(t):
    sigma = float(DIFFUSION.schedule(torch.tensor(t)).sigma)
    mean = DIFFUSION.corrupt(data(), t, torch.Generator().manual_seed(0)).x_t.mean(0)
    torch.testing.assert_close(mean, math.exp(-(sigma**2)) * data(1)[0], atol=0.015, rtol=0)


@pytest.mark.parametrize("t", [0.5, 0.8, 1.0])
def test_diffusion_target_satisfies_steins_identity(t):
    """E[score . grad f] = -E[Laplacian f]: for a.x and (a.x)(b.x), a and b perpendicular, 2 f and 6 f on the right."""
    noised = DIFFUSION.corrupt(data(), t, torch.Generator().manual_seed(0))
    a, b = torch.tensor([[0.6, 0.0, 0.8], [0.0, 1.0, 0.0]], dtype=torch.float64)
    x = noised.x_t
    for value, gradient, eigenvalue in (
        (x @ a, a.expand_as(x), 2),
        ((x @ a) * (x @ b), (x @ b)[:, None] * a + (x @ a)[:, None] * b, 6),
    ):
        product = (noised.target * gradient).sum(-1) - eigenvalue * value
        assert product.mean().abs() < 5 * product.std() / math.sqrt(COUNT)


@pytest.mark.parametrize("t", [0.05, 0.6, 0.9])
def test_weighted_targets_have_unit_variance_in_each_direction(t):
    noised = DIFFUSION.corrupt(data(), t, torch.Generator().manual_seed(0))
    assert float((noised.weight * noised.target**2).sum(-1).mean() / 2) == pytest.approx(1, abs=0.03)


@PROCESSES
def test_a_field_off_the_tangent_plane_counts_by_its_tangent_part(process):
    noised = process.corrupt(data(20), 0.4, torch.Generator().manual_seed(0))
    field = noised.target + 5 * noised.x_t
    stepped = process.step(noised.x_t, field, 0.4, -0.1)
    torch.testing.assert_close(stepped, process.step(noised.x_t, noised.target, 0.4, -0.1))
    torch.testing.assert_close(process.velocity(noised.x_t, field, 0.4), process.velocity(*noised_pair(noised), 0.4))
    torch.testing.assert_close(process.denoised(noised.x_t, field, 0.4), process.denoised(*noised_pair(noised), 0.4))


def noised_pair(noised):
    return noised.x_t, noised.target


def test_the_flow_refuses_a_score_and_a_manifold_without_heat_kernel_a_diffusion():
    with pytest.raises(ValueError, match="GeodesicFlow is ODE-only"):
        FLOW.score(data(2), data(2), 0.5)
    with pytest.raises(ValueError, match="on S\\^2, not on S\\^3"):
        HeatDiffusion(Sphere(3), VarianceExploding(0.03, 3.0)).corrupt(torch.eye(4), 0.5, torch.Generator())
