"""Bending a field by the gradient of an energy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from molgen.processes.base import Process, combine
from molgen.processes.gaussian import LEAST_SIGNAL
from molgen.processes.schedules import PathPoint

Field = Callable[[Any, Tensor], Any]


@dataclass(frozen=True)
class Guidance:
    """A differentiable energy of the state; samples are drawn towards p_0 exp(-scale * energy).

    The score receives -scale(t) fade(t) times the gradient at the noised state (after Dhariwal & Nichol 2021,
    arXiv:2105.05233, eq. 14). The fade, alpha s^2 / (alpha^2 s^2 + sigma^2) with s = data_scale, is how much of a
    change of the data is left in the score of the noised state: 1 at the data, 0 in the noise, on every path. With it a
    linear energy of Gaussian data is exact, and on a compact manifold right to the first order in s; too large an s
    lets the energy act too early and too much. How each process turns a score into its own field is
    `Process.add_score`.

    Attributes:
        energy: state -> [B] (or a scalar); must be differentiable. The gradient is a tangent: taken through exp.
        scale: inverse of the energy's unit, or a function of t.
        at_denoised: evaluate the energy at the clean state that the field points to instead, differentiate through the
            field and leave out the fade (Chung et al. 2023, arXiv:2209.14687, eq. 16). Costs a backward pass through
            the network; exact for a linear energy of Gaussian data, whatever its spread. On a compact manifold the
            clean state is known for small noise only, and the energy acts too early.
        data_scale: standard deviation of the data, in the unit of the state (Angstrom, radian); for a product a number
            for all parts, or name -> number.
    """

    energy: Callable[[Any], Tensor]
    scale: float | Callable[[Tensor], Tensor | float] = 1.0
    at_denoised: bool = False
    data_scale: float | Mapping[str, float] = 1.0


def guided(field: Field, process: Process[Any], guidance: Guidance) -> Field:
    """The field after guidance, a function (state, t) -> field value. Works inside torch.no_grad()."""

    def guided_field(state: Any, t: Tensor) -> Any:
        value, gradient = _field_and_gradient(field, process, guidance, state, t)
        scale = guidance.scale(t) if callable(guidance.scale) else guidance.scale
        if guidance.at_denoised:
            return process.add_score(state, value, t, combine(lambda g: -scale * g, gradient))
        spreads = _for_each_part(guidance.data_scale, gradient)
        faded = combine(lambda g, point, s: -scale * _fade(point, s) * g, gradient, process.path(state, t), spreads)
        return process.add_score(state, value, t, faded)

    return guided_field


def _fade(point: PathPoint, data_scale: float) -> Tensor:
    """The share of the gradient of a linear energy that reaches the score of noised Gaussian data of this spread."""
    alpha = point.alpha.clamp(min=LEAST_SIGNAL)  # as in add_score, so that their product is right where alpha is 0
    return alpha * data_scale**2 / ((alpha * data_scale) ** 2 + point.sigma**2)


def _for_each_part(value: float | Mapping[str, float], tangent: Any) -> Any:
    """A number for each part of a tangent.

    Raises:
        ValueError: a mapping lacks a part, or there are no parts.
    """
    if not isinstance(value, Mapping):
        return dict.fromkeys(tangent, value) if isinstance(tangent, Mapping) else value
    missing = [name for name in tangent if name not in value] if isinstance(tangent, Mapping) else ["the state"]
    if missing:
        raise ValueError(f"data_scale has no value for {missing[0]}")
    return value


def _field_and_gradient(
    field: Field, process: Process[Any], guidance: Guidance, state: Any, t: Tensor
) -> tuple[Any, Any]:
    if not guidance.at_denoised:
        return field(state, t), energy_gradient(guidance.energy, process, state)
    seen: list[Any] = []

    def energy_of_denoised(moved: Any) -> Tensor:
        seen.append(field(moved, t))
        return guidance.energy(process.denoised(moved, seen[-1], t))

    gradient = energy_gradient(energy_of_denoised, process, state)
    return combine(Tensor.detach, seen[-1]), gradient


def energy_gradient(energy: Callable[[Any], Tensor], process: Process[Any], state: Any) -> Any:
    """Gradient of an energy as a tangent at the state: d energy(exp(state, v)) / dv at v = 0.

    Args:
        energy: state -> [B] or scalar; rows must not depend on each other.
        process: gives exp.
        state: tensor or mapping of tensors.

    Returns:
        a detached tangent with the structure of the state; zero for parts that the energy does not use.
    """
    with torch.enable_grad():
        tangent = combine(lambda v: v.detach().requires_grad_(), process.tangent(state))
        total = energy(process.move(combine(Tensor.detach, state), tangent)).sum()
        leaves = list(tangent.values()) if isinstance(tangent, dict) else [tangent]
        gradients = torch.autograd.grad(total, leaves, materialize_grads=True)
    if isinstance(tangent, dict):
        return dict(zip(tangent, gradients, strict=True))
    return gradients[0]
