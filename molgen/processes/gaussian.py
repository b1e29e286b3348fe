"""Gaussian paths in flat space: diffusion and flow alike, R^3 and the positions of a molecule alike."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.manifolds import FlatManifold
from molgen.processes.base import Corrupted, expand_time
from molgen.processes.manifold_process import ManifoldProcess, real_weight
from molgen.processes.predictions import Prediction, convert, from_endpoints
from molgen.processes.schedules import PathPoint, Schedule

LEAST_SIGNAL = 1e-3
"""Below this alpha, changes of the score are converted as at this alpha, which keeps them finite."""


@dataclass(frozen=True)
class GaussianProcess(ManifoldProcess):
    """x_t = alpha(t) x0 + sigma(t) noise; the field is of the kind `prediction`.

    The SDE's g^2 is the forward SDE's, 2 sigma (dsigma - sigma dalpha / alpha), where alpha(1) > 0. A linear path has
    alpha(1) = 0; there g^2 = d sigma^2/dt, which is finite on [0, 1]; every g gives the same marginals (Song et al.
    2021, arXiv:2011.13456, app. D; Albergo et al. 2023, arXiv:2303.08797, cor. 2.10).

    Attributes:
        manifold: Euclidean or CenterFree; the prior's scale is that of the schedule, sigma(1), not the manifold's.
        schedule: t -> PathPoint.
        prediction: kind of the field: noise, x0, velocity or score.
    """

    manifold: FlatManifold
    schedule: Schedule
    prediction: Prediction

    def prior(self, like: Tensor, rng: torch.Generator, mask: Tensor | None = None) -> Tensor:
        """N(0, sigma(1)^2)."""
        return self.path(like, 1.0).sigma * self.manifold.project(self.tangent_noise(like, rng), mask)

    def prior_log_density(self, x: Tensor) -> Tensor:
        return self.manifold.normal_log_density(x, self.path(x, 1.0).sigma)

    def transition(self, x0: Tensor, t: Tensor | float, rng: torch.Generator) -> Tensor:
        """The kernel that takes the marginals at 0 to those at t."""
        start, point = self.path(x0, 0.0), self.path(x0, t)
        kept = point.alpha / start.alpha
        spread = (point.sigma**2 - (kept * start.sigma) ** 2).clamp(min=0).sqrt()
        return kept * x0 + spread * self.manifold.project(self.tangent_noise(x0, rng))

    def expansion(self, x: Tensor) -> Tensor | float:
        """Integrated divergence of the drift (dalpha / alpha) x. Raises ValueError where alpha(1) = 0 (infinite)."""
        if self.has_vanishing_signal:
            raise ValueError("the noising SDE of a path without signal at t = 1 is singular there; use a diffusion")
        return self.manifold.dimensions(x) * (self.path(x, 1.0).alpha / self.path(x, 0.0).alpha).log()

    def corrupt(
        self, x0: Tensor, t: Tensor | float, rng: torch.Generator, mask: Tensor | None = None
    ) -> Corrupted[Tensor]:
        """x_t and the target of this prediction; weight: sigma^2 for the score, ones otherwise. t > 0 for diffusion."""
        point = self.path(x0, t)
        x0, noise = self.manifold.project(x0, mask), self.manifold.project(self.tangent_noise(x0, rng), mask)
        target = from_endpoints(x0, noise, point, self.prediction)
        weight = point.sigma**2 if self.prediction == "score" else torch.ones_like(point.sigma)
        return Corrupted(point.alpha * x0 + point.sigma * noise, target, real_weight(mask, weight, target))

    def velocity(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return convert(field, x, self.path(x, t), self.prediction, "velocity")

    def score(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        return convert(field, x, self.path(x, t), self.prediction, "score")

    def denoised(self, x: Tensor, field: Tensor, t: Tensor | float) -> Tensor:
        """E[x0 | x_t], exact (Tweedie)."""
        return convert(field, x, self.path(x, t), self.prediction, "x0")

    def diffusion(self, x: Tensor, t: Tensor | float) -> Tensor:
        point = self.path(x, t)
        return (point.spread_rate if self.has_vanishing_signal else point.forward_rate).sqrt()

    @property
    def has_vanishing_signal(self) -> bool:
        """Whether alpha(1) = 0."""
        return float(self.schedule(torch.ones(())).alpha) == 0

    def path(self, x: Tensor, t: Tensor | float) -> PathPoint:
        return self.schedule(expand_time(t, x))

    def add_score(self, x: Tensor, field: Tensor, t: Tensor | float, delta: Tensor) -> Tensor:
        """The field whose score is score + delta: exact for alpha(t) > 0.001, finite on all of [0, 1]."""
        return field + shift(self.manifold.project(delta), self.path(x, t), self.prediction)


def shift(delta: Tensor, point: PathPoint, prediction: Prediction) -> Tensor:
    """How a prediction changes when the score at the same x changes by delta."""
    alpha = point.alpha.clamp(min=LEAST_SIGNAL)
    if prediction == "score":
        return delta
    if prediction == "noise":
        return -point.sigma * delta
    if prediction == "x0":
        return point.sigma**2 / alpha * delta
    return -point.sigma / alpha * (point.alpha * point.dsigma - point.sigma * point.dalpha) * delta
