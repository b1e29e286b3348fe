"""One iteration of preconditioned L-BFGS on many conformers of several molecules at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.physics.line_search import SHORTEST, accepted, inverse_curvature

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Conformers [..., n, 3, B] -> (energies [..., B], gradients [..., n, 3, B])."""

_SHORTENING = 0.4
_MEMORY = 5
_LONGEST = 0.3
"""Angstrom that no atom passes in one step."""


@dataclass(frozen=True)
class State:
    """Where b conformers of each of M molecules are, with r = 3 n coordinates: positions, gradient and direction
    [M, r, b]; energy, slope along the direction, length of the next trial step and scale of the first guess of the
    inverse Hessian [M, 1, b]; and steps and changes of the gradient [M, r, b] of the last iterations, both divided by
    the root of their product."""

    positions: Tensor
    energy: Tensor
    gradient: Tensor
    direction: Tensor
    slope: Tensor
    size: Tensor
    scale: Tensor
    memory: tuple[tuple[Tensor, Tensor], ...] = ()

    @classmethod
    def at(cls, positions: Tensor, problem: Problem) -> State:
        """The start from positions [M, r, b]."""
        energy, gradient = problem.evaluated(positions)
        direction, ones = -problem.applied(gradient), torch.ones_like(energy)
        return cls(positions, energy, gradient, direction, problem.dot(direction, gradient), ones, ones)

    def columns(self, index: Tensor) -> State:
        """Some of the conformers of each molecule, int64 [M, c]."""

        def chosen(part: Tensor) -> Tensor:
            return part.gather(2, index[:, None].expand(-1, part.shape[1], -1))

        memory = tuple((chosen(step), chosen(difference)) for step, difference in self.memory)
        plain = (self.positions, self.energy, self.gradient, self.direction, self.slope, self.size, self.scale)
        return State(*map(chosen, plain), memory=memory)


class Problem:
    """What is minimized: the objective on coordinates [M, r, b], with the preconditioner and sums over r."""

    def __init__(self, objective: Objective, preconditioner: Tensor) -> None:
        self._objective, self.preconditioner = objective, preconditioner
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
        return torch.bmm(self.preconditioner, x.view(len(x), self._atoms, -1)).view_as(x)

    def dot(self, a: Tensor, b: Tensor) -> Tensor:
        """Inner products [M, 1, b], rounded alike in every batch (:mod:`molgen.physics.sums`)."""
        return torch.bmm(self._ones, a * b)

    def farthest(self, x: Tensor) -> Tensor:
        """[M, 1, b], how far the atom goes that goes farthest."""
        return self.by_atom(x).square().sum(2).amax(1, keepdim=True).clamp_(min=1e-12).sqrt_()


def iterated(problem: Problem, state: State) -> State:
    """The state after one evaluation of the objective."""
    length = state.size * (_LONGEST / problem.farthest(state.direction)).clamp_(max=1.0)
    step = state.direction * length
    moved = state.positions + step
    energy, gradient = problem.evaluated(moved)
    taken = accepted(state.energy, energy, state.slope, length)
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
    size = torch.where(taken, 1.0, state.size * _SHORTENING)
    stuck = size < SHORTEST
    quasi_newton = _direction(problem, new_gradient, memory, scale)
    slope = problem.dot(quasi_newton, new_gradient)
    downhill = taken & (slope < 0)
    direction = torch.where(downhill, quasi_newton, state.direction)
    slope = torch.where(downhill, slope, state.slope)
    begins_anew = (taken | stuck) & ~downhill
    if begins_anew.device.type != "cpu" or begins_anew.any():  # a GPU is not waited for
        steepest = problem.applied(new_gradient).neg_()
        direction = torch.where(begins_anew, steepest, direction)
        slope = torch.where(begins_anew, problem.dot(steepest, new_gradient), slope)
    return State(
        torch.where(taken, moved, state.positions),
        torch.where(taken, energy, state.energy),
        new_gradient,
        direction,
        slope,
        torch.where(stuck, 1.0, size),
        scale,
        memory,
    )


def _direction(problem: Problem, gradient: Tensor, memory: Sequence[tuple[Tensor, Tensor]], scale: Tensor) -> Tensor:
    """The two-loop recursion."""
    rest, shares = -gradient, []
    for step, change in reversed(memory):
        shares.append(problem.dot(step, rest))
        rest.addcmul_(shares[-1], change, value=-1)
    rest = problem.applied(rest).mul_(scale)
    for (step, change), share in zip(memory, reversed(shares), strict=True):
        rest.addcmul_(share - problem.dot(change, rest), step)
    return rest
