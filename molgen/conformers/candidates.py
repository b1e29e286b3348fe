"""The pool that conformers are chosen from: template conformers, torsions drawn over them, strain of what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.molecules.embedding import Templates
from molgen.chem.molecules.force_field import Energies
from molgen.conformers.force_field import ConformerField
from molgen.conformers.options import GenerateConfig
from molgen.conformers.rings import more_ring_states
from molgen.conformers.templates import (
    LARGE_RING,
    flexible_rings,
    largest_flexible_ring,
    set_torsions,
    template_conformers,
)
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.sampling import low_discrepancy
from molgen.sampling.guards import finite_or

FURTHER_STEPS = 60
FURTHER_ROUNDS = 2


@dataclass(frozen=True)
class Pool:
    """Samples of one molecule before the choice.

    Attributes:
        mol: the molecule with explicit hydrogens, without conformers.
        positions: float64 [P, atoms, 3], Angstrom.
        energies: strain of each, kcal/mol.
        template: int [P], the template conformer under each sample.
        method: how the templates were embedded.
        field: the energies of the molecule.
    """

    mol: Chem.Mol
    positions: np.ndarray
    energies: Energies
    template: np.ndarray
    method: str
    field: ConformerField


def sample_pool(mol: Chem.Mol, model: TorsionModel | None, config: GenerateConfig) -> Pool:
    """Template conformers, torsions drawn over them, and the strain of what comes out."""
    record = molecule_graph(mol)
    field = ConformerField(mol)
    count = template_count(mol, record.n_torsions, config)
    shape = _rings_make_the_shape(mol, record.n_torsions)
    iterations = config.template_relax * (2 if shape else 1)
    embedded = template_conformers(
        mol, count, seed=config.seed, iterations=iterations, timeout=config.timeout, loose=not shape, field=field
    )
    templates, method = _with_driven_rings(mol, embedded, count, config)
    size = _pool_size(record.n_torsions, len(templates), shape, config)
    points = low_discrepancy(size, record.n_torsions + 1, config.seed)
    chosen = (points[:, -1] * len(templates)).long() if record.n_torsions else torch.arange(size)
    graph = batch_graphs([record])
    full = torch.from_numpy(templates)
    heavy = torch.from_numpy(heavy_atoms(mol))
    local = full[:, heavy][chosen].float()
    start = (points[:, :-1] * 2 * np.pi - np.pi).float()
    torsions = start
    if model is not None:
        made = sample_torsions(model, graph, local, start, times=time_grid(model, config.steps))
        torsions = finite_or(made, start, "sampled sets of torsions")
    positions = set_torsions(mol, full[chosen], torsions.double(), record)
    settled, energies = _settled(field, positions.numpy(), config)
    return Pool(mol, settled, energies, chosen.numpy(), method, field)


def _with_driven_rings(
    mol: Chem.Mol, embedded: Templates, count: int, config: GenerateConfig
) -> tuple[np.ndarray, str]:
    """Template conformers [k, atoms, 3] and how they were made: driven where embedding gave few of a large ring."""
    positions = embedded.positions
    if len(positions) >= count or largest_flexible_ring(mol) < LARGE_RING:
        return positions, embedded.method
    driven = more_ring_states(mol, positions, count - len(positions), seed=config.seed, timeout=config.timeout / 3)
    if not len(driven):
        return positions, embedded.method
    return np.concatenate([positions, driven]), f"{embedded.method}, {len(driven)} more by driving ring torsions"


def _settled(field: ConformerField, positions: np.ndarray, config: GenerateConfig) -> tuple[np.ndarray, Energies]:
    """Samples after a few steps of MMFF94s, and their strain.

    Where fewer than a quarter are within the energy window, which happens with 50 and more atoms, the strain left in
    bonds and angles is what keeps the others out: the next best ones get more steps.
    """
    settled, energies = field.relax(positions, config.settle, electrostatics=False)
    values = energies.values.copy()
    wanted = -(-len(values) // 4)
    for _ in range(FURTHER_ROUNDS if config.settle else 0):
        inside = int((values <= np.nanmin(values, initial=np.inf) + config.energy_window).sum())
        if inside >= wanted:
            break
        next_best = np.argsort(values, kind="stable")[inside : inside + wanted]
        moved, lower = field.relax(settled[next_best], FURTHER_STEPS, electrostatics=False)
        settled[next_best], values[next_best] = moved, lower.values
    return settled, Energies(values, energies.method)


def template_count(mol: Chem.Mol, torsions: int, config: GenerateConfig) -> int:
    """Template conformers to embed: n where rings make up the shape."""
    if config.templates is not None:
        return config.templates
    if _rings_make_the_shape(mol, torsions):
        return max(12, config.n)
    return (6, 9, 12)[min(len(flexible_rings(mol)), 2)]


def _rings_make_the_shape(mol: Chem.Mol, torsions: int) -> bool:
    """Whether a molecule has a large flexible ring, or flexible rings and no bond that turns."""
    ring = largest_flexible_ring(mol)
    return ring >= LARGE_RING or (ring > 0 and torsions == 0)


def _pool_size(torsions: int, templates: int, shape: bool, config: GenerateConfig) -> int:
    """Samples to draw: few for few torsions, where more find nothing new; many where rings make the shape, since fewer
    of them are sound."""
    if torsions == 0:
        return templates
    if config.pool is not None:
        return max(config.pool, config.n)
    wanted = 30 + config.n * min(0.3 + torsions**2 / 12, 7.0)
    if shape:
        wanted = max(wanted, 4 * config.n)
    return max(config.n, min(round(wanted), 16 * templates * torsions))
