"""Minimization of many conformers at once: preconditioned L-BFGS in Cartesian coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.line_search import SHORTEST, accepted, inverse_curvature
from molgen.physics.sums import atom_sums

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Conformers [..., n, 3, B] -> (energies [..., B], gradients [..., n, 3, B])."""

_SHORTENING = 0.4
_MEMORY = 8
_LONGEST = 0.3
"""Angstrom that no atom passes in one step."""
COLUMNS = 8
"""Conformers are set aside in numbers of so many, so that rounding is the same in every batch."""
_REVIEW = 10
"""Iterations after which the conformers that have arrived are set aside."""
_BOND, _ANGLE, _SOFT = 600.0, 120.0, 3.0
"""kcal/mol/Angstrom^2: typical curvatures along bonds, between the ends of an angle, and of the rest."""


@dataclass(frozen=True)
class _State:
    """Where b conformers of each of M molecules are: positions, gradient and direction [M, n, 3, b]; energy, length of
    the next trial step and scale of the first guess of the inverse Hessian [M, b]; steps, changes of the gradient
    [M, n, 3, b] and inverse curvatures [M, b] of the last iterations."""

    positions: Tensor
    energy: Tensor
    gradient: Tensor
    direction: Tensor
    size: Tensor
    scale: Tensor
    memory: tuple[tuple[Tensor, Tensor, Tensor], ...] = ()

    def columns(self, index: Tensor) -> _State:
        """Some of the conformers of each molecule, int64 [M, c]."""
        plain = (self.positions, self.energy, self.gradient, self.direction, self.size, self.scale)
        memory = tuple(tuple(_columns(part, index) for part in entry) for entry in self.memory)
        return _State(*(_columns(part, index) for part in plain), memory)  # type: ignore[arg-type]


def minimize_batch(
    objective: Objective, positions: Tensor, iterations: int, preconditioner: Tensor, *, until: float = 0.1
) -> tuple[Tensor, Tensor]:
    """L-BFGS for every conformer of a batch, one evaluation an iteration.

    A conformer whose trial point fails the Armijo condition stays and tries a shorter step next. None ends higher than
    it began, and none depends on the others.

    Args:
        objective: energies and gradients.
        positions: [n, 3, B], Angstrom, or [M, n, 3, B] of M molecules.
        iterations: evaluations after the first, at most.
        preconditioner: [n, n] or [M, n, n], see :func:`graph_preconditioner`.
        until: kcal/mol/Angstrom; conformers whose largest force is below it are done.

    Returns:
        positions [n, 3, B] or [M, n, 3, B] and energies [B] or [M, B], kcal/mol.

    Source: Nocedal, Math. Comput. 35, 773 (1980), from a first guess after Packwood et al., J. Chem. Phys. 144, 164109
    (2016).
    """
    if positions.ndim == 3:
        moved, energy = minimize_batch(
            _of_one(objective), positions[None], iterations, preconditioner[None], until=until
        )
        return moved[0], energy[0]
    energy, gradient = objective(positions)
    ones = torch.ones_like(energy)
    state = _State(positions, energy, gradient, -_applied(preconditioner, gradient), ones, ones)
    result, lowest = positions.clone(), energy.clone()
    active = torch.arange(energy.shape[1], device=energy.device).repeat(len(energy), 1)
    done = torch.zeros_like(active, dtype=torch.bool)
    for iteration in range(iterations):
        if iteration % _REVIEW == 0:
            arrived = ~done & ~(state.gradient.square().sum(2).amax(1) > until**2)
            _put(result, lowest, state, active, arrived)
            done |= arrived
            left = int((~done).sum(1).max()) if done.numel() else 0
            if left == 0:
                return result, lowest
            if _in_steps(left) < active.shape[1]:
                index = done.to(torch.uint8).argsort(dim=1, stable=True)[:, : _in_steps(left)]
                active, done, state = active.gather(1, index), done.gather(1, index), state.columns(index)
        state = _iterated(objective, state, preconditioner)
    _put(result, lowest, state, active, ~done)
    return result, lowest


