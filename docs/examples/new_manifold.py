"""A manifold in one file, and flow matching and diffusion on it: python docs/examples/new_manifold.py

The manifold is a cylinder: where a ligand is along a channel, and how far it is turned about it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from molgen.geometry import torus
from molgen.manifolds import HeatManifold, wrapped_normal
from molgen.manifolds.base import normal_like, uniform_like, where_real
from molgen.processes import GeodesicFlow, HeatDiffusion, VarianceExploding
from molgen.sampling import euler_maruyama, integrate, midpoint, uniform_grid

# --- the manifold


@dataclass(frozen=True)
class Cylinder(HeatManifold):
    """Height in Angstrom and angle in radian, points [..., 2], tangents [..., 2]; the radius is 1 Angstrom.

    Attributes:
        scale: standard deviation of the height in the prior, Angstrom; the angle is uniform there.
    """

    scale: float = 5.0

    def exp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.project(x + v)

    def log(self, x: Tensor, y: Tensor) -> Tensor:
        return self.project(y - x)

    def transport(self, x: Tensor, y: Tensor, v: Tensor) -> Tensor:
        return v  # a cylinder can be unrolled

    def project(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        height, angle = x.unbind(-1)
        return torch.stack([height, torus.wrap(angle)], -1)

    def project_tangent(self, x: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return where_real(mask, v)

    def tangent(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        height = self.scale * normal_like(like[..., 0], rng)
        angle = 2 * math.pi * uniform_like(like[..., 1], rng)
        return where_real(mask, self.project(torch.stack([height, angle], -1)), like)

    # --- without what follows it is a Manifold, and has the flow alone

    def heat_sample(self, x: Tensor, sigma: Tensor, rng: torch.Generator) -> Tensor:
        return sigma * normal_like(x, rng)

    def heat_score(self, x: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        sigma = sigma.expand(*v.shape[:-1], 1).squeeze(-1)
        return torch.stack([-v[..., 0] / sigma**2, wrapped_normal.score(v[..., 1], sigma)], -1)

    def heat_score_norm(self, sigma: Tensor) -> Tensor:
        return (1 / sigma**2 + wrapped_normal.score_norm(sigma)) / 2


# --- data, a network, and training


def data(count: int, rng: torch.Generator) -> Tensor:
    """Two places, 30 % near (-2 Angstrom, 3 radian) and 70 % near (2 Angstrom, 0 radian), [count, 2]."""
    is_first = torch.rand(count, 1, generator=rng) < 0.3
    center = torch.where(is_first, torch.tensor([-2.0, 3.0]), torch.tensor([2.0, 0.0]))
    return Cylinder().project(center + 0.3 * torch.randn(count, 2, generator=rng))


class Field(nn.Module):
    """The velocity or the score at (x, t); it sees the angle by its sine and cosine, so that it is periodic."""

    def __init__(self, process: GeodesicFlow | HeatDiffusion) -> None:
        super().__init__()
        self.process = process
        self.layers = nn.Sequential(nn.Linear(7, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        time = t.to(x).reshape(-1, 1).expand(len(x), 1)
        height, angle = x.split(1, -1)
        sigma = self.process.path(x, time).sigma
        seen = [height, height / (1 + sigma), angle.sin(), angle.cos(), time, (3 * time).sin(), (3 * time).cos()]
        out = self.layers(torch.cat(seen, -1))
        return out / sigma if isinstance(self.process, HeatDiffusion) else 5 * out  # of the size of the target


def train(process: GeodesicFlow | HeatDiffusion, steps: int = 1500, batch: int = 512, seed: int = 0) -> Field:
    """Regress the targets of `corrupt`: the same loop for both families."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    field = Field(process)
    optimizer = torch.optim.Adam(field.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        t = torch.rand(batch, generator=rng)
        noised = process.corrupt(data(batch, rng), t, rng)
        loss = (noised.weight * (field(noised.x_t, t) - noised.target) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return field


@torch.no_grad()
def sample(field: Field, count: int = 2000, steps: int = 50, seed: int = 1) -> Tensor:
    """From the prior to the data, [count, 2]: the flow by an ODE, the diffusion by its SDE."""
    rng = torch.Generator().manual_seed(seed)
    stepper = euler_maruyama if isinstance(field.process, HeatDiffusion) else midpoint
    start = field.process.prior(torch.zeros(count, 2), rng)
    return integrate(field, field.process, start, uniform_grid(steps), stepper=stepper, rng=rng)


def main() -> None:
    cylinder = Cylinder()
    processes = {"flow": GeodesicFlow(cylinder), "diffusion": HeatDiffusion(cylinder, VarianceExploding(0.05, 5.0))}
    made = {"data": data(2000, torch.Generator().manual_seed(2))}
    made |= {name: sample(train(process)) for name, process in processes.items()}
    for name, x in made.items():
        first = x[:, 0] < 0
        turn = cylinder.log(torch.tensor([-2.0, 3.0]), x[first])[:, 1]
        print(f"{name:9s} {first.float().mean():.2f} at {x[first, 0].mean():.1f} A, ", end="")
        print(f"turned {3 + turn.mean():.1f}, spread {turn.std():.2f} rad", end="; ")
        print(f"the others at {x[~first, 0].mean():.1f} A, turned {x[~first, 1].mean():.1f} rad")


if __name__ == "__main__":
    main()
