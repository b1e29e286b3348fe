"""Processes side by side: a pose on R^3 x SO(3) x torus is a mapping name -> process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from molgen.processes.base import Corrupted, Process

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class ProductProcess:
    """The same methods on mappings name -> tensor. Noise is drawn in the order of `parts`.

    A state may leave out names (a rigid ligand has no torsions); names without a process raise ValueError. A mask is a
    mapping name -> mask that may leave out names too.

    Attributes:
        parts: name -> process.
    """

    parts: Mapping[str, Process[Tensor]]

    def prior(self, like: Tensors, rng: torch.Generator, mask: Tensors | None = None) -> dict[str, Tensor]:
        return self._each(lambda part, x, mask: part.prior(x, rng, mask), like, masks(mask, like))

    def corrupt(
        self, x0: Tensors, t: Tensor | float, rng: torch.Generator, mask: Tensors | None = None
    ) -> Corrupted[Tensors]:
        records = self._each(lambda part, x, mask: part.corrupt(x, t, rng, mask), x0, masks(mask, x0))
        return Corrupted(
            {name: record.x_t for name, record in records.items()},
            {name: record.target for name, record in records.items()},
            {name: record.weight for name, record in records.items()},
        )

    def step(
        self,
        x: Tensors,
        field: Tensors,
        t: Tensor | float,
        dt: Tensor | float,
        rng: torch.Generator | None = None,
        mask: Tensors | None = None,
    ) -> dict[str, Tensor]:
        return self._each(lambda part, x, v, mask: part.step(x, v, t, dt, rng, mask), x, field, masks(mask, x))

    def velocity(self, x: Tensors, field: Tensors, t: Tensor | float) -> dict[str, Tensor]:
        return self._each(lambda part, x, field: part.velocity(x, field, t), x, field)

    def score(self, x: Tensors, field: Tensors, t: Tensor | float) -> dict[str, Tensor]:
        return self._each(lambda part, x, field: part.score(x, field, t), x, field)

    def denoised(self, x: Tensors, field: Tensors, t: Tensor | float) -> dict[str, Tensor]:
        return self._each(lambda part, x, field: part.denoised(x, field, t), x, field)

    def diffusion(self, x: Tensors, t: Tensor | float) -> dict[str, Tensor]:
        return self._each(lambda part, x: part.diffusion(x, t), x)

    def path(self, x: Tensors, t: Tensor | float) -> dict[str, Any]:
        return self._each(lambda part, x: part.path(x, t), x)

    def move(self, x: Tensors, tangent: Tensors, mask: Tensors | None = None) -> dict[str, Tensor]:
        return self._each(lambda part, x, tangent, mask: part.move(x, tangent, mask), x, tangent, masks(mask, x))

    def transport(self, x: Tensors, y: Tensors, tangent: Tensors) -> dict[str, Tensor]:
        return self._each(lambda part, x, y, tangent: part.transport(x, y, tangent), x, y, tangent)

    def tangent(self, x: Tensors) -> dict[str, Tensor]:
        return self._each(lambda part, x: part.tangent(x), x)

    def tangent_noise(self, x: Tensors, rng: torch.Generator) -> dict[str, Tensor]:
        return self._each(lambda part, x: part.tangent_noise(x, rng), x)

    def prior_log_density(self, x: Tensors) -> Tensor:
        return sum_of(self._each(lambda part, x: part.prior_log_density(x), x))

    def transition(self, x0: Tensors, t: Tensor | float, rng: torch.Generator) -> dict[str, Tensor]:
        return self._each(lambda part, x: part.transition(x, t, rng), x0)

    def expansion(self, x: Tensors) -> Tensor | float:
        return sum_of(self._each(lambda part, x: part.expansion(x), x))

    def add_score(self, x: Tensors, field: Tensors, t: Tensor | float, delta: Tensors) -> dict[str, Tensor]:
        return self._each(lambda part, x, field, delta: part.add_score(x, field, t, delta), x, field, delta)

    def _each(self, function: Callable[..., Any], *states: Mapping[str, Any]) -> dict[str, Any]:
        unknown = [name for name in states[0] if name not in self.parts]
        if unknown:
            raise ValueError(f"no process for {unknown}; this product has {list(self.parts)}")
        names = [name for name in self.parts if name in states[0]]
        return {name: function(self.parts[name], *(state[name] for state in states)) for name in names}


def sum_of(parts: Mapping[str, Any]) -> Any:
    """Of the numbers of all parts."""
    return sum(parts.values())


def masks(mask: Tensors | None, state: Tensors) -> dict[str, Tensor | None]:
    """The mask of each part of a state, None where there is none."""
    return {name: (mask or {}).get(name) for name in state}
