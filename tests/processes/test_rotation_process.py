import math

import pytest
import torch

from molgen.geometry import rotations
from molgen.processes import RotationDiffusion, RotationFlow

COUNT = 20000
CENTER = rotations.exp(torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64))


def data(count=COUNT):
    return CENTER.expand(count, 3, 3)


def test_flow_runs_along_the_geodesic_at_its_target_velocity():
    process = RotationFlow()
    ends = [process.corrupt(data(100), t, torch.Generator().manual_seed(0)) for t in (0.0, 0.3, 0.3001, 1.0)]
    torch.testing.assert_close(ends[0].x_t, data(100))
    small = ends[2].x_t @ ends[1].x_t.transpose(-1, -2)
    skew = (small - small.transpose(-1, -2)) / 2
    spin = torch.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], -1) / 0.0001
    torch.testing.assert_close(spin, ends[1].target, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(ends[3].x_t, process.prior(data(100), torch.Generator().manual_seed(0)))


def test_turning_the_world_turns_the_state_and_the_target():
    turn = rotations.exp(torch.tensor([1.0, 0.2, -0.3], dtype=torch.float64))
    for process in (RotationFlow(), RotationDiffusion()):
        noised = process.corrupt(data(20), 0.4, torch.Generator().manual_seed(0))
        turned_state = process.step(turn @ noised.x_t, noised.target @ turn.T, 0.4, -0.1)
        torch.testing.assert_close(turned_state, turn @ process.step(noised.x_t, noised.target, 0.4, -0.1))


def test_full_noise_is_nearly_uniform():
    x1 = RotationDiffusion().corrupt(data(), 1.0, torch.Generator().manual_seed(0)).x_t
    assert x1.mean(0).abs().max() < 0.02


@pytest.mark.parametrize("t", [0.5, 0.8])
def test_noised_rotations_have_the_mean_of_the_heat_kernel(t):
    process = RotationDiffusion()
    sigma = float(process.schedule(torch.tensor(t)).sigma)
    mean = process.corrupt(data(), t, torch.Generator().manual_seed(0)).x_t.mean(0)
    torch.testing.assert_close(mean, math.exp(-(sigma**2)) * CENTER, atol=0.02, rtol=0)


@pytest.mark.parametrize("t", [0.5, 0.8, 1.0])
def test_diffusion_target_satisfies_steins_identity(t):
    """E[score_i f] = -E[L_i f] with f(R) = tr(A^T R) and L_i f = tr(A^T E_i R), E_i the generator about axis i."""
    noised = RotationDiffusion().corrupt(data(), t, torch.Generator().manual_seed(0))
    probe = torch.randn(3, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    value = (noised.x_t * probe).sum((-1, -2))
    for i in range(3):
        axis = torch.eye(3, dtype=torch.float64)[i]
        turned = torch.stack(
            [torch.linalg.cross(axis.expand(COUNT, 3), column) for column in noised.x_t.unbind(-1)], -1
        )
        derivative = (turned * probe).sum((-1, -2)).mean()
        product = noised.target[:, i] * value
        assert (product.mean() + derivative).abs() < 5 * product.std() / math.sqrt(COUNT) + 0.03


@pytest.mark.parametrize("t", [0.05, 0.6, 0.9])
def test_weighted_targets_have_unit_variance(t):
    noised = RotationDiffusion().corrupt(data(), t, torch.Generator().manual_seed(0))
    assert float((noised.weight * noised.target**2).mean()) == pytest.approx(1, abs=0.03)


def test_float32_stays_float32_and_on_the_group():
    x0 = data(50).float()
    for process in (RotationFlow(), RotationDiffusion()):
        noised = process.corrupt(x0, torch.rand(50, generator=torch.Generator().manual_seed(0)), torch.Generator())
        assert noised.x_t.dtype == noised.target.dtype == noised.weight.dtype == torch.float32
        gram = noised.x_t @ noised.x_t.transpose(-1, -2)
        torch.testing.assert_close(gram, torch.eye(3).expand(50, 3, 3), atol=1e-5, rtol=0)


def test_flow_refuses_an_sde():
    with pytest.raises(ValueError, match="RotationFlow is ODE-only"):
        RotationFlow().step(data(2), torch.zeros(2, 3), 0.5, -0.1, torch.Generator())
