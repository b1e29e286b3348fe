"""Geodesic flow matching: an ODE-only process on any manifold with geodesics."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.manifolds import Manifold
from molgen.processes.base import Corrupted, expand_time
from molgen.processes.gaussian import shift
from molgen.processes.manifold_process import ManifoldProcess, real_weight
from molgen.processes.predictions import x0_from_velocity
from molgen.processes.schedules import LinearPath, PathPoint

ODE_ONLY = (
    "{name} is ODE-only: on this manifold the velocity of a geodesic flow does not determine the score, so no SDE with "
    "the same marginals can be built from it; call without rng, or use the diffusion process of this manifold"
)


@dataclass(frozen=True)
class GeodesicFlow(ManifoldProcess):
    """x_t = exp(x0, t log(x0, x1)) with x1 ~ prior; the field is the velocity dx_t/dt, a tangent at x_t.

    Chen & Lipman 2024 (arXiv:2302.03660), eqs. 13-15 with the linear scheduler. The velocity of a geodesic is parallel
    along it, so it is log(x0, x1) transported to x_t.

    Attributes:
        manifold: where states lie; its prior is where the flow begins.
    """

    manifold: Manifold

    def corrupt(
        self, x0: Tensor, t: Tensor | float, rng: torch.Generator, mask: Tensor | None = None
    ) -> Corrupted[Tensor]:
        """x_t on the geodesic from x0, a point of the manifold, to a prior sample; target: its velocity; weight: 1."""
        way = self.manifold.log(x0, self.manifold.prior(x0, rng, mask))
        way = self.manifold.project_tangent(x0, way, mask)
        time = expand_time(t, way)
        x_t = self.manifold.exp(x0, time * way)
        target = self.manifold.transport(x0, x_t, way)
        return Corrupted(x_t, target, real_weight(mask, torch.ones_like(time), target))

    def velocity(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return self.manifold.project_tangent(x, field)

    def score(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        raise ValueError(ODE_ONLY.format(name=type(self).__name__))

    def diffusion(self, x: Tensor, t: Tensor | float) -> Tensor:
        raise ValueError(ODE_ONLY.format(name=type(self).__name__))

    def transition(self, x0: Tensor, t: Tensor | float, rng: torch.Generator) -> Tensor:
        raise ValueError(ODE_ONLY.format(name=type(self).__name__))

    def denoised(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        """x0 = exp(x_t, -t u): exact when the field is the velocity of one geodesic."""
        return x0_from_velocity(x, self.velocity(x, field, t), expand_time(t, field), self.manifold.exp)

    def path(self, x: Tensor, t: Tensor | float) -> PathPoint:
        """The linear path whose prior is as wide as that of the manifold."""
        return LinearPath(self.manifold.scale)(expand_time(t, self.tangent(x)))

    def add_score(self, x: Tensor, field: Tensor, t: Tensor | float, delta: Tensor) -> Tensor:
        """The velocity changes as that of the linear path (:meth:`path`) does when its score changes by delta.

        Exact in flat space with a normal prior. On a compact manifold no score is available, and the change is
        correct to first order in the spread of the data over that of the prior.
        """
        return field + self.manifold.project_tangent(x, shift(delta, self.path(x, t), "velocity"))
