"""From candidates to the conformers of a molecule: select by coverage or energy, minimize, check the stereo."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.force_field import Energies
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.config import GenerateConfig
from molgen.conformers.hydrogens.search import HydrogenSearch
from molgen.conformers.samples import Samples
from molgen.conformers.selection.alignment import superposed
from molgen.conformers.selection.annotation import annotate
from molgen.conformers.selection.candidates import Candidates, make_candidates, within_window
from molgen.conformers.selection.distinct import distinct, symmetric_distances
from molgen.conformers.selection.facility_location import facility_location
from molgen.conformers.templates.ring_amides import flatten_strained_amides, without_twisted_amides
from molgen.errors import EmbeddingError
from molgen.metrics.stereo import stereo_mask
from molgen.sampling.guards import MoleculeWarning

UNTYPED = (
    "neither MMFF94s nor UFF has parameters for this molecule: its conformers are as they were embedded, not "
    "minimized, and have no energies"
)
UNTYPED_RMSD = 0.5
"""RMSD (Angstrom) below which conformers that no field has minimized differ by the noise of the embedding only."""
MINIMIZE_STEPS = 500
MAX_FORCE = 0.01
"""Largest remaining force, kcal/mol/Angstrom."""
ROTAMER_WINDOW = 8.0
"""Hydrogens turned so far above their lowest places, kcal/mol before they are minimized, still make a conformer."""
FIRST_WINDOW = 8.0
"""The first conformer is at most so strained above the lowest sample, kcal/mol."""
SPARE = 2
"""Candidates for each conformer that is to be minimized, since two of them may end in one minimum."""
TURNING_STEPS = 40
"""For hydrogens that are turned, at most."""
BATCH, MOST_BATCHES = 16, 8
"""Distinct minima are looked for among so many candidates at a time, n if that is more, and in so many batches, until
one brings no other."""


def select_conformers(samples: Samples, config: GenerateConfig) -> Chem.Mol:
    """The conformers to return, best first; the first of all is the medoid of the samples, or the lowest in energy.

    Raises:
        EmbeddingError: none of the selection keeps the stereo of the input.
    """
    candidates = make_candidates(samples, config)
    if config.minimize_steps:
        candidates = replace(candidates, positions=flatten_strained_amides(samples.field, candidates.positions))
    strain = samples.field.energies(candidates.positions, electrostatics=False).values
    kept = within_window(strain, config.energy_window)
    kept = kept[without_twisted_amides(samples.field, candidates.positions[kept])]
    count = _count(config)
    order = kept[_order(samples, candidates.subset(kept), strain[kept], count, config)]
    positions, sample = candidates.positions[order], candidates.sample[order]
    if len(order) < count and config.minimize_steps:
        turned, origin = rotamers(samples, positions, count - len(order), config)
        positions, sample = np.concatenate([positions, turned]), np.concatenate([sample, sample[origin]])
    return finish(samples, positions, sample, config)


def _count(config: GenerateConfig) -> int:
    """Candidates to look at."""
    if config.unique == "minima":
        return MOST_BATCHES * _batch(config)
    return config.n if config.minimize_with == "none" else SPARE * config.n


def _order(
    samples: Samples, candidates: Candidates, strain: np.ndarray, count: int, config: GenerateConfig
) -> np.ndarray:
    """Indices of the candidates to look at, best first."""
    distances = symmetric_distances(samples.mol, candidates.positions, samples.field.device)
    own = slice(candidates.samples)
    first = _medoid(distances[own, own], strain[own]) if candidates.samples else None
    if config.sort == "energy" and np.isfinite(strain).any():
        first = int(np.nanargmin(samples.field.energies(candidates.positions).values))
    apart = config.min_rmsd if config.unique == "rmsd" else 0.0
    if not np.isfinite(strain).any():
        apart = max(config.min_rmsd, UNTYPED_RMSD)
    order = facility_location(distances, count, weights=candidates.weights, min_rmsd=apart, first=first)
    return np.array(order, dtype=int)


def _medoid(distances: np.ndarray, strain: np.ndarray) -> int:
    """The medoid among the samples of low strain: nearest to all samples, which count alike.

    The frequency of samples already reflects their likelihood; weighting by strain as well favors folded shapes.
    """
    low = within_window(strain, FIRST_WINDOW)
    return int(low[distances[low].sum(1).argmin()])


def rotamers(
    samples: Samples, positions: np.ndarray, count: int, config: GenerateConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Conformers that differ from given ones in rotatable hydrogens only, and in energy.

    Args:
        samples: of the molecule.
        positions: [k, atoms, 3], the given ones, Angstrom.
        count: how many, at most.
        config: how they are minimized.

    Returns:
        [r, atoms, 3] with r <= count, minimized, lowest turns first, and int [r], the given one that each was made of.
    """
    turned, origin = HydrogenSearch(samples.field).rotamers(positions, ROTAMER_WINDOW)
    if not len(turned):
        return turned, origin
    turned, origin = turned[: SPARE * count], origin[: SPARE * count]
    steps = min(TURNING_STEPS, config.gas_phase_steps)
    minimized, energies = samples.field.minimize(np.concatenate([positions, turned]), steps)
    given = len(positions)
    different = distinct(samples.mol, minimized, energies.values, config)
    kept = np.array([index - given for index in different if index >= given][:count], dtype=np.int64)
    return minimized[given + kept], origin[kept]


