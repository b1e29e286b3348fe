"""The candidates of the selection: minimized samples, weighted by strain, and gas-phase minima, by energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from molgen.conformers.config import GenerateConfig
from molgen.conformers.hydrogens.search import HydrogenSearch
from molgen.conformers.samples import Samples
from molgen.conformers.selection.distinct import SAME_ENERGY, SAME_RMSD
from molgen.conformers.symmetry.leaders import leaders

MINIMA_WINDOW = 20.0
"""Candidates so far above the lowest, kcal/mol, are not minimized to gas-phase minima, and those so far above it
half-way no further: they would end too high to count."""

MAX_FORCE = 0.15
"""kcal/mol/Angstrom, the largest force of a gas-phase minimum."""

ON_THE_WAY, HALF_WAY = (0.15, 0.5), (SAME_RMSD, SAME_ENERGY)
"""Conformers nearer to each other (Angstrom, kcal/mol) lead to one minimum: when the search for it begins, and in its
middle. It is looked for once."""


@dataclass(frozen=True)
class Candidates:
    """The candidates of the selection: minimized samples first, gas-phase minima after them.

    Attributes:
        positions: [c, atoms, 3], Angstrom.
        weights: [c], importance of each in the selection; they add up to 1.
        sample: int [c], the sample that each was made of.
        samples: how many of them are minimized samples.
    """

    positions: np.ndarray
    weights: np.ndarray
    sample: np.ndarray
    samples: int

    def subset(self, kept: np.ndarray) -> Candidates:
        """A subset, in the same order.

        Args:
            kept: their indices, ascending.
        """
        count = int((kept < self.samples).sum())
        return Candidates(self.positions[kept], self.weights[kept], self.sample[kept], count)


def make_candidates(samples: Samples, config: GenerateConfig) -> Candidates:
    """The samples within the energy window, minimized a little, and the gas-phase minima below all samples.

    Rotatable hydrogens are first moved to their lowest positions, so that hydrogen bonds close.

    The first kind is weighted by strain, for shapes in a pocket or in water; the second by energy, for shapes in
    vacuum, where charges fold a molecule.
    """
    kept = low_strain(samples, config.energy_window)
    strain = boltzmann_shares(samples.energies.values[kept], config.strain_scale)
    turned = HydrogenSearch(samples.field).lowest(samples.positions) if config.minimize_steps else samples.positions
    share = config.weight_of_minima
    if share == 0 or not config.gas_phase_steps or not samples.field.knows_charges:
        positions, _ = samples.field.minimize(turned[kept], config.minimize_steps)
        return Candidates(positions, strain, kept, len(kept))
    minimized, energies = samples.field.minimize(turned, config.minimize_steps)
    low = _within(energies.values, min(MINIMA_WINDOW, config.energy_window))
    if not len(low):
        return Candidates(minimized[kept], strain, kept, len(kept))
    low, copies = _merged(samples, low, minimized[low], energies.values[low], np.ones(len(low)), ON_THE_WAY)
    low, minima, depths, copies = _gas_phase_minima(samples, low, minimized[low], copies, config.gas_phase_steps)
    deep = _within(depths, config.energy_window)
    low, minima = low[deep], minima[deep]
    shares = boltzmann_shares(depths[deep], config.gas_phase_scale, copies[deep])
    weights = (1 - share) * strain, share * shares
    if share == 1:
        return Candidates(minima, weights[1], low, 0)
    positions, sample = np.concatenate([minimized[kept], minima]), np.concatenate([kept, low])
    return Candidates(positions, np.concatenate(weights), sample, len(kept))


def _gas_phase_minima(
    samples: Samples, sample: np.ndarray, positions: np.ndarray, copies: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Minima below conformers; the low ones to the end, the others half-way.

    Args:
        sample: int [k], the sample that each conformer [k, atoms, 3] was made of.
        copies: [k], how many conformers each stands for.

    Returns:
        samples, minima, their energies, and how many conformers each stands for, without those that meet on the way.
    """
    minima, energies = samples.field.minimize(positions, steps // 2, max_force=MAX_FORCE)
    own, copies = _merged(samples, np.arange(len(minima)), minima, energies.values, copies, HALF_WAY)
    sample, minima, depths = sample[own], minima[own], energies.values[own]
    deep = _within(depths, MINIMA_WINDOW)
    minima[deep], energies = samples.field.minimize(minima[deep], steps - steps // 2, max_force=MAX_FORCE)
    depths[deep] = energies.values
    return sample, minima, depths, copies


def _merged(
    samples: Samples,
    index: np.ndarray,
    positions: np.ndarray,
    energies: np.ndarray,
    copies: np.ndarray,
    near: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """The indices of conformers of which no lower one is near, ascending, and how many conformers each stands for."""
    leader = leaders(samples.mol, positions, energies, *near, symmetric=True)
    own, group = np.unique(leader, return_inverse=True)
    return index[own], np.bincount(group, weights=copies, minlength=len(own))


def low_strain(samples: Samples, window: float) -> np.ndarray:
    """Indices of the samples within the energy window, kcal/mol; all of them where no energy is known."""
    return within_window(samples.energies.values, window)


def within_window(energies: np.ndarray, window: float) -> np.ndarray:
    """Indices of the energies [k] at most so far above the lowest, ascending; all of them where none is known."""
    kept = _within(energies, window)
    return kept if len(kept) else np.arange(len(energies))


def _within(energies: np.ndarray, window: float) -> np.ndarray:
    """Indices of those at most so far above the lowest; those without an energy are not among them."""
    return np.flatnonzero(energies <= np.nanmin(energies, initial=np.inf) + window)


def boltzmann_shares(energies: np.ndarray, scale: float, copies: np.ndarray | float = 1.0) -> np.ndarray:
    """Boltzmann factors exp(-E / scale), times copies, that add up to 1; 0 where E is unknown, and equal ones where
    every E is."""
    known = np.isfinite(energies)
    if not known.any():
        return np.full(len(energies), 1 / max(1, len(energies)))
    weights = np.where(known, copies * np.exp(-np.where(known, energies - energies[known].min(), 0.0) / scale), 0.0)
    return weights / weights.sum()
