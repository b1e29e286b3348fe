"""Jumps along flows of the circle that have a closed form, and a small network that learns them."""

import math

import pytest
import torch
from torch import Tensor, nn

from molgen.geometry import torus
from molgen.processes import TorsionFlow
from molgen.sampling import torus_points
from molgen.sampling.flow_map import equal_jumps, jump_along, mean_velocity, trajectory
from molgen.sampling.grids import uniform_grid

RATE = 2.0
CIRCLE = TorsionFlow()


def pulled(x: Tensor, t: Tensor | float) -> Tensor:
    """dx/dt of a flow that draws angles towards 0 as t falls."""
    return RATE * torch.sin(x)


def exact(x: Tensor, t: Tensor | float, s: Tensor | float) -> Tensor:
    """Its flow map: tan(x / 2) grows like exp(RATE t)."""
    growth = torch.as_tensor(math.e, dtype=x.dtype) ** (RATE * (torch.as_tensor(s) - torch.as_tensor(t)))
    return 2 * torch.atan2(torch.sin(x / 2) * growth, torch.cos(x / 2))


def spinning(x: Tensor, t: Tensor) -> Tensor:
    """One and a half turns between t = 1 and t = 0."""
    return torch.full_like(x, -3 * math.pi)


@pytest.mark.parametrize("jumps", [1, 2, 4, 7])
def test_the_exact_map_reaches_the_end_in_any_number_of_jumps(jumps):
    start = torus_points(64, 3, seed=0)

    def jump(x, t, s):
        return (exact(x, t, s) - x) / (s - t)

    seen = []
    end = jump_along(jump, CIRCLE, start, uniform_grid(jumps), on_step=lambda k, t, x: seen.append(float(t)))
    torch.testing.assert_close(end, exact(start, 1.0, 0.0), atol=1e-12, rtol=0)
    assert seen == uniform_grid(jumps)[1:].tolist()
    one_step = CIRCLE.step(start, pulled(start, 1.0), 1.0, -1.0)
    assert torus.log(one_step, end).abs().max() > 0.5  # the velocity alone does not get there


def test_jumps_need_a_descending_grid():
    with pytest.raises(ValueError, match="times must fall"):
        jump_along(lambda x, t, s: x, CIRCLE, torch.zeros(1, 1), torch.tensor([0.5, 0.5]))


def test_a_trajectory_follows_the_flow():
    start = torus_points(32, 2, seed=1)
    path = trajectory(pulled, CIRCLE, start, steps=2000, intervals=4)
    assert path.shape == (5, 32, 2)
    assert (path[0] == 0).all()
    for k in range(5):
        torch.testing.assert_close(torus.wrap(start + path[k]), exact(start, 1.0, 1 - k / 4), atol=3e-3, rtol=0)


def test_a_trajectory_counts_full_turns():
    start = torus_points(8, 2, seed=1)
    path = trajectory(spinning, CIRCLE, start, steps=12, intervals=3)
    expected = 3 * math.pi * torch.tensor([0, 1 / 3, 2 / 3, 1], dtype=torch.float64)
    torch.testing.assert_close(path, expected[:, None, None].expand(4, 8, 2))


def test_steps_must_fit_the_intervals():
    with pytest.raises(ValueError, match="multiple"):
        trajectory(pulled, CIRCLE, torch.zeros(1, 1), steps=10, intervals=4)


def test_the_mean_velocity_leads_from_one_point_to_the_other():
    start = torus_points(6, 2, seed=2)
    path = trajectory(pulled, CIRCLE, start, steps=24, intervals=12).transpose(0, 1)
    begin, end = torch.tensor([0, 0, 3, 5, 6, 11]), torch.tensor([12, 6, 4, 9, 12, 12])
    velocity = mean_velocity(path, begin, end)
    rows = torch.arange(6)
    t, s = 1 - begin / 12, 1 - end / 12
    torch.testing.assert_close(path[rows, begin] + (s - t)[:, None] * velocity, path[rows, end])


def test_jumps_are_those_of_equal_steps():
    begin, end = equal_jumps(2000, 6, torch.Generator().manual_seed(0))
    pairs = torch.stack([begin, end], 1).unique(dim=0, return_counts=True)
    counts = dict(zip(map(tuple, pairs[0].tolist()), pairs[1].tolist(), strict=True))
    expected = {(k * 6 // n, (k + 1) * 6 // n): n for n in (1, 2, 3, 6) for k in range(n)}
    assert counts.keys() == expected.keys()
    assert all(abs(counts[pair] - 500 / n) < 5 * (500 / n) ** 0.5 for pair, n in expected.items())


class Jumps(nn.Module):
    """A mean velocity on the circle."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(10, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        angles = [f(n * x) for n in (1, 2, 3, 4) for f in (torch.sin, torch.cos)]
        return self.layers(torch.cat([*angles, t.to(x).expand_as(x), s.to(x).expand_as(x)], -1))


def trained(path: Tensor, start: Tensor, steps: int) -> Jumps:
    torch.manual_seed(0)
    net, rng = Jumps(), torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    intervals = path.shape[1] - 1
    for _ in range(steps):
        rows = torch.randint(len(path), (256,), generator=rng)
        begin, end = equal_jumps(256, intervals, rng)
        x = start[rows] + path[rows, begin]
        t, s = (1 - point[:, None] / intervals for point in (begin, end))
        loss = (net(x, t, s) - mean_velocity(path[rows], begin, end)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net.eval()


def test_a_network_learns_the_map_from_trajectories():
    start = torus_points(512, 1, seed=0).float()
    path = trajectory(pulled, CIRCLE, start, steps=240, intervals=12).transpose(0, 1)
    net = trained(path, start, 1000)
    fresh = torus_points(200, 1, seed=9).float()
    truth = exact(fresh, 1.0, 0.0)
    with torch.no_grad():
        ends = {k: jump_along(net, CIRCLE, fresh, uniform_grid(k)) for k in (1, 2, 4)}
        for k, end in ends.items():
            assert torus.log(truth, end).abs().mean() < 0.06, k
        euler = CIRCLE.step(fresh, pulled(fresh, 1.0), 1.0, -1.0)
        assert torus.log(truth, euler).abs().mean() > 0.4
        composed = torus.log(ends[1], ends[2])  # X_{1/2, 0} after X_{1, 1/2} is X_{1, 0}
        assert composed.abs().mean() < 0.06