def finish(samples: Samples, positions: np.ndarray, sample: np.ndarray, config: GenerateConfig) -> Chem.Mol:
    """The molecule with the selection as its conformers, minimized if wanted, their stereo checked, and annotated.

    Args:
        samples: of the molecule.
        positions: [k, atoms, 3], the selection, best first, Angstrom.
        sample: int [k], the sample that each was made of.
        config: how.

    Raises:
        EmbeddingError: none of them has the stereo of the input.
    """
    kept, before = np.arange(0), -1
    for moved, energies in _minimized_in_batches(samples, positions, config):
        kept = _kept(samples, moved, energies.values, config)
        if len(kept) >= config.n or len(kept) == before:
            break
        before = len(kept)
    if not len(kept):
        raise EmbeddingError("no conformer keeps the stereo of the input")
    if config.sort == "energy":
        kept = kept[np.argsort(energies.values[kept], kind="stable")]
    kept = kept[: config.n]
    if energies.method == "none":
        warnings.warn(UNTYPED, MoleculeWarning, stacklevel=2)
    restraints, positions = samples.field.restraints, moved[kept]
    if restraints is not None and restraints.core:
        positions = restraints.placed(positions)
    elif config.align:
        positions = superposed(samples.mol, positions)
    result = with_conformers(samples.mol, positions)
    chosen = Energies(energies.values[kept], energies.method)
    origin = sample[kept]
    sources = [samples.sources[k] for k in origin] if samples.sources else ()
    annotate(result, config.sort, chosen, samples.template[origin], samples.method, sources)
    return result


def _minimized_in_batches(
    samples: Samples, positions: np.ndarray, config: GenerateConfig
) -> Iterator[tuple[np.ndarray, Energies]]:
    """The selection minimized if wanted, with energies; where distinct minima are wanted, a batch more each time."""
    if config.minimize_with == "none":
        field = samples.field
        yield positions, field.energies(positions) if config.in_vacuum else field.screened_energies(positions)
        return
    size = _batch(config) if config.unique == "minima" else len(positions)
    moved, values = [], []
    for begin in range(0, len(positions), size):
        some, energies = _minimized(samples, positions[begin : begin + size], config.minimize_with)
        moved.append(some)
        values.append(energies.values)
        yield np.concatenate(moved), Energies(np.concatenate(values), energies.method)


def _batch(config: GenerateConfig) -> int:
    return max(BATCH, config.n)


def _minimized(samples: Samples, positions: np.ndarray, method: Literal["mmff", "gfn2"]) -> tuple[np.ndarray, Energies]:
    if method == "mmff":
        return samples.field.minimize(positions, MINIMIZE_STEPS, max_force=MAX_FORCE)
    from molgen.chem.molecules.xtb import minimize_gfn2

    return minimize_gfn2(with_conformers(samples.mol, positions))


def _kept(samples: Samples, positions: np.ndarray, energies: np.ndarray, config: GenerateConfig) -> np.ndarray:
    """Indices of those with the stereo of the input, within restraints and the energy window, and distinct."""
    mol, restraints = samples.mol, samples.field.restraints
    good = stereo_mask(mol, with_conformers(mol, positions))
    kept = np.flatnonzero(good & restraints.hold(mol, positions) if restraints is not None else good)
    kept = kept[within_window(energies[kept], config.energy_window)]
    if config.minimize_with == "none" or not len(kept):
        return kept
    return kept[distinct(mol, positions[kept], energies[kept], config)]
