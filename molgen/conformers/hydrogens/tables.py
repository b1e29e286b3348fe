"""Pairwise energies of rotors with discrete states, and combinations of low energy.

The lowest combination is searched by coordinate descent over rotors, from the present states and from random ones, as
in side-chain packing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STARTS = 12
"""Starts of a search: the present states and random others."""
SWEEPS = 8


@dataclass(frozen=True)
class Tables:
    """Energies of B conformers by the states of their rotors, kcal/mol.

    Attributes:
        alone: for each rotor [B, places], its hydrogens and the atoms that stay.
        together: for each pair of rotors, in both orders, [B, places of the first, places of the second].
    """

    alone: list[NDArray[np.float64]]
    together: dict[tuple[int, int], NDArray[np.float64]]

    def costs(self, index: int, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Energies [B, S, places] of one rotor at each place, the others as the states [B, S, rotors] say."""
        rows = np.arange(len(states))[:, None]
        costs = self.alone[index][:, None].repeat(states.shape[1], axis=1)
        for other in set(range(len(self.alone))) - {index}:
            costs += self.together[other, index][rows, states[..., other]]
        return costs

    def energies(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Energies [B, S] of states [B, S, rotors]."""
        rows = np.arange(len(states))[:, None]
        energies = np.zeros(states.shape[:2])
        for index, table in enumerate(self.alone):
            energies += table[rows, states[..., index]]
        for (i, j), table in self.together.items():
            energies += 0.5 * table[rows, states[..., i], states[..., j]]
        return energies


def lowest_states(tables: Tables, conformers: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """States [B, starts, rotors] that no change of a single rotor lowers, and their energies [B, starts]."""
    sizes = [table.shape[1] for table in tables.alone]
    states = np.random.default_rng(0).integers(0, sizes, (conformers, STARTS if len(sizes) > 1 else 1, len(sizes)))
    states[:, 0] = 0
    for _ in range(SWEEPS):
        before = states.copy()
        for index in range(len(sizes)):
            states[..., index] = tables.costs(index, states).argmin(-1)
        if (states == before).all():
            break
    return states, tables.energies(states)


def is_minimum(energies: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which entries of tables [B, places, places, ...] are no higher than their neighbors along every rotor.

    Of two places neither is a neighbor of the other: there is a barrier between them.
    """
    lowest = np.ones(energies.shape, dtype=bool)
    for axis in (axis for axis in range(1, energies.ndim) if energies.shape[axis] > 2):
        for step in (1, -1):
            lowest &= energies <= np.roll(energies, step, axis)
    return lowest
