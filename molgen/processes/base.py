"""The interface of noise processes for networks, losses and integrators: one protocol, one record.

t runs from 0 (data) to 1 (prior); dt is negative when sampling. A state is a tensor or, for a product of manifolds, a
mapping name -> tensor; a tangent at a state has the same structure (on SO(3): [..., 3] next to [..., 3, 3]).
`field` is the value (not the function) that the network returned at (x, t): a score, a velocity, or what the
process defines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

State = Tensor | Mapping[str, Tensor]
S = TypeVar("S")


@dataclass(frozen=True)
class Corrupted(Generic[S]):
    """A noised state and its regression target.

    Attributes:
        x_t: the state at time t, shaped like the data.
        target: the regression target, shaped like a tangent at x_t.
        weight: loss weight, broadcastable to target; sum(weight * (output - target)^2) is the loss.
    """

    x_t: S
    target: S
    weight: S


class Process(Protocol[S]):
    """A noise process. `prior`, `corrupt` and `step` are the contract; steppers and guidance use the other methods.

    A mask, bool over leading dimensions of a tangent, is True for what is real and False for padding: padding does not
    move, and its target and weight are 0. A product takes a mapping name -> mask.
    """

    def prior(self, like: S, rng: torch.Generator, mask: Any = None) -> S:
        """Sample the distribution at t = 1, with the shape, dtype and device of `like`."""
        ...

    def corrupt(self, x0: S, t: Tensor | float, rng: torch.Generator, mask: Any = None) -> Corrupted[S]:
        """Sample x_t given x0 (t: scalar, [B] or [B, 1, ...]) together with the regression target."""
        ...

    def step(
        self,
        x: S,
        field: S,
        t: Tensor | float,
        dt: Tensor | float,
        rng: torch.Generator | None = None,
        mask: Any = None,
    ) -> S:
        """Move from t to t + dt: along the ODE without rng, along the SDE with it."""
        ...

    def velocity(self, x: S, field: S, t: Tensor | float) -> S:
        """dx/dt of the (probability flow) ODE, a tangent at x."""
        ...

    def score(self, x: S, field: S, t: Tensor | float) -> S:
        """Gradient of log p_t, a tangent at x. Raises ValueError where the field does not determine it."""
        ...

    def denoised(self, x: S, field: S, t: Tensor | float) -> S:
        """The clean state that the field points to."""
        ...

    def diffusion(self, x: S, t: Tensor | float) -> S:
        """g(t) of the SDE, broadcastable to a tangent. Raises ValueError for ODE-only processes."""
        ...

    def path(self, x: S, t: Tensor | float) -> Any:
        """The schedule's PathPoint at t, broadcastable to a tangent (a mapping of them for a product)."""
        ...

    def move(self, x: S, tangent: S, mask: Any = None) -> S:
        """exp: walk from x along a tangent."""
        ...

    def transport(self, x: S, y: S, tangent: S) -> S:
        """A tangent at x, carried parallel to y."""
        ...

    def tangent(self, x: S) -> S:
        """The zero tangent at x."""
        ...

    def tangent_noise(self, x: S, rng: torch.Generator) -> S:
        """A standard normal tangent at x."""
        ...

    def prior_log_density(self, x: S) -> Tensor:
        """Log-density [S] of the distribution at t = 1 at states [S, ...]."""
        ...

    def transition(self, x0: S, t: Tensor | float, rng: torch.Generator) -> S:
        """Sample x_t given a state at t = 0, t > 0. Raises ValueError for ODE-only processes."""
        ...

    def expansion(self, x: S) -> Tensor | float:
        """Integral over t of the divergence of the drift of the noising SDE, [S] or the same for all rows."""
        ...

    def add_score(self, x: S, field: S, t: Tensor | float, delta: S) -> S:
        """The field after `delta` (a tangent) was added to the score; how guidance enters."""
        ...


def expand_time(t: Tensor | float, like: Tensor) -> Tensor:
    """Shape a time so that it broadcasts against `like`: [B] -> [B, 1, ..., 1], scalars stay scalars.

    Args:
        t: scalar, [B] or already [B, 1, ...].
        like: [B, ...] tensor whose dtype and device the result takes.

    Returns:
        time with either no dimension or as many as `like`.

    Raises:
        ValueError: if the result does not broadcast to the shape of `like`.
    """
    time = torch.as_tensor(t, dtype=like.dtype, device=like.device)
    if time.ndim == 0:
        return time
    expanded = time.reshape(time.shape + (1,) * (like.ndim - time.ndim))
    fits = expanded.ndim == like.ndim and all(a in (1, b) for a, b in zip(expanded.shape, like.shape, strict=True))
    if not fits:
        raise ValueError(
            f"time of shape {tuple(time.shape)} does not broadcast to a state of shape {tuple(like.shape)}"
        )
    return expanded


def combine(function: Callable[..., Any], *states: Any) -> Any:
    """Apply a function to tensors, or to mappings of them name by name."""
    if isinstance(states[0], Mapping):
        return {name: function(*(state[name] for state in states)) for name in states[0]}
    return function(*states)
