"""What the minimizers share: when a step is accepted, and what its curvature is worth."""

from __future__ import annotations

from torch import Tensor

SHORTEST = 1e-3
"""Share of its full length below which a step is given up for one along the preconditioned gradient."""
_ARMIJO = 1e-4
_LEAST_CURVATURE = 1e-8


def accepted(energy: Tensor, trial: Tensor, slope: Tensor, length: Tensor) -> Tensor:
    """Whether trial points fulfil the Armijo condition, bool [B].

    Args:
        energy, trial: [B], at the start and the end of the step, kcal/mol.
        slope: [B], the derivative along the direction, negative downhill.
        length: [B], by which the direction is multiplied.

    Source: Armijo, Pac. J. Math. 16, 1 (1966).
    """
    return trial <= energy + _ARMIJO * slope * length


def inverse_curvature(curvature: Tensor) -> tuple[Tensor, Tensor]:
    """Where the energy curves upwards along a step, bool [B], and the inverse [B] of the curvature (finite elsewhere).

    Args:
        curvature: [B], the step times the change of the gradient, kcal/mol.
    """
    return curvature > _LEAST_CURVATURE, 1 / curvature.clamp(min=_LEAST_CURVATURE)
