"""From candidates to the conformers of a molecule: select by coverage, minimize, check the stereo."""

from __future__ import annotations

from typing import Literal

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.force_field import Energies
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.candidates import make_candidates
from molgen.conformers.config import GenerateConfig
from molgen.conformers.facility_location import facility_location, medoid
from molgen.conformers.hydrogen_rotors import hydrogen_rotors
from molgen.conformers.hydrogen_search import HydrogenSearch
from molgen.conformers.samples import Samples
from molgen.errors import EmbeddingError
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask
from molgen.metrics.symmetry import automorphisms

MAX_PERMUTATIONS = 64
MINIMIZE_STEPS = 500
MAX_FORCE = 0.01
"""kcal/mol/Angstrom, the largest force that is left."""
ROTAMER_WINDOW = 8.0
"""Hydrogens turned so far above their lowest places, kcal/mol before they are minimized, still make a conformer."""
ROTAMER_GAP = 0.2
"""kcal/mol that two minima with the same heavy atoms differ by."""
SPARE = 2
"""Candidates for each conformer that is to be minimized, since two of them may end in one minimum."""


def select_conformers(samples: Samples, config: GenerateConfig) -> Chem.Mol:
    """The conformers to return, best first; the first of all is the medoid of the samples.

    Raises:
        EmbeddingError: none of the selection keeps the stereo of the input.
    """
    candidates = make_candidates(samples, config)
    distances = symmetric_distances(samples.mol, candidates.positions)
    count = SPARE * config.n if config.minimize_with == "mmff" else config.n
    own = slice(candidates.samples)
    first = medoid(distances[own, own], candidates.weights[own]) if candidates.samples else None
    order = facility_location(distances, count, weights=candidates.weights, min_rmsd=config.min_rmsd, first=first)
    positions, sample = candidates.positions[order], candidates.sample[order]
    if len(order) < count and config.minimize_steps:
        turned, origin = rotamers(samples, positions, count - len(order), config)
        positions, sample = np.concatenate([positions, turned]), np.concatenate([sample, sample[origin]])
    return finish(samples, positions, sample, config)


def rotamers(
    samples: Samples, positions: np.ndarray, count: int, config: GenerateConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Conformers that differ from given ones in hydrogens that turn only, where the energy tells them apart.

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
    minimized, energies = samples.field.minimize(np.concatenate([positions, turned]), config.gas_phase_steps)
    given = len(positions)
    distinct = _distinct(samples.mol, minimized, energies.values, config.min_rmsd)
    kept = np.array([index - given for index in distinct if index >= given][:count], dtype=np.int64)
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
    if config.minimize_with == "none":
        energies = samples.field.energies(positions, electrostatics=False)
    else:
        positions, energies = _minimized(samples, positions, config.minimize_with)
    kept = np.flatnonzero(stereo_mask(samples.mol, with_conformers(samples.mol, positions)))
    if not len(kept):
        raise EmbeddingError("no conformer keeps the stereo of the input")
    if config.minimize_with != "none":
        kept = kept[_distinct(samples.mol, positions[kept], energies.values[kept], config.min_rmsd)][: config.n]
    lowest = np.nanmin(energies.values[kept], initial=np.inf)
    result = with_conformers(samples.mol, positions[kept])
    for rank, (conformer, index) in enumerate(zip(result.GetConformers(), kept, strict=True), 1):
        conformer.SetIntProp("molgen_rank", rank)
        conformer.SetDoubleProp("molgen_energy", float(energies.values[index] - lowest))
        conformer.SetProp("molgen_energy_method", energies.method)
        conformer.SetIntProp("molgen_template", int(samples.template[sample[index]]))
        conformer.SetProp("molgen_method", samples.method)
    return result


def _minimized(samples: Samples, positions: np.ndarray, method: Literal["mmff", "gfn2"]) -> tuple[np.ndarray, Energies]:
    if method == "mmff":
        return samples.field.minimize(positions, MINIMIZE_STEPS, max_force=MAX_FORCE)
    from molgen.chem.molecules.xtb import minimize_gfn2

    return minimize_gfn2(with_conformers(samples.mol, positions))


def _distinct(mol: Chem.Mol, positions: np.ndarray, energies: np.ndarray, min_rmsd: float) -> list[int]:
    """Those not within ``min_rmsd`` of an earlier one: two conformers may have been minimized to one minimum.

    Minima whose energies differ are two, though their heavy atoms do not: a hydrogen has turned.
    """
    distances = symmetric_distances(mol, positions)
    turns = bool(hydrogen_rotors(mol))
    kept: list[int] = []
    for index in range(len(positions)):
        differs = turns & (np.abs(energies[index] - energies[kept]) > ROTAMER_GAP)
        if ((distances[index, kept] >= min_rmsd) | differs).all():
            kept.append(index)
    return kept


def symmetric_distances(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    """Symmetric heavy-atom RMSD between all pairs of conformers [p, atoms, 3]: [p, p], Angstrom."""
    heavy = positions[:, heavy_atoms(mol)]
    return rmsd_matrix(heavy, heavy, automorphisms(mol, MAX_PERMUTATIONS).permutations).numpy()
