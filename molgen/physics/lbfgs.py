"""Minimization of many conformers at once: preconditioned L-BFGS in Cartesian coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.line_search import SHORTEST, accepted, inverse_curvature

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Conformers [n, 3, B] -> (energies [B], gradients [n, 3, B])."""

_SHORTENING = 0.4
_MEMORY = 8
_LONGEST = 0.3
"""Angstrom that no atom passes in one step."""
_REVIEW = 10
"""Iterations after which the conformers that have arrived are set aside."""
_BOND, _ANGLE, _SOFT = 600.0, 120.0, 3.0
"""kcal/mol/Angstrom^2: typical curvatures along bonds, between the ends of an angle, and of the rest."""


@dataclass(frozen=True)
class _State:
    """Where b conformers are: positions, gradient and direction [n, 3, b]; energy, length of the next trial step and
    scale of the first guess of the inverse Hessian [b]; steps, changes of the gradient [n, 3, b] and inverse
    curvatures [b] of the last iterations."""

    positions: Tensor
    energy: Tensor
    gradient: Tensor
    direction: Tensor
    size: Tensor
    scale: Tensor
    memory: tuple[tuple[Tensor, Tensor, Tensor], ...] = ()

    def columns(self, index: Tensor) -> _State:
        """Some of the conformers."""
        plain = (self.positions, self.energy, self.gradient, self.direction, self.size, self.scale)
        memory = tuple(tuple(part[..., index] for part in entry) for entry in self.memory)
        return _State(*(part[..., index] for part in plain), memory)  # type: ignore[arg-type]


def minimize_batch(
    objective: Objective, positions: Tensor, iterations: int, preconditioner: Tensor, *, until: float = 0.1
) -> tuple[Tensor, Tensor]:
    """L-BFGS for every conformer of a batch, one evaluation an iteration.

    A conformer whose trial point fails the Armijo condition stays and tries a shorter step next. None ends higher than
    it began, and none depends on the others but by rounding, which a long way down amplifies.

    Args:
        objective: energies and gradients.
        positions: [n, 3, B], Angstrom.
        iterations: evaluations after the first, at most.
        preconditioner: [n, n], see :func:`graph_preconditioner`.
        until: kcal/mol/Angstrom; conformers whose largest force is below it are done.

    Returns:
        positions [n, 3, B] and energies [B], kcal/mol.

    Source: Nocedal, Math. Comput. 35, 773 (1980), from a first guess after Packwood et al., J. Chem. Phys. 144, 164109
    (2016).
    """
    energy, gradient = objective(positions)
    ones = torch.ones_like(energy)
    state = _State(positions, energy, gradient, -_applied(preconditioner, gradient), ones, ones)
    positions, energy, active = positions.clone(), energy.clone(), torch.arange(len(energy), device=energy.device)
    for iteration in range(iterations):
        if iteration % _REVIEW == 0:
            moving = state.gradient.square().sum(1).amax(0) > until**2
            if not bool(moving.all()):
                positions[..., active], energy[active] = state.positions, state.energy
                active, state = active[moving], state.columns(moving)
            if len(active) == 0:
                return positions, energy
        state = _iterated(objective, state, preconditioner)
    positions[..., active], energy[active] = state.positions, state.energy
    return positions, energy


def _iterated(objective: Objective, state: _State, preconditioner: Tensor) -> _State:
    slope = _dot(state.direction, state.gradient)
    length = state.size * (_LONGEST / _farthest(state.direction)).clamp(max=1.0)
    step = state.direction * length
    moved = state.positions + step
    energy, gradient = objective(moved)
    taken = accepted(state.energy, energy, slope, length)
    change = gradient - state.gradient
    curvature = _dot(step, change)
    curves_up, reciprocal = inverse_curvature(curvature)
    good = taken & curves_up
    inverse = torch.where(good, reciprocal, 0.0)
    kept = torch.where(good, step, 0.0), torch.where(good, change, 0.0), inverse
    memory = (*state.memory[1 - _MEMORY :], kept)
    scale = torch.where(good, curvature / _dot(change, _applied(preconditioner, change)).clamp(min=1e-8), state.scale)
    new_gradient = torch.where(taken, gradient, state.gradient)
    quasi_newton = _direction(new_gradient, memory, scale, preconditioner)
    downhill = _dot(quasi_newton, new_gradient) < 0
    steepest = -_applied(preconditioner, new_gradient)
    direction = torch.where(taken, torch.where(downhill, quasi_newton, steepest), state.direction)
    size = torch.where(taken, 1.0, state.size * _SHORTENING)
    stuck = size < SHORTEST
    return _State(
        torch.where(taken, moved, state.positions),
        torch.where(taken, energy, state.energy),
        new_gradient,
        torch.where(stuck, steepest, direction),
        torch.where(stuck, 1.0, size),
        scale,
        memory,
    )


def graph_preconditioner(terms: MMFFTerms, pairs: np.ndarray | None = None, stiffness: float = 0.0) -> np.ndarray:
    """Inverse [n, n] of a model Hessian with springs over bonds and angles, Angstrom^2 mol/kcal.

    Args:
        terms: of the molecule.
        pairs: int64 [p, 2], atoms with springs between them, too.
        stiffness: of these, kcal/mol/Angstrom^2.
    """
    hessian = _SOFT * np.eye(terms.n_atoms)
    springs = [(terms.bonds, _BOND), (terms.angles[:, [0, 2]], _ANGLE)]
    if pairs is not None:
        springs.append((pairs, stiffness))
    for atoms, stiffness in springs:
        first, second = atoms.T
        for row, column, sign in ((first, first, 1), (second, second, 1), (first, second, -1), (second, first, -1)):
            np.add.at(hessian, (row, column), sign * stiffness)
    return np.linalg.inv(hessian)


def _direction(gradient: Tensor, memory, scale: Tensor, preconditioner: Tensor) -> Tensor:
    """The two-loop recursion."""
    rest, shares = gradient, []
    for step, change, inverse in reversed(memory):
        share = inverse * _dot(step, rest)
        shares.append(share)
        rest = torch.addcmul(rest, share.expand_as(rest), change, value=-1)
    rest = scale * _applied(preconditioner, rest)
    for (step, change, inverse), share in zip(memory, reversed(shares), strict=True):
        rest = torch.addcmul(rest, (share - inverse * _dot(change, rest)).expand_as(rest), step)
    return -rest


def _applied(matrix: Tensor, vectors: Tensor) -> Tensor:
    """[n, n] times [n, 3, B], every coordinate alike."""
    return (matrix @ vectors.reshape(len(vectors), -1)).view_as(vectors)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """[B], of vectors [n, 3, B]."""
    return (a * b).sum((0, 1))


def _farthest(direction: Tensor) -> Tensor:
    """[B], how far the atom goes that goes farthest."""
    return direction.square().sum(1).amax(0).clamp(min=1e-12).sqrt()
