"""Minimization of many conformers at once: preconditioned L-BFGS in Cartesian coordinates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.line_search import SHORTEST, accepted, inverse_curvature

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Conformers [..., n, 3, B] -> (energies [..., B], gradients [..., n, 3, B])."""

_SHORTENING = 0.4
_MEMORY = 5
_LONGEST = 0.3
"""Angstrom that no atom passes in one step."""
COLUMNS = 8
"""Conformers are set aside in numbers of so many, so that rounding is the same in every batch."""
_REVIEW = 5
"""Iterations after which the conformers that have arrived are set aside."""
_BOND, _ANGLE, _SOFT = 600.0, 120.0, 3.0
"""kcal/mol/Angstrom^2: typical curvatures along bonds, between the ends of an angle, and of the rest."""


@dataclass(frozen=True)
class _State:
    """Where b conformers of each of M molecules are, with r = 3 n coordinates: positions, gradient and direction
    [M, r, b]; energy, length of the next trial step and scale of the first guess of the inverse Hessian [M, 1, b]; and
    steps and changes of the gradient [M, r, b] of the last iterations, both divided by the root of their product."""

    positions: Tensor
    energy: Tensor
    gradient: Tensor
    direction: Tensor
    size: Tensor
    scale: Tensor
    memory: tuple[tuple[Tensor, Tensor], ...] = ()

    def columns(self, index: Tensor) -> _State:
        """Some of the conformers of each molecule, int64 [M, c]."""
        plain = (self.positions, self.energy, self.gradient, self.direction, self.size, self.scale)
        memory = tuple((_columns(step, index), _columns(change, index)) for step, change in self.memory)
        return _State(*(_columns(part, index) for part in plain), memory=memory)


class _Problem:
    """What is minimized: the objective on coordinates [M, r, b], with the preconditioner and sums over r."""

    def __init__(self, objective: Objective, preconditioner: Tensor) -> None:
        self._objective, self._preconditioner = objective, preconditioner
        self._atoms = preconditioner.shape[1]
        self._ones = preconditioner.new_ones(len(preconditioner), 1, 3 * self._atoms)

    def evaluated(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Energies [M, 1, b] and gradients [M, r, b]."""
        energy, gradient = self._objective(self.by_atom(x))
        return energy[:, None], gradient.flatten(1, 2)

    def by_atom(self, x: Tensor) -> Tensor:
        """[M, r, b] -> [M, n, 3, b]."""
        return x.view(len(x), self._atoms, 3, x.shape[2])

    def applied(self, x: Tensor) -> Tensor:
        """The preconditioner times vectors, every coordinate alike."""
        return torch.bmm(self._preconditioner, x.view(len(x), self._atoms, -1)).view_as(x)

    def dot(self, a: Tensor, b: Tensor) -> Tensor:
        """Inner products [M, 1, b], rounded alike in every batch (:mod:`molgen.physics.sums`)."""
        return torch.bmm(self._ones, a * b)

    def farthest(self, x: Tensor) -> Tensor:
        """[M, 1, b], how far the atom goes that goes farthest."""
        return self.by_atom(x).square().sum(2).amax(1, keepdim=True).clamp_(min=1e-12).sqrt_()


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
    problem, result = _Problem(objective, preconditioner), positions.clone()
    x = positions.flatten(1, 2)
    energy, gradient = problem.evaluated(x)
    ones = torch.ones_like(energy)
    state = _State(x, energy, gradient, -problem.applied(gradient), ones, ones)
    lowest = energy[:, 0].clone()
    active = torch.arange(energy.shape[2], device=energy.device).repeat(len(energy), 1)
    done = torch.zeros_like(active, dtype=torch.bool)
    for iteration in range(iterations):
        if iteration % _REVIEW == 0:
            forces = problem.by_atom(state.gradient).square().sum(2).amax(1)
            arrived = ~done & ~(forces > until**2)
            _put(result, lowest, state, active, arrived)
            done |= arrived
            left = int((~done).sum(1).max()) if done.numel() else 0
            if left == 0:
                return result, lowest
            if _in_steps(left) < active.shape[1]:
                index = done.to(torch.uint8).argsort(dim=1, stable=True)[:, : _in_steps(left)]
                active, done, state = active.gather(1, index), done.gather(1, index), state.columns(index)
        state = _iterated(problem, state)
    _put(result, lowest, state, active, ~done)
    return result, lowest


def _put(positions: Tensor, energy: Tensor, state: _State, active: Tensor, chosen: Tensor) -> None:
    """Write the chosen conformers of a state, bool [M, b], to their places int64 [M, b] in the whole."""
    molecule, column = chosen.nonzero(as_tuple=True)
    index = active[molecule, column]
    positions[molecule, :, :, index] = state.positions[molecule, :, column].unflatten(1, (-1, 3))
    energy[molecule, index] = state.energy[molecule, 0, column]


def _of_one(objective: Objective) -> Objective:
    """An objective of one molecule for a batch of it alone."""

    def batched(positions: Tensor) -> tuple[Tensor, Tensor]:
        energy, gradient = objective(positions[0])
        return energy[None], gradient[None]

    return batched


def _columns(values: Tensor, index: Tensor) -> Tensor:
    """Values [M, r, b] of the conformers [M, c]."""
    return values.gather(2, index[:, None].expand(-1, values.shape[1], -1))


def _in_steps(count: int) -> int:
    return -(-count // COLUMNS) * COLUMNS


def _iterated(problem: _Problem, state: _State) -> _State:
    slope = problem.dot(state.direction, state.gradient)
    length = state.size * (_LONGEST / problem.farthest(state.direction)).clamp_(max=1.0)
    step = state.direction * length
    moved = state.positions + step
    energy, gradient = problem.evaluated(moved)
    taken = accepted(state.energy, energy, slope, length)
    change = gradient - state.gradient
    curvature = problem.dot(step, change)
    curves_up, inverse = inverse_curvature(curvature)
    good = taken & curves_up
    root = inverse.sqrt_()
    kept = torch.where(good, step.mul_(root), 0.0), torch.where(good, change * root, 0.0)
    memory = (*state.memory[1 - _MEMORY :], kept)
    stiffness = problem.dot(change, problem.applied(change)).clamp_(min=1e-8)
    scale = torch.where(good, curvature / stiffness, state.scale)
    new_gradient = torch.where(taken, gradient, state.gradient)
    quasi_newton = _direction(problem, new_gradient, memory, scale)
    downhill = taken & (problem.dot(quasi_newton, new_gradient) < 0)
    size = torch.where(taken, 1.0, state.size * _SHORTENING)
    stuck = size < SHORTEST
    steepest = torch.where(taken | stuck, problem.applied(new_gradient).neg_(), state.direction)
    return _State(
        torch.where(taken, moved, state.positions),
        torch.where(taken, energy, state.energy),
        new_gradient,
        torch.where(downhill, quasi_newton, steepest),
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


def _direction(problem: _Problem, gradient: Tensor, memory: Sequence[tuple[Tensor, Tensor]], scale: Tensor) -> Tensor:
    """The two-loop recursion."""
    rest, shares = gradient.clone(), []
    for step, change in reversed(memory):
        shares.append(problem.dot(step, rest))
        rest.addcmul_(shares[-1], change, value=-1)
    rest = problem.applied(rest).mul_(scale)
    for (step, change), share in zip(memory, reversed(shares), strict=True):
        rest.addcmul_(share - problem.dot(change, rest), step)
    return rest.neg_()
