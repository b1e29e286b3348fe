"""Minimization of many conformers at once: preconditioned L-BFGS in Cartesian coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.quasi_newton import Objective, Problem, State, iterated

COLUMNS = 8
"""Conformers are set aside in numbers of so many, so that rounding is the same in every batch."""
_REVIEW = 5
"""Iterations after which the conformers that have arrived are set aside."""
_PART = 8000
"""Padded coordinates that a split into two batches must save: it costs about a millisecond."""
_BOND, _ANGLE, _SOFT = 600.0, 120.0, 3.0
"""kcal/mol/Angstrom^2: typical curvatures along bonds, between the ends of an angle, and of the rest."""

ObjectiveOf = Callable[[Sequence[int]], Objective]
"""Indices of molecules -> their joint objective."""


@dataclass(frozen=True)
class _Batch:
    """Molecules that are minimized together.

    Attributes:
        numbers: int64 [M], their indices among all molecules.
        problem, state: theirs, with b conformers of each.
        active: int64 [M, b], the columns of these conformers in the result.
        done: bool [M, b], conformers that have converged.
        iteration: iterations so far.
    """

    numbers: Tensor
    problem: Problem
    state: State
    active: Tensor
    done: Tensor
    iteration: int = 0

    def columns(self, count: int) -> _Batch:
        """``count`` conformers of each molecule, those that have not converged first."""
        if count == self.active.shape[1]:
            return self
        index = self.done.to(torch.uint8).argsort(dim=1, stable=True)[:, :count]
        active, done = self.active.gather(1, index), self.done.gather(1, index)
        return replace(self, state=self.state.columns(index), active=active, done=done)

    def molecules(self, rows: Tensor, objective_of: ObjectiveOf) -> _Batch:
        """Some of the molecules, int64 [M']."""
        numbers = self.numbers[rows]
        problem = Problem(objective_of(numbers.tolist()), self.problem.preconditioner[rows])
        return _Batch(numbers, problem, self.state.molecules(rows), self.active[rows], self.done[rows], self.iteration)


def minimize_batch(
    objective: Objective,
    positions: Tensor,
    iterations: int,
    preconditioner: Tensor,
    *,
    until: float = 0.1,
    objective_of: ObjectiveOf | None = None,
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
        objective_of: the objective of some of the M molecules. With it molecules of which most conformers have
            converged are split off into a batch of their own; no result changes.

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
    result = positions.clone()
    problem, x = Problem(objective, preconditioner), positions.flatten(1, 2)
    state = State.at(x, problem)
    lowest = state.energy[:, 0].clone()
    active = torch.arange(x.shape[2], device=x.device).repeat(len(x), 1)
    done = torch.zeros_like(active, dtype=torch.bool)
    waiting = [_Batch(torch.arange(len(x), device=x.device), problem, state, active, done)]
    while waiting:
        batch = waiting.pop()
        arrived = _arrived(batch, until) if batch.iteration < iterations else ~batch.done
        _put(result, lowest, batch, arrived)
        if batch.iteration < iterations:
            left = replace(batch, done=batch.done | arrived)
            waiting += (_carried(part, iterations) for part in _parts(left, objective_of))
    return result, lowest


def _arrived(batch: _Batch, until: float) -> Tensor:
    """Conformers that have converged since the last review, bool [M, b]."""
    forces = batch.problem.by_atom(batch.state.gradient).square().sum(2).amax(1)
    return ~batch.done & ~(forces > until**2)


def _parts(batch: _Batch, objective_of: ObjectiveOf | None) -> Iterator[_Batch]:
    """The batch without converged conformers: whole, or split into narrow and wide molecules."""
    widths = -(-(~batch.done).sum(1) // COLUMNS) * COLUMNS
    most = int(widths.max()) if widths.numel() else 0
    if most == 0:
        return
    cut = _cut(widths.sort().values, batch.state.positions.shape[1]) if objective_of is not None else 0
    if objective_of is None or cut == 0:
        yield batch.columns(most)
        return
    order = widths.argsort(stable=True)
    for rows in (order[:cut], order[cut:]):
        if width := int(widths[rows].max()):
            yield batch.molecules(rows, objective_of).columns(width)


def _cut(widths: Tensor, coordinates: int) -> int:
    """How many of the molecules, narrowest first, to split off; 0 where that saves too little."""
    counts = torch.arange(1, len(widths), device=widths.device)
    saved = counts * (widths[-1] - widths[:-1]) * coordinates
    return int(saved.argmax()) + 1 if len(saved) and int(saved.max()) >= _PART else 0


def _carried(batch: _Batch, iterations: int) -> _Batch:
    """The batch after the iterations up to its next review."""
    end, state = min(batch.iteration + _REVIEW, iterations), batch.state
    for _ in range(batch.iteration, end):
        state = iterated(batch.problem, state)
    return replace(batch, state=state, iteration=end)


def _put(positions: Tensor, energy: Tensor, batch: _Batch, chosen: Tensor) -> None:
    """Write the chosen conformers of a batch, bool [M, b], to their columns of the result."""
    row, column = chosen.nonzero(as_tuple=True)
    molecule, index = batch.numbers[row], batch.active[row, column]
    positions[molecule, :, :, index] = batch.state.positions[row, :, column].unflatten(1, (-1, 3))
    energy[molecule, index] = batch.state.energy[row, 0, column]


def _of_one(objective: Objective) -> Objective:
    """An objective of one molecule for a batch of it alone."""

    def batched(positions: Tensor) -> tuple[Tensor, Tensor]:
        energy, gradient = objective(positions[0])
        return energy[None], gradient[None]

    return batched


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
