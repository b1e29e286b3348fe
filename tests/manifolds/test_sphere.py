import pytest
import torch

from molgen.manifolds import Sphere

COUNT = 40000


def some_points(count, dim=2, seed=0, dtype=torch.float64):
    return Sphere(dim).prior(torch.zeros(count, dim + 1, dtype=dtype), torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("dim", [1, 2, 4])
def test_prior_is_uniform(dim):
    """Moments of a uniform unit vector in n = d + 1 dimensions: E x = 0, E x_i x_j = 1/n, E x_i^4 = 3 / (n (n + 2))."""
    x, n = some_points(COUNT, dim), dim + 1
    torch.testing.assert_close(x.norm(dim=-1), torch.ones(COUNT).double())
    torch.testing.assert_close(x.mean(0), torch.zeros(n).double(), atol=0.02, rtol=0)
    torch.testing.assert_close(x.T @ x / COUNT, torch.eye(n).double() / n, atol=0.02, rtol=0)
    torch.testing.assert_close((x**4).mean(0), torch.full((n,), 3 / (n * (n + 2))).double(), atol=0.02, rtol=0)


def test_transport_is_the_limit_of_projecting_at_small_steps():
    sphere, x, y = Sphere(), some_points(20), some_points(20, seed=1)
    v = sphere.tangent_noise(x, torch.Generator().manual_seed(2))
    way, carried, steps = sphere.log(x, y), v, 4000
    for step in range(1, steps + 1):
        carried = sphere.project_tangent(sphere.exp(x, step / steps * way), carried)
    torch.testing.assert_close(sphere.transport(x, y, v), carried, atol=3e-3, rtol=0)


def test_transport_about_a_right_triangle_turns_by_its_area():
    """The octant has the area pi / 2 (Gauss and Bonnet): a tangent that is carried about it comes back turned by it."""
    sphere, corners = Sphere(), torch.eye(3, dtype=torch.float64)
    v = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    carried = v
    for here, there in ((0, 1), (1, 2), (2, 0)):
        carried = sphere.transport(corners[here], corners[there], carried)
    torch.testing.assert_close(carried, torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gap", [0.0, 1e-6, 1e-3])
def test_ways_to_nearly_opposite_points_are_tangents_that_arrive(gap, dtype):
    sphere = Sphere()
    x = torch.cat([some_points(50, dtype=dtype), torch.eye(3, dtype=dtype)])
    y = sphere.project(-x + gap * some_points(53, seed=1, dtype=dtype))
    way = sphere.log(x, y)
    assert (x * way).sum(-1).abs().max() < 1e-5
    torch.testing.assert_close(way.norm(dim=-1), torch.full((53,), torch.pi, dtype=dtype), atol=1.5e-3, rtol=0)
    torch.testing.assert_close(sphere.exp(x, way), y, atol=1e-5, rtol=0)
    v = sphere.tangent_noise(x, torch.Generator().manual_seed(0))
    torch.testing.assert_close(sphere.transport(x, y, v).norm(dim=-1), v.norm(dim=-1), atol=1e-4, rtol=1e-4)


def test_the_gradient_of_exp_at_the_zero_tangent_is_the_projection():
    sphere, x = Sphere(), some_points(1)[0]
    jacobian = torch.autograd.functional.jacobian(lambda v: sphere.exp(x, v), torch.zeros(3, dtype=torch.float64))
    torch.testing.assert_close(jacobian, torch.eye(3).double() - x[:, None] * x)


def test_the_heat_kernel_of_other_spheres_is_an_error():
    sphere, x, sigma = Sphere(3), some_points(2, 3), torch.ones(2, 1)
    for call in (
        lambda: sphere.heat_sample(x, sigma, torch.Generator()),
        lambda: sphere.heat_score(x, sphere.tangent(x), sigma),
        lambda: sphere.heat_score_norm(sigma),
    ):
        with pytest.raises(ValueError, match="on S\\^2, not on S\\^3"):
            call()
