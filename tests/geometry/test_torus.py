import math

import pytest
import torch

from molgen.geometry import torus


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_wrapped_angles_lie_in_the_half_open_interval(dtype):
    edges = torch.tensor([math.pi, -math.pi, 3 * math.pi, -3 * math.pi, 0.0, 1e-30, -1e-30, 100.0], dtype=dtype)
    around = torch.cat([edges, torch.nextafter(edges, edges + 1), torch.nextafter(edges, edges - 1)])
    wrapped = torus.wrap(around)
    assert (wrapped >= -math.pi).all()
    assert (wrapped < math.pi).all()


def test_wrapping_keeps_the_point_on_the_circle():
    angle = torch.linspace(-50, 50, 1001, dtype=torch.float64)
    wrapped = torus.wrap(angle)
    torch.testing.assert_close(torch.polar(torch.ones_like(angle), wrapped), torch.polar(torch.ones_like(angle), angle))


def test_angles_in_range_are_unchanged_to_the_last_bit():
    angle = torch.tensor([-math.pi, -3.1, -1e-20, 0.0, 1e-20, 3.1415])
    assert torch.equal(torus.wrap(angle), angle)


def test_log_takes_the_short_way_across_the_cut():
    way = torus.log(torch.tensor(math.pi - 0.1), torch.tensor(-math.pi + 0.1))
    torch.testing.assert_close(way, torch.tensor(0.2))


def test_exp_and_log_are_differentiable_everywhere():
    x = torch.tensor([3.0, -3.1, 0.0], requires_grad=True)
    v = torch.tensor([1.0, -1.0, 0.0], requires_grad=True)
    grads = torch.autograd.grad(torus.exp(x, v).sum(), [x, v])
    assert all(torch.equal(g, torch.ones(3)) for g in grads)
