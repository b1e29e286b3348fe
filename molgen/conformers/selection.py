"""From a pool to the conformers of a molecule: filter by strain, choose by coverage, relax, check the stereo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.force_field import Energies
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.candidates import Pool
from molgen.conformers.coverage import cover
from molgen.conformers.options import GenerateConfig
from molgen.errors import EmbeddingError
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask
from molgen.metrics.symmetry import automorphisms

MAX_PERMUTATIONS = 64
RELAX_STEPS = 500
RELAX_UNTIL = 0.01
"""kcal/mol/Angstrom, the largest force that is left: two ways into one minimum then end in one place."""
SPARE = 2
"""Candidates for each conformer that is to be relaxed, since relaxation may lead two of them to one place."""
MINIMA_WINDOWS = (15.0, 8.0)
"""Samples so far above the lowest after the polish, kcal/mol, are not minimized, and those so far above it half-way no
further: they would end too high to count."""


@dataclass(frozen=True)
class Candidates:
    """What conformers are chosen from.

    Attributes:
        positions: [c, atoms, 3], Angstrom.
        weights: [c], how much it counts to be near each.
        sample: int [c], the sample that each was made of.
        samples: how many of them are samples; they come first, minima follow.
    """

    positions: np.ndarray
    weights: np.ndarray
    sample: np.ndarray
    samples: int


def chosen_conformers(pool: Pool, config: GenerateConfig) -> Chem.Mol:
    """The conformers to return, best first; the first of all is the sample that stands best for the samples.

    Raises:
        EmbeddingError: none of the chosen ones keeps the stereo of the input.
    """
    made = candidates(pool, config)
    distances = _distances(pool.mol, made.positions)
    count = SPARE * config.n if config.relax == "mmff" else config.n
    own = slice(made.samples)
    first = cover(distances[own, own], 1, weights=made.weights[own])[0] if made.samples else None
    order = cover(distances, count, weights=made.weights, spacing=config.spacing, first=first)
    return _finished(pool, made.positions[order], made.sample[order], config)


def candidates(pool: Pool, config: GenerateConfig) -> Candidates:
    """The samples within the energy window, polished, and the minima of the field with charges below all samples.

    The first kind is weighed by strain: what a molecule looks like in a pocket or in water. The second is weighed by
    its energy: what it looks like in vacuum, where charges fold it.
    """
    kept = sound(pool, config.energy_window)
    strain = shares(pool.energies.values[kept], config.strain_scale)
    if config.vacuum == 0 or not config.minimize or not pool.field.knows_charges:
        return Candidates(pool.field.relax(pool.positions[kept], config.polish)[0], strain, kept, len(kept))
    polished, levels = pool.field.relax(pool.positions, config.polish)
    low = _within(levels.values, min(MINIMA_WINDOWS[0], config.energy_window))
    if not len(low):
        return Candidates(polished[kept], strain, kept, len(kept))
    minima, depths = _minima(pool, polished[low], config.minimize)
    end = _within(depths, config.energy_window)
    low, minima, depths = low[end], minima[end], depths[end]
    weights = (1 - config.vacuum) * strain, config.vacuum * shares(depths, config.vacuum_scale)
    if config.vacuum == 1:
        return Candidates(minima, weights[1], low, 0)
    positions, sample = np.concatenate([polished[kept], minima]), np.concatenate([kept, low])
    return Candidates(positions, np.concatenate(weights), sample, len(kept))


def _minima(pool: Pool, positions: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Minima below conformers, and their energies; the low ones to the end, the others half-way."""
    minima, energies = pool.field.relax(positions, steps // 2)
    depths = energies.values
    deep = _within(depths, MINIMA_WINDOWS[1])
    minima[deep], energies = pool.field.relax(minima[deep], steps - steps // 2)
    depths[deep] = energies.values
    return minima, depths


def _within(energies: np.ndarray, window: float) -> np.ndarray:
    """Indices of those at most so far above the lowest; those without an energy are not among them."""
    return np.flatnonzero(energies <= np.nanmin(energies, initial=np.inf) + window)


def sound(pool: Pool, window: float) -> np.ndarray:
    """Indices of the samples within the energy window; all of them where no energy is known."""
    kept = _within(pool.energies.values, window)
    return kept if len(kept) else np.arange(len(pool.energies.values))


def shares(energies: np.ndarray, scale: float) -> np.ndarray:
    """Boltzmann-like shares that add up to 1; none where the energy is not known, and equal ones where none is."""
    known = np.isfinite(energies)
    if not known.any():
        return np.full(len(energies), 1 / max(1, len(energies)))
    weights = np.where(known, np.exp(-np.where(known, energies - energies[known].min(), 0.0) / scale), 0.0)
    return weights / weights.sum()


def _finished(pool: Pool, positions: np.ndarray, sample: np.ndarray, config: GenerateConfig) -> Chem.Mol:
    if config.relax == "none":
        energies = pool.field.energies(positions, electrostatics=False)
    else:
        positions, energies = _relaxed(pool, positions, config.relax)
    right = np.flatnonzero(stereo_mask(pool.mol, with_conformers(pool.mol, positions)))
    if not len(right):
        raise EmbeddingError("no conformer keeps the stereo of the input")
    if config.relax != "none":
        right = right[_apart(pool.mol, positions[right], config.spacing)][: config.n]
    lowest = np.nanmin(energies.values[right], initial=np.inf)
    result = with_conformers(pool.mol, positions[right])
    for rank, (conformer, index) in enumerate(zip(result.GetConformers(), right, strict=True), 1):
        conformer.SetIntProp("molgen_rank", rank)
        conformer.SetDoubleProp("molgen_energy", float(energies.values[index] - lowest))
        conformer.SetProp("molgen_energy_method", energies.method)
        conformer.SetIntProp("molgen_template", int(pool.template[sample[index]]))
        conformer.SetProp("molgen_method", pool.method)
    return result


def _relaxed(pool: Pool, positions: np.ndarray, method: Literal["mmff", "gfn2"]) -> tuple[np.ndarray, Energies]:
    if method == "mmff":
        return pool.field.relax(positions, RELAX_STEPS, until=RELAX_UNTIL)
    from molgen.chem.molecules.xtb import relax_gfn2

    return relax_gfn2(with_conformers(pool.mol, positions))


def _apart(mol: Chem.Mol, positions: np.ndarray, spacing: float) -> list[int]:
    """Those that are not within ``spacing`` of an earlier one: relaxation may lead two conformers to one minimum."""
    distances = _distances(mol, positions)
    kept: list[int] = []
    for index in range(len(positions)):
        if (distances[index, kept] >= spacing).all():
            kept.append(index)
    return kept


def _distances(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    """Symmetric heavy-atom RMSD between all pairs, [p, p], Angstrom."""
    heavy = positions[:, heavy_atoms(mol)]
    return rmsd_matrix(heavy, heavy, automorphisms(mol, MAX_PERMUTATIONS).permutations).numpy()
