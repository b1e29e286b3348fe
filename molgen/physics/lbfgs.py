"""Minimization of many conformers at once: preconditioned L-BFGS in Cartesian coordinates."""

from __future__ import annotations

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
_BOND, _ANGLE, _SOFT = 600.0, 120.0, 3.0
"""kcal/mol/Angstrom^2: typical curvatures along bonds, between the ends of an angle, and of the rest."""


@dataclass(frozen=True)
class _Batch:
    """Molecules that are minimized together.

    Attributes:
        state: b conformers of each of M.
        active: int64 [M, b], the columns of these conformers in the result.
        done: bool [M, b], conformers that have converged.
    """

    state: State
    active: Tensor
    done: Tensor

    def columns(self, count: int) -> _Batch:
        """``count`` conformers of each molecule, those that have not converged first."""
        if count == self.active.shape[1]:
            return self
        index = self.done.to(torch.uint8).argsort(dim=1, stable=True)[:, :count]
        return _Batch(self.state.columns(index), self.active.gather(1, index), self.done.gather(1, index))


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
    result = positions.clone()
    problem, x = Problem(objective, preconditioner), positions.flatten(1, 2)
    state = State.at(x, problem)
    lowest = state.energy[:, 0].clone()
    active = torch.arange(x.shape[2], device=x.device).repeat(len(x), 1)
    batch = _Batch(state, active, torch.zeros_like(active, dtype=torch.bool))
    for begin in range(0, iterations, _REVIEW):
        arrived = _arrived(problem, batch, until)
        _put(result, lowest, batch, arrived)
        batch = replace(batch, done=batch.done | arrived)
        most = int((~batch.done).sum(1).amax()) if len(x) else 0
        if most == 0:
            return result, lowest
        batch = batch.columns(-(-most // COLUMNS) * COLUMNS)
        state = batch.state
        for _ in range(min(_REVIEW, iterations - begin)):
            state = iterated(problem, state)
        batch = replace(batch, state=state)
    _put(result, lowest, batch, ~batch.done)
    return result, lowest


def _arrived(problem: Problem, batch: _Batch, until: float) -> Tensor:
    """Conformers that have converged since the last review, bool [M, b]."""
    forces = problem.by_atom(batch.state.gradient).square().sum(2).amax(1)
    return ~batch.done & ~(forces > until**2)


def _put(positions: Tensor, energy: Tensor, batch: _Batch, chosen: Tensor) -> None:
    """Write the chosen conformers of a batch, bool [M, b], to their columns of the result."""
    molecule, column = chosen.nonzero(as_tuple=True)
    index = batch.active[molecule, column]
    positions[molecule, :, :, index] = batch.state.positions[molecule, :, column].unflatten(1, (-1, 3))
    energy[molecule, index] = batch.state.energy[molecule, 0, column]


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
