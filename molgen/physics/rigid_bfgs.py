"""Quasi-Newton minimization of many poses at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.physics.energy import DockingEnergy
from molgen.physics.line_search import SHORTEST, accepted, inverse_curvature
from molgen.physics.poses import compiled
from molgen.physics.poses.arrays import can_be_compiled, ligand_arrays, receptor_arrays
from molgen.physics.torsion_tree import Tree, move

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Poses [n, 3, B] -> (energies [B], gradients along the tangent vectors [6 + m, B])."""

_FIRST = 0.2
"""First guess of the inverse curvature, Angstrom^2 mol/kcal."""
_GROWTH = 4.0
"""What the inverse curvature is multiplied with where the energy curves downwards."""


@dataclass(frozen=True)
class Minimized:
    """Poses [n, 3, B] and their energies [B], kcal/mol; `evaluations` of the objective were made for each."""

    positions: Tensor
    energies: Tensor
    evaluations: int


def minimize(
    objective: Objective, tree: Tree, positions: Tensor, iterations: int, *, longest: float = 1.0
) -> Minimized:
    """BFGS on R^3 x SO(3) x torus for every pose of a batch.

    Each iteration costs one evaluation: a pose whose trial point fails the Armijo condition stays and tries a shorter
    step next. No pose ends higher than it began, and none depends on the others. On a CPU the energy of docking is
    minimized by compiled code, pose by pose.

    Args:
        objective: energies and gradients.
        tree: the molecule.
        positions: [n, 3, B], Angstrom.
        iterations: evaluations after the first.
        longest: Angstrom (or radian times the radius of the molecule) that a trial step may move.
    """
    if can_be_compiled(objective, positions):
        return _compiled(objective, positions, iterations, longest)  # type: ignore[arg-type]
    positions = positions.contiguous()
    scale = _scales(tree, positions)
    energy, gradient = objective(positions)
    inverse = _diagonal(scale)
    direction = -scale * gradient
    size = torch.ones_like(energy)
    for _ in range(iterations):
        slope = (direction * gradient).sum(0)
        uphill = slope >= 0
        if _any(uphill):
            inverse = torch.where(uphill, _diagonal(scale), inverse)
            direction = torch.where(uphill, -scale * gradient, direction)
            slope = (direction * gradient).sum(0)
        length = size * _limit(direction, scale, longest)
        step = direction * length
        moved = move(tree, positions, step)
        new_energy, new_gradient = objective(moved)
        taken = accepted(energy, new_energy, slope, length)
        change = new_gradient - gradient
        inverse = _updated(inverse, step, change, taken)
        size = torch.where(taken, torch.ones_like(size), size * _shortening(energy, new_energy, slope * length))
        positions = torch.where(taken, moved, positions)
        energy = torch.where(taken, new_energy, energy)
        gradient = torch.where(taken, new_gradient, gradient)
        stuck = size < SHORTEST
        if _any(stuck):
            inverse = torch.where(stuck, _diagonal(scale), inverse)
            size = torch.where(stuck, torch.ones_like(size), size)
        direction = -(inverse * gradient).sum(1)
    return Minimized(positions, energy, iterations + 1)


def _compiled(energy: DockingEnergy, positions: Tensor, iterations: int, longest: float) -> Minimized:
    """The same, pose by pose in compiled code."""
    moved, energies = np.array(positions.numpy(), order="C"), np.empty(positions.shape[2], np.float32)
    compiled.minimize(ligand_arrays(energy), receptor_arrays(energy), moved, energies, iterations, longest)
    return Minimized(torch.from_numpy(moved), torch.from_numpy(energies), iterations + 1)


def _any(mask: Tensor) -> bool:
    """Whether there may be something to do for a mask: a GPU is not waited for, it does the work for none as well."""
    return mask.device.type != "cpu" or bool(mask.any())


def _shortening(energy: Tensor, trial: Tensor, slope: Tensor) -> Tensor:
    """Where along the step a parabola through both energies and the slope has its minimum, [B], within bounds."""
    return (-slope / (2 * (trial - energy - slope)).clamp(min=1e-9)).clamp(0.1, 0.6)


def _scales(tree: Tree, positions: Tensor) -> Tensor:
    """[6 + m, B], the first guess of the inverse Hessian's diagonal: one Angstrom of motion counts alike everywhere."""
    radius = tree.square_radius(positions).clamp(min=1.0)
    weight = torch.cat([torch.ones_like(radius).expand(3, -1), (1 / radius).expand(3 + tree.n_torsions, -1)])
    return _FIRST * weight


def _diagonal(values: Tensor) -> Tensor:
    """[d, B] -> [d, d, B]."""
    return torch.diag_embed(values.T).permute(1, 2, 0).contiguous()


def _limit(direction: Tensor, scale: Tensor, longest: float) -> Tensor:
    """[B], the factor (at most 1) that keeps a step within `longest`."""
    length = torch.sqrt((direction * direction * (_FIRST / scale)).amax(0))
    return (longest / length.clamp(min=1e-12)).clamp(max=1.0)


def _updated(inverse: Tensor, step: Tensor, change: Tensor, taken: Tensor) -> Tensor:
    """The BFGS update of the inverse Hessian [d, d, B] where a step was taken and the curvature is positive; longer
    steps where it is not."""
    curves_up, reciprocal = inverse_curvature((step * change).sum(0))
    good = taken & curves_up
    inverse = inverse * torch.where(taken & ~good, _GROWTH, 1.0)
    rho = torch.where(good, reciprocal, torch.zeros_like(reciprocal))
    turned = (inverse * change).sum(1)
    factor = rho * (1 + rho * (change * turned).sum(0))
    # factor s s' - rho (t s' + s t') = u s' + s w'
    mixed = (0.5 * factor) * step - rho * turned
    return torch.addcmul(inverse, mixed[:, None], step[None]).addcmul_(step[:, None], mixed[None])