def _put(positions: Tensor, energy: Tensor, state: _State, active: Tensor, chosen: Tensor) -> None:
    """Write the chosen conformers of a state, bool [M, b], to their places int64 [M, b] in the whole."""
    molecule, column = chosen.nonzero(as_tuple=True)
    place = active[molecule, column]
    positions[molecule, :, :, place] = state.positions[molecule, :, :, column]
    energy[molecule, place] = state.energy[molecule, column]


def _of_one(objective: Objective) -> Objective:
    """An objective of one molecule for a batch of it alone."""

    def batched(positions: Tensor) -> tuple[Tensor, Tensor]:
        energy, gradient = objective(positions[0])
        return energy[None], gradient[None]

    return batched


def _columns(values: Tensor, index: Tensor) -> Tensor:
    """Values [M, ..., b] of the conformers [M, c]."""
    place = index.view(len(index), *[1] * (values.ndim - 2), -1)
    return values.gather(-1, place.expand(*values.shape[:-1], -1))


def _in_steps(count: int) -> int:
    return -(-count // COLUMNS) * COLUMNS


def _iterated(objective: Objective, state: _State, preconditioner: Tensor) -> _State:
    slope = _dot(state.direction, state.gradient)
    length = state.size * (_LONGEST / _farthest(state.direction)).clamp(max=1.0)
    step = state.direction * _spread(length)
    moved = state.positions + step
    energy, gradient = objective(moved)
    taken = accepted(state.energy, energy, slope, length)
    change = gradient - state.gradient
    curvature = _dot(step, change)
    curves_up, reciprocal = inverse_curvature(curvature)
    good = taken & curves_up
    inverse = torch.where(good, reciprocal, 0.0)
    kept = torch.where(_spread(good), step, 0.0), torch.where(_spread(good), change, 0.0), inverse
    memory = (*state.memory[1 - _MEMORY :], kept)
    scale = torch.where(good, curvature / _dot(change, _applied(preconditioner, change)).clamp(min=1e-8), state.scale)
    new_gradient = torch.where(_spread(taken), gradient, state.gradient)
    quasi_newton = _direction(new_gradient, memory, scale, preconditioner)
    downhill = _spread(_dot(quasi_newton, new_gradient) < 0)
    steepest = -_applied(preconditioner, new_gradient)
    direction = torch.where(_spread(taken), torch.where(downhill, quasi_newton, steepest), state.direction)
    size = torch.where(taken, 1.0, state.size * _SHORTENING)
    stuck = size < SHORTEST
    return _State(
        torch.where(_spread(taken), moved, state.positions),
        torch.where(taken, energy, state.energy),
        new_gradient,
        torch.where(_spread(stuck), steepest, direction),
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
        rest = torch.addcmul(rest, _spread(share).expand_as(rest), change, value=-1)
    rest = _spread(scale) * _applied(preconditioner, rest)
    for (step, change, inverse), share in zip(memory, reversed(shares), strict=True):
        rest = torch.addcmul(rest, _spread(share - inverse * _dot(change, rest)).expand_as(rest), step)
    return -rest


def _applied(matrices: Tensor, vectors: Tensor) -> Tensor:
    """[M, n, n] times [M, n, 3, B], every coordinate alike."""
    return (matrices @ vectors.flatten(2)).view_as(vectors)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """[M, B], of vectors [M, n, 3, B]."""
    return atom_sums((a * b).flatten(1, 2))


def _spread(values: Tensor) -> Tensor:
    """[M, B] -> [M, 1, 1, B]."""
    return values[:, None, None]


def _farthest(direction: Tensor) -> Tensor:
    """[M, B], how far the atom goes that goes farthest."""
    return direction.square().sum(2).amax(1).clamp(min=1e-12).sqrt()
