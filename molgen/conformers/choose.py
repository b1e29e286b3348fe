"""From a pool to the conformers of a molecule: filter by strain, choose by coverage, relax, check the stereo."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from rdkit import Chem

from molgen.chem.features import heavy_atoms
from molgen.chem.forcefield import Energies, relax
from molgen.conformers.local import with_conformers
from molgen.conformers.options import GenerateConfig
from molgen.conformers.pool import Pool
from molgen.conformers.select import cover
from molgen.errors import EmbeddingError
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask
from molgen.metrics.symmetry import automorphisms

MAX_PERMUTATIONS = 64
SPARE = 2
"""Candidates for each conformer, since polishing may lead two of them to one place."""


def chosen_conformers(pool: Pool, config: GenerateConfig) -> Chem.Mol:
    """The conformers to return, best first.

    Raises:
        EmbeddingError: none of the chosen ones keeps the stereo of the input.
    """
    kept = sound(pool, config.energy_window)
    distances = _distances(pool.mol, pool.positions[kept])
    weights = importance(pool, kept, config)
    moves = config.polish > 0 and config.relax == "none"
    count = SPARE * config.n if moves else config.n
    order = [int(kept[k]) for k in cover(distances, count, weights=weights, spacing=config.spacing)]
    return _finished(*(_polished(pool, order, config) if moves else (pool, order)), config)


def _polished(pool: Pool, order: list[int], config: GenerateConfig) -> tuple[Pool, list[int]]:
    """The first n of ``order`` that are apart after some steps of the whole field, as a pool of their own.

    Electrostatics take part here, where a few steps close hydrogen bonds and cannot fold a molecule on to itself.
    Two that come together count once, and the next of the order takes the place; so the first k of many are those that
    fewer would give.
    """
    positions, values = np.zeros((0, *pool.positions.shape[1:])), np.zeros(0)
    kept: list[int] = []
    while len(kept) < config.n and len(values) < len(order):
        more = order[len(values) : len(values) + config.n - len(kept)]
        moved, _ = relax(with_conformers(pool.mol, pool.positions[more]), config.polish)
        _, strain = relax(with_conformers(pool.mol, moved), 0, electrostatics=False)
        positions, values = np.concatenate([positions, moved]), np.concatenate([values, strain.values])
        kept = _apart(pool.mol, positions, config.spacing)
    template = pool.template[np.array(order)[kept]]
    energies = Energies(values[kept], pool.energies.method)
    return replace(pool, positions=positions[kept], energies=energies, template=template), list(range(len(kept)))


def sound(pool: Pool, window: float) -> np.ndarray:
    """Indices of the samples within the energy window; all of them where no energy is known."""
    strain = pool.energies.values - np.nanmin(pool.energies.values, initial=np.inf)
    kept = np.flatnonzero(strain <= window)
    return kept if len(kept) else np.arange(len(strain))


def importance(pool: Pool, kept: np.ndarray, config: GenerateConfig) -> np.ndarray:
    """How much each of the kept samples counts: a mixture of two distributions, one by strain and one by energies in
    vacuum."""
    by_strain = _shares(pool.energies.values[kept], config.strain_scale)
    by_vacuum = _shares(pool.vacuum[kept], config.vacuum_scale)
    return (1 - config.vacuum) * by_strain + config.vacuum * by_vacuum


def _shares(energies: np.ndarray, scale: float) -> np.ndarray:
    """Boltzmann-like shares that add up to 1; where no energy is known, that of the best."""
    strain = energies - np.nanmin(energies, initial=np.inf)
    shares = np.exp(-np.where(np.isfinite(strain), strain, 0.0) / scale)
    return shares / shares.sum()


def _finished(pool: Pool, order: list[int], config: GenerateConfig) -> Chem.Mol:
    positions, energies = pool.positions[order], pool.energies.values[order]
    lowest, method = np.nanmin(pool.energies.values, initial=np.inf), pool.energies.method
    if config.relax != "none":
        positions, relaxed = _relaxed(with_conformers(pool.mol, positions), config.relax)
        energies, method = relaxed.values, relaxed.method
        lowest = np.nanmin(energies, initial=np.inf)
    right = np.flatnonzero(stereo_mask(pool.mol, with_conformers(pool.mol, positions)))
    if not len(right):
        raise EmbeddingError("no conformer keeps the stereo of the input")
    if config.relax != "none":
        right = right[_apart(pool.mol, positions[right], config.spacing)]
    result = with_conformers(pool.mol, positions[right])
    for rank, (conformer, index) in enumerate(zip(result.GetConformers(), right, strict=True), 1):
        conformer.SetIntProp("molgen_rank", rank)
        conformer.SetDoubleProp("molgen_energy", float(energies[index] - lowest))
        conformer.SetProp("molgen_energy_method", method)
        conformer.SetIntProp("molgen_template", int(pool.template[order[index]]))
        conformer.SetProp("molgen_method", pool.method)
    return result


def _relaxed(mol: Chem.Mol, method: Literal["mmff", "gfn2"]) -> tuple[np.ndarray, Energies]:
    if method == "mmff":
        return relax(mol, 500)
    from molgen.chem.xtb import relax_gfn2

    return relax_gfn2(mol)


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
