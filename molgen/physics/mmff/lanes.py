"""Minimization of the conformers of a molecule on a CPU, several in the lanes of one core."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgen.physics.mmff import compiled
from molgen.physics.mmff.energy import MMFFEnergy

LANES = 32
"""Conformers side by side. Always so many, so that rounding is the same for any number of conformers."""
_NUMBERS = 11


def minimize_in_lanes(
    energy: MMFFEnergy, positions: Tensor, steps: int, preconditioner: Tensor, until: float
) -> tuple[Tensor, Tensor]:
    """What :func:`molgen.physics.lbfgs.minimize_batch` does, by compiled code; a conformer depends on no other.

    The first call on a machine compiles for some seconds; what it compiles is kept on disk.

    Args:
        energy: of one molecule, float32.
        positions: float32 [n, 3, B], Angstrom, on the CPU.
        steps: evaluations after the first, at most; 0 for the energies alone.
        preconditioner: float32 [n, n], see :func:`molgen.physics.lbfgs.graph_preconditioner`.
        until: kcal/mol/Angstrom; conformers whose largest force is below it are done.

    Returns:
        positions [n, 3, B] and energies [B], kcal/mol; a conformer that is not finite stays as it was.
    """
    terms, moved = energy.compiled_terms, np.array(positions.numpy(), np.float32, order="C")
    energies = np.empty(moved.shape[2], np.float32)
    start = np.ascontiguousarray(preconditioner.numpy(), np.float32)
    charges, force = np.float32(energy.charges), np.float32(until)
    room = _work(terms), _state(energy.n_atoms), np.zeros((2, LANES), np.int64)
    if len(energies):
        compiled.minimize(terms, charges, start, moved, energies, steps, force, *room)
    return torch.from_numpy(moved), torch.from_numpy(energies)


def _work(terms: compiled.Terms) -> compiled.Work:
    vectors, angles = terms.vectors.shape[1], terms.angles.shape[1]
    return compiled.Work(*_zeros((vectors, 3), 2), *_zeros((vectors,), 3), *_zeros((angles,), 2), *_zeros((4,), 2))


def _state(atoms: int) -> compiled.State:
    remembered = _zeros((compiled.MEMORY, atoms, 3), 2)
    return compiled.State(*_zeros((atoms, 3), 6), *remembered, *_zeros((compiled.MEMORY + 1,)), *_zeros((_NUMBERS,)))


def _zeros(shape: tuple[int, ...], count: int = 1) -> list[NDArray[np.float32]]:
    """So many arrays with an axis for the lanes."""
    return [np.zeros((*shape, LANES), np.float32) for _ in range(count)]
